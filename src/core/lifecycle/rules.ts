/**
 * Owns what lifecycle rules are: the limits they keep, and the moment at which one makes an object or an upload go. Pure. Refuses
 * how they are written (XML, JSON): that is each protocol's.
 */
import { newId, type Random } from '../../base/clock.ts';
import { CoreError } from '../errors.ts';

/** `days` after the creation, rounded up to the next 00:00 UTC; or at `date`, a 00:00 UTC in milliseconds since the epoch. */
export type Expiration =
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'date'; readonly date: number };

export interface LifecycleRule {
  /** Unique in the document. */
  readonly id: string;
  readonly enabled: boolean;
  /** Where the document says which objects are meant: echoed as it was sent. */
  readonly form: 'rule' | 'filter' | 'and';
  /** Keys that begin with it; all when absent or empty. */
  readonly prefix?: string;
  /** Bytes, both exclusive. */
  readonly largerThan?: number;
  readonly smallerThan?: number;
  readonly expiration?: Expiration;
  /** Days from the start of an upload to its end by force. */
  readonly abortAfterDays?: number;
  /** Days from when a version is no longer current to its end. */
  readonly noncurrentDays?: number;
  /** With `noncurrentDays`: so many of the newest noncurrent objects of a key stay whatever their age. 0 is as good as none. */
  readonly newerNoncurrentVersions?: number;
  /** True: a delete marker with nothing behind it goes. */
  readonly expiredDeleteMarker?: boolean;
  /** What Krutrim's API calls it; rules of other doors go by their id there. */
  readonly name?: string;
  /** Which time makes its age in Krutrim's API. Objects never change, so all of them are the time of the last write. */
  readonly attribute?: AgeAttribute;
}

export const ageAttributes = ['M_TIME', 'C_TIME'] as const;
export type AgeAttribute = (typeof ageAttributes)[number];

/** As a client gives it: an absent id is made up. */
export type LifecycleRuleInput = Omit<LifecycleRule, 'id'> & { readonly id?: string };

export const mostRules = 1000;
const longestId = 255;
/** The longest key there is, in bytes. */
const longestPrefix = 1024;
export const mostDays = 2 ** 31 - 1;
/** S3 API reference, NoncurrentVersionExpiration. */
export const mostNewerVersions = 100;
export const dayOfMilliseconds = 24 * 60 * 60 * 1000;

/** The rules with their ids. @throws CoreError InvalidArgument for what breaks a limit of the rules */
export function acceptRules(random: Random, inputs: readonly LifecycleRuleInput[]): readonly LifecycleRule[] {
  if (inputs.length === 0 || inputs.length > mostRules) {
    throw invalid('lifecycle configuration', `must have 1 to ${mostRules} rules`);
  }
  inputs.forEach(checkRule);
  const given = inputs.flatMap(({ id }) => id ?? []);
  if (new Set(given).size < given.length) throw invalid('rule ID', 'must be unique among the rules');
  return inputs.map((input) => ({ ...input, id: input.id ?? newId(random) }));
}

function checkRule(rule: LifecycleRuleInput): void {
  const { id, prefix = '', expiration, abortAfterDays, ...filter } = rule;
  if (id === '' || [...(id ?? '')].length > longestId) {
    throw invalid('rule ID', `must have 1 to ${longestId} characters`);
  }
  if (Buffer.byteLength(prefix) > longestPrefix) {
    throw invalid('rule Prefix', `must have at most ${longestPrefix} bytes`);
  }
  checkSizes(filter);
  const { noncurrentDays, expiredDeleteMarker = false } = rule;
  const acts = [expiration, abortAfterDays, noncurrentDays].some((action) => action !== undefined);
  if (!acts && !expiredDeleteMarker) {
    throw invalid('rule', 'must have an Expiration with Days or Date, or another action');
  }
  checkNoncurrent(rule);
  if (expiration?.kind === 'days') checkDays('Days of the Expiration', expiration.days);
  if (expiration?.kind === 'date' && expiration.date % dayOfMilliseconds !== 0) {
    throw invalid('Date of the Expiration', 'must be at midnight GMT');
  }
  if (abortAfterDays === undefined) return;
  checkDays('DaysAfterInitiation', abortAfterDays);
  if (filter.largerThan !== undefined || filter.smallerThan !== undefined) {
    throw invalid('AbortIncompleteMultipartUpload', 'cannot go with a filter by object size');
  }
}

function checkNoncurrent({ noncurrentDays, newerNoncurrentVersions: newer }: LifecycleRuleInput): void {
  if (noncurrentDays !== undefined) checkDays('NoncurrentDays', noncurrentDays);
  if (newer === undefined || newer === 0) return;
  if (noncurrentDays === undefined)
    throw invalid('NewerNoncurrentVersions', 'needs NoncurrentDays beside it');
  if (!Number.isInteger(newer) || newer < 1 || newer > mostNewerVersions) {
    throw invalid('NewerNoncurrentVersions', `must be from 1 to ${mostNewerVersions}`);
  }
}

function checkSizes({
  largerThan,
  smallerThan,
}: Pick<LifecycleRuleInput, 'largerThan' | 'smallerThan'>): void {
  const sizes: readonly (readonly [name: string, size: number | undefined, least: number])[] = [
    ['ObjectSizeGreaterThan', largerThan, 0],
    ['ObjectSizeLessThan', smallerThan, 1],
  ];
  for (const [name, size, least] of sizes) {
    if (size !== undefined && !(Number.isSafeInteger(size) && size >= least)) {
      throw invalid(name, `must be a number of bytes from ${least}`);
    }
  }
  if (largerThan !== undefined && smallerThan !== undefined && largerThan >= smallerThan) {
    throw invalid('ObjectSizeLessThan', 'must be greater than ObjectSizeGreaterThan');
  }
}

function checkDays(what: string, days: number): void {
  if (Number.isInteger(days) && days >= 1 && days <= mostDays) return;
  throw invalid(what, 'must be a positive integer');
}

function invalid(what: string, reason: string): CoreError {
  return new CoreError('InvalidArgument', { what, reason });
}

/** What rules look at. */
export interface Aging {
  readonly key: string;
  readonly size: number;
  /** Of the last write, in milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** When an object goes and which rule makes it. */
export interface Expiry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly rule: string;
}

/** Of all rules that cover the object the one that makes it go first; `day` in milliseconds. */
export function expiryOf(rules: readonly LifecycleRule[], object: Aging, day: number): Expiry | undefined {
  let first: Expiry | undefined;
  for (const rule of rules) {
    if (rule.expiration === undefined || !covers(rule, object)) continue;
    const at =
      rule.expiration.kind === 'date'
        ? rule.expiration.date
        : daysAfter(object.modifiedAt, rule.expiration.days, day);
    if (first === undefined || at < first.at) first = { at, rule: rule.id };
  }
  return first;
}

/** A noncurrent object, or a noncurrent delete marker, whose size is 0. */
export interface Noncurrent {
  readonly key: string;
  readonly size: number;
  /** When its successor came, in milliseconds since the epoch. */
  readonly noncurrentAt: number;
  /** Noncurrent objects of the key that are newer. */
  readonly newer: number;
}

/** When a rule makes it go; undefined when none does. */
export function noncurrentExpiryOf(
  rules: readonly LifecycleRule[],
  { key, size, noncurrentAt, newer }: Noncurrent,
  day: number,
): number | undefined {
  const times = rules.flatMap((rule) => {
    const { noncurrentDays, newerNoncurrentVersions: kept = 0 } = rule;
    const acts = noncurrentDays !== undefined && newer >= kept && covers(rule, { key, size });
    return acts ? daysAfter(noncurrentAt, noncurrentDays, day) : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When a delete marker goes that has nothing behind it: by a rule for such, or at the age at which objects go (S3 API reference, LifecycleExpiration). */
export function markerExpiryOf(
  rules: readonly LifecycleRule[],
  { key, modifiedAt }: Pick<Aging, 'key' | 'modifiedAt'>,
  day: number,
): number | undefined {
  const marker = { key, size: 0, modifiedAt };
  if (rules.some((rule) => rule.expiredDeleteMarker === true && covers(rule, marker))) return modifiedAt;
  return expiryOf(
    rules.filter(({ expiration }) => expiration?.kind === 'days'),
    marker,
    day,
  )?.at;
}

/** When an unfinished upload is to be aborted; undefined when no rule says so. */
export function abortionAt(
  rules: readonly LifecycleRule[],
  upload: { readonly key: string; readonly startedAt: number },
  day: number,
): number | undefined {
  const times = rules.flatMap(({ enabled, prefix = '', abortAfterDays }) =>
    enabled && abortAfterDays !== undefined && upload.key.startsWith(prefix)
      ? daysAfter(upload.startedAt, abortAfterDays, day)
      : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function covers(
  { enabled, prefix = '', largerThan, smallerThan }: LifecycleRule,
  object: Pick<Aging, 'key' | 'size'>,
): boolean {
  return (
    enabled &&
    object.key.startsWith(prefix) &&
    (largerThan === undefined || object.size > largerThan) &&
    (smallerThan === undefined || object.size < smallerThan)
  );
}

/** S3 user guide, "Lifecycle rules: based on an object's age": the time and the days, rounded up to a day's beginning. */
function daysAfter(time: number, days: number, day: number): number {
  return (Math.ceil(time / day) + days) * day;
}

/** The latest beginning of a day at or before `now`. */
export function midnightBefore(now: number, day: number): number {
  return Math.floor(now / day) * day;
}
