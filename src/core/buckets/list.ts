/** The buckets of a project, ordered by name. */
import { afterKey, afterPrefix, compareBytes } from '../../base/bytes.ts';
import { counterValue, type Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { bucketFormat, bucketIndexFormat } from '../model/codecs.ts';
import {
  boundaryBytes,
  bucketBytesKey,
  bucketKey,
  bucketObjectsKey,
  canPrefixKeys,
  projectBucketsPrefix,
} from '../model/keys.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import { type BucketInfo, bucketInfo } from './buckets.ts';
import { settleDeletion } from './settle.ts';

export interface ListBucketsInput {
  readonly project: ProjectId;
  readonly prefix?: string;
  /** Exclusive: where to start, in the direction of the listing. */
  readonly after?: string;
  /** Exclusive: where to stop, in the direction of the listing. */
  readonly before?: string;
  readonly limit: number;
  /** From the last name to the first. */
  readonly reverse?: boolean;
}

export interface BucketListing {
  readonly buckets: BucketInfo[];
  /** Whether more would follow; then the next page is `after` the last name. */
  readonly truncated: boolean;
}

export async function listBuckets(core: Core, input: ListBucketsInput): Promise<BucketListing> {
  const { limit, reverse = false } = input;
  const base = projectBucketsPrefix(input.project);
  const span = spanWithin(base, input);
  const buckets: BucketInfo[] = [];
  let { start, end } = span;
  while (compareBytes(start, end) < 0 && buckets.length < limit) {
    const wanted = limit - buckets.length;
    const page = await core.meta.range({ start, end, limit: wanted + 1, reverse });
    buckets.push(...(await describe(core, base, page.slice(0, wanted))));
    const last = page[wanted - 1];
    if (last === undefined || page.length <= wanted) return { buckets, truncated: false };
    if (buckets.length === limit) return { buckets, truncated: true };
    // Buckets deleted since the index was read make a page short: go on behind it.
    if (reverse) end = Buffer.from(last.key);
    else start = afterKey(last.key);
  }
  return { buckets, truncated: false };
}

/** All that begin with `prefix`: projects have thousands of buckets at most. */
export async function listAllBuckets(
  core: Core,
  input: Pick<ListBucketsInput, 'project' | 'prefix'>,
): Promise<BucketInfo[]> {
  const all: BucketInfo[] = [];
  for (;;) {
    const after = all.at(-1)?.name;
    const page = await listBuckets(core, {
      ...input,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page.buckets);
    if (!page.truncated || page.buckets.length === 0) return all;
  }
}

function spanWithin(
  base: Buffer,
  { prefix = '', after, before, reverse = false }: ListBucketsInput,
): { start: Buffer; end: Buffer } {
  const [low, high] = reverse ? [before, after] : [after, before];
  const bound = (name: string) => Buffer.concat([base, boundaryBytes(name)]);
  const wanted = Buffer.concat([base, Buffer.from(prefix)]);
  if (!canPrefixKeys(Buffer.from(prefix))) return { start: base, end: base };
  let start: Buffer = wanted;
  let end: Buffer = afterPrefix(wanted) ?? wanted;
  if (low !== undefined && compareBytes(afterKey(bound(low)), start) > 0) start = afterKey(bound(low));
  if (high !== undefined && compareBytes(bound(high), end) < 0) end = bound(high);
  return { start, end };
}

/** The records and counters behind index entries, in one round trip; buckets gone meanwhile are left out. */
async function describe(core: Core, base: Buffer, index: readonly Entry[]): Promise<BucketInfo[]> {
  const keys = index.flatMap((entry) => {
    const { id } = bucketIndexFormat.decode(entry.value);
    const name = Buffer.from(entry.key).toString('utf8', base.length) as BucketName;
    return [bucketKey(name), bucketObjectsKey(id), bucketBytesKey(id)];
  });
  const entries = await core.meta.get(keys);
  const buckets: BucketInfo[] = [];
  for (let at = 0; at < entries.length; at += 3) {
    const entry = entries[at];
    if (entry === undefined) continue;
    const record = bucketFormat.decode(entry.value);
    const marked = record.state === 'deleting';
    if (marked && (await settleDeletion(core, { record, version: entry.version })) === 'removed') continue;
    buckets.push(
      bucketInfo(
        { ...record, state: 'active' },
        counterValue(entries[at + 1]),
        counterValue(entries[at + 2]),
      ),
    );
  }
  return buckets;
}
