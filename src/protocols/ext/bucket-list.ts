/** The list's parameters, and what they do to the buckets of a project: filter, order, cut a page (reference 5.3). */
import type { Query } from '../../base/http/query.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { bucketTypes } from '../../core/model/bucket-records.ts';
import { typeOf } from './bucket-document.ts';
import { ExtError } from './errors.ts';

const defaultLimit = 20;
const maxLimit = 100;

const orders = {
  bucket_name: compareNames,
  bucket_type: (a: BucketInfo, b: BucketInfo) => compareText(typeOf(a), typeOf(b)) || compareNames(a, b),
  created_at: (a: BucketInfo, b: BucketInfo) => a.createdAt - b.createdAt || compareNames(a, b),
  bytes_used: (a: BucketInfo, b: BucketInfo) => a.bytes - b.bytes || compareNames(a, b),
} as const;

const types = [...bucketTypes, 'standard'];

export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly prefix: string;
  readonly include: string;
  /** Lower case; undefined for all. */
  readonly type: string | undefined;
  readonly by: keyof typeof orders;
  readonly direct: 'asc' | 'desc';
}

export interface BucketPage {
  /** Matches before the page was cut. */
  readonly total: number;
  readonly buckets: readonly BucketInfo[];
}

/** Empty parameters count as absent; a limit above 100 is 100. @throws ExtError 400 */
export function parseListQuery(query: Query): ListQuery {
  const given = (name: string) => query.get(name) || undefined;
  const prefix = given('prefix') ?? '';
  const include = given('include') ?? '';
  if (prefix !== '' && include !== '') {
    throw new ExtError(400, 'prefix and include cannot be used together');
  }
  return {
    offset: wholeNumber('offset', given('offset')) ?? 0,
    limit: Math.min(wholeNumber('limit', given('limit')) ?? defaultLimit, maxLimit),
    prefix,
    include,
    type: oneOf('type', types, given('type')?.toLowerCase()),
    by: oneOf('by', Object.keys(orders) as (keyof typeof orders)[], given('by')) ?? 'bucket_name',
    direct: oneOf('direct', ['asc', 'desc'] as const, given('direct')) ?? 'asc',
  };
}

/** `buckets` already begin with the prefix. */
export function pageOf(buckets: readonly BucketInfo[], query: ListQuery): BucketPage {
  const matching = buckets.filter(
    (bucket) =>
      bucket.name.includes(query.include) &&
      (query.type === undefined || query.type === typeOf(bucket).toLowerCase()),
  );
  const compare = orders[query.by];
  const sorted = matching.toSorted(query.direct === 'asc' ? compare : (a, b) => compare(b, a));
  return { total: sorted.length, buckets: sorted.slice(query.offset, query.offset + query.limit) };
}

function compareNames(a: BucketInfo, b: BucketInfo): number {
  return compareText(a.name, b.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new ExtError(400, `${name} must be a whole number, 0 or more`);
  return Number(text);
}

function oneOf<T extends string>(
  name: string,
  choices: readonly T[],
  text: string | undefined,
): T | undefined {
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw new ExtError(400, `${name} must be one of ${choices.join(', ')}`);
  return choice;
}
