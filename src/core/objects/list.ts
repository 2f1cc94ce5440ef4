/**
 * The one listing algorithm, for S3 V1 and V2, Swift, and every other door. Cost follows the page, not the bucket: a common
 * prefix is skipped with one seek.
 */
import { afterKey } from '../../base/bytes.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { objectFormat } from '../model/codecs.ts';
import { boundaryBytes, canPrefixKeys, objectsPrefix } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { isPastDue } from './past-due.ts';
import { type WalkItem, walk, walkSpan } from './walk.ts';

export interface ListObjectsInput {
  readonly bucket: BucketName;
  /** '' for all. */
  readonly prefix: string;
  /** Of any length; '' for none. Keys are cut at its first occurrence after the prefix. */
  readonly delimiter: string;
  /**
   * Exclusive start: keys (and common prefixes) up to and including it, in listing order, are left out. A value that is
   * itself a common prefix skips everything below it.
   */
  readonly after?: string;
  /** Exclusive end in listing order. */
  readonly before?: string;
  /** From the end; then `after` and `before` keep their meaning of where to start and to stop. */
  readonly reverse?: boolean;
  /** Entries (keys and prefixes together), 0 or more. */
  readonly limit: number;
}

export type ListedEntry =
  | { readonly kind: 'object'; readonly info: ObjectInfo }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ObjectListing {
  readonly entries: readonly ListedEntry[];
  /** Whether more would follow; then the next page is `after` the last entry's key or prefix. */
  readonly truncated: boolean;
}

/** @throws CoreError NoSuchBucket */
export async function listObjects(core: Core, input: ListObjectsInput): Promise<ObjectListing> {
  const { record } = await openBucket(core, input.bucket);
  const prefix = Buffer.from(input.prefix);
  if (!canPrefixKeys(prefix)) return { entries: [], truncated: false };
  const base = objectsPrefix(record.id);
  const delimiter = Buffer.from(input.delimiter);
  const { limit, reverse = false } = input;
  const now = core.clock();
  const [low, high] = reverse ? [input.before, input.after] : [input.after, input.before];
  const span = walkSpan({
    base,
    prefix,
    delimiter,
    low: low === undefined ? undefined : boundaryBytes(low),
    high: high === undefined ? undefined : boundaryBytes(high),
    afterName: afterKey,
  });
  const { items, truncated } = await walk({
    range: (range) => core.meta.range(range),
    base,
    prefix,
    delimiter,
    ...span,
    reverse,
    limit,
    nameOf: (rest) => rest,
    read({ value }, name) {
      const object = objectFormat.decode(value);
      if (isPastDue(object, now)) return undefined;
      return objectInfo(record, name.toString() as ObjectKey, object);
    },
  });
  return { entries: items.map(listedEntry), truncated };
}

function listedEntry(item: WalkItem<ObjectInfo>): ListedEntry {
  return item.kind === 'prefix'
    ? { kind: 'prefix', prefix: item.name.toString() }
    : { kind: 'object', info: item.value };
}

export type { ObjectKey };
