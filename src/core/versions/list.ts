/** ListObjectVersions: every version and delete marker, by key, the newest of a key first. */
import { afterKey } from '../../base/bytes.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { headFormat, objectFormat } from '../model/codecs.ts';
import {
  boundaryBytes,
  canPrefixKeys,
  objectKey,
  versionHeadKey,
  versionsPrefix,
  versionTailOf,
} from '../model/keys.ts';
import type { BucketName, ObjectKey, VersionId } from '../model/names.ts';
import { type ObjectInfo, objectInfo } from '../objects/info.ts';
import { isPastDue } from '../objects/past-due.ts';
import { type WalkItem, walk, walkSpan } from '../objects/walk.ts';
import { newestBehind } from './behind.ts';
import { markerAt, nullVersion, sequenceIn, sequenceOf } from './ids.ts';
import { type MergedEntry, mergedRange, versionName } from './merged.ts';

export interface ListVersionsInput {
  readonly bucket: BucketName;
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  /** Keys, or a common prefix, up to and including it are left out. */
  readonly afterKey?: string;
  /** With `afterKey`: the versions of that key which are older than this one are not left out. */
  readonly afterVersion?: VersionId;
  readonly limit: number;
}

export interface ListedVersion {
  readonly kind: 'version';
  readonly key: ObjectKey;
  readonly versionId: string;
  readonly isLatest: boolean;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Absent for a delete marker. */
  readonly info?: ObjectInfo;
}

export type VersionEntry = ListedVersion | { readonly kind: 'prefix'; readonly prefix: string };

export interface VersionListing {
  readonly entries: readonly VersionEntry[];
  readonly truncated: boolean;
  /** Where the next page begins, when there is one: `afterKey` and `afterVersion`. */
  readonly next?: { readonly key: string; readonly version?: VersionId };
}

/** In a bucket without versioning every object is its own null version. @throws CoreError NoSuchBucket, Busy */
export async function listVersions(core: Core, input: ListVersionsInput): Promise<VersionListing> {
  const { record: bucket } = await openBucket(core, input.bucket);
  const prefix = Buffer.from(input.prefix);
  if (!canPrefixKeys(prefix)) return { entries: [], truncated: false };
  const base = versionsPrefix(bucket.id);
  const delimiter = Buffer.from(input.delimiter);
  const inside = await standingAt(core, bucket.id, input);
  const reader = latestReader(inside);
  const now = core.clock();
  const { items, truncated } = await walk({
    range: (range) => mergedRange(core, bucket, range),
    base,
    prefix,
    delimiter,
    ...spanBehind(base, { prefix, delimiter }, input, inside),
    reverse: false,
    limit: input.limit,
    nameOf: versionName,
    read(entry: MergedEntry, name) {
      const isLatest = reader(entry, name);
      const { what } = entry;
      const hidden =
        bucket.versioning === undefined && what.kind === 'current' && isPastDue(what.object, now);
      return hidden ? undefined : { listed: listed(bucket, entry, name, isLatest), sequence: entry.sequence };
    },
  });
  return { entries: items.map(entryOf), truncated, ...(truncated && { next: after(items.at(-1)) }) };
}

type Item = WalkItem<{ readonly listed: ListedVersion; readonly sequence: number }>;

function entryOf(item: Item): VersionEntry {
  return item.kind === 'prefix' ? { kind: 'prefix', prefix: item.name.toString() } : item.value.listed;
}

/** The null version has no id to go on behind, once it is deleted; so its place is named. */
function after(last: Item | undefined): { key: string; version?: VersionId } {
  if (last === undefined) return { key: '' };
  if (last.kind === 'prefix') return { key: last.name.toString() };
  const { listed, sequence } = last.value;
  const version = listed.versionId === nullVersion ? markerAt(sequence) : (listed.versionId as VersionId);
  return { key: listed.key, version };
}

function listed(bucket: BucketRecord, { what }: MergedEntry, name: Buffer, isLatest: boolean): ListedVersion {
  const key = name.toString() as ObjectKey;
  if (what.kind === 'marker') {
    const { versionId, modifiedAt } = what;
    return { kind: 'version', key, versionId, isLatest, modifiedAt };
  }
  const { versionId, modifiedAt } = what.object;
  return {
    kind: 'version',
    key,
    versionId,
    isLatest,
    modifiedAt,
    info: objectInfo(bucket, key, what.object),
  };
}

/** Where a page begins in the middle of a key. */
interface Standing {
  readonly key: string;
  /** The sequence it begins behind; undefined when all of the key is left out. */
  readonly behind: number | undefined;
  /** The sequence of the key's newest. */
  readonly newest: number | undefined;
}

async function standingAt(
  core: Core,
  bucketId: string,
  input: ListVersionsInput,
): Promise<Standing | undefined> {
  const { afterVersion } = input;
  // No key has a NUL, so what follows one in a boundary changes nothing.
  const key = input.afterKey?.split('\0', 1).join();
  if (key === undefined) return undefined;
  if (afterVersion === undefined || boundaryBytes(key).length < Buffer.byteLength(key)) {
    return { key, behind: undefined, newest: undefined };
  }
  const name = key as ObjectKey;
  const keys = [objectKey(bucketId, name), versionHeadKey(bucketId, name)];
  const [[object, head], [newest]] = await Promise.all([
    core.meta.get(keys),
    newestBehind(core, bucketId, name, 1),
  ]);
  const current = object && objectFormat.decode(object.value);
  const nullAt = head && headFormat.decode(head.value).nullAt;
  const currentAt = current && sequenceOf(current);
  const isNull = current?.versionId === nullVersion;
  const behind = sequenceIn(afterVersion) ?? (isNull ? currentAt : nullAt);
  // A null version that is gone says nothing about where to go on: better to tell of something again than never.
  return { key, behind: behind ?? Number.MAX_SAFE_INTEGER, newest: currentAt ?? newest?.sequence };
}

/** The keys of the sequence that the walk goes through. */
function spanBehind(
  base: Buffer,
  shape: { readonly prefix: Buffer; readonly delimiter: Buffer },
  { afterKey: low }: ListVersionsInput,
  inside: Standing | undefined,
): { start: Buffer; end: Buffer } {
  const behind = inside?.behind;
  return walkSpan({
    base,
    ...shape,
    low: low === undefined || inside === undefined ? undefined : boundaryBytes(inside.key),
    afterName: (key) =>
      behind === undefined
        ? Buffer.concat([key, Uint8Array.of(1)])
        : afterKey(Buffer.concat([key, versionTailOf(behind)])),
  });
}

/** Tells the newest of each key, entry by entry: the first one that is met, but for the key a page begins within. */
function latestReader(inside: Standing | undefined): (entry: MergedEntry, name: Buffer) => boolean {
  let last: Buffer | undefined;
  return ({ sequence }, name) => {
    const first = last === undefined || !last.equals(name);
    if (first) last = Buffer.from(name);
    if (!first) return false;
    const begun = inside?.behind !== undefined && inside.key === name.toString();
    return !begun || sequence === inside.newest;
  };
}
