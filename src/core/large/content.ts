/**
 * Owns what a large object's bytes are at the moment it is read: its segments found one after another, held against what the
 * list says of them, and those that are large objects themselves opened up. A segment that is not as it should be ends the reading: never
 * a wrong byte (docs/decisions/0011).
 */
import { createHash } from 'node:crypto';
import { inParallel } from '../../base/in-parallel.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { dataKeyOf } from '../crypt/keys.ts';
import { CoreError, isCoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { type BucketName, defaultNameLimits, type ObjectKey, parseBucketName } from '../model/names.ts';
import type { DynamicManifest, ObjectRecord, StaticManifest } from '../model/object-records.ts';
import { isOwn, type OwnRecord, ownRecord } from '../model/own-data.ts';
import { withCount } from '../objects/info.ts';
import { listObjects } from '../objects/list.ts';
import { type DataRange, readData, storedBytes } from '../objects/read-data.ts';
import {
  decodeEntries,
  lengthOfEntry,
  type ManifestEntry,
  type ObjectEntry,
  totalLength,
} from './entries.ts';
import { type Segment, SegmentReader, unusable } from './segment-reader.ts';

/** A stretch of a large object: bytes of its list, or a range of an object with bytes of its own. */
export type Leaf =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'object';
      readonly segment: Segment & { readonly record: OwnRecord };
      readonly range: DataRange;
    };

/** What is read of an object's record, beside the bytes. */
export interface LargeContent {
  readonly size: number;
  readonly modifiedAt: number;
  /** As S3 prints it: `<md5>-<count>`. */
  readonly etag: string;
  /** As Swift prints it: the MD5 of the segments' entity tags. */
  readonly otherEtag: string;
  readonly count: number;
  /** The stretches of `range`, found a few at a time. @throws CoreError SegmentUnusable, from the stream */
  leaves(range: DataRange): AsyncGenerator<Leaf>;
  /** The place of a segment in the whole, by its number from 1. */
  part(number: number): Promise<DataRange | undefined>;
}

/** Segments looked for at once. */
const lookahead = 16;
/** Large objects in large objects, the outermost being the first. */
const mostLevels = 10;
/** Segments of a dynamic large object; who has more is told so. */
export const mostDynamicSegments = 100_000;

export type LargeRecord = ObjectRecord & { readonly data: StaticManifest | DynamicManifest };

export function isLarge(record: ObjectRecord): record is LargeRecord {
  return !isOwn(record);
}

/** @throws CoreError of a dynamic one: NoSuchBucket, AccessDenied, SegmentUnusable when it has too many segments */
export function largeContent(
  core: Core,
  actor: Actor | undefined,
  {
    bucket,
    key,
    record,
  }: { readonly bucket: BucketRecord; readonly key: ObjectKey; readonly record: LargeRecord },
): Promise<LargeContent> {
  return contentOf(new SegmentReader(core, actor, bucket, key), bucket, record, 1);
}

async function contentOf(
  reader: SegmentReader,
  bucket: BucketRecord,
  record: LargeRecord,
  level: number,
): Promise<LargeContent> {
  return record.data.kind === 'static'
    ? staticContent(reader, bucket, record, record.data, level)
    : dynamicContent(reader, record, record.data, level);
}

function staticContent(
  reader: SegmentReader,
  bucket: BucketRecord,
  record: LargeRecord,
  { partCount }: StaticManifest,
  level: number,
): LargeContent {
  const { size, etag, modifiedAt } = record;
  let read: Promise<ManifestEntry[]> | undefined;
  const entries = () => {
    read ??= readEntries(reader.core, bucket, record);
    return read;
  };
  return {
    size,
    etag,
    modifiedAt,
    otherEtag: etag.slice(0, etag.lastIndexOf('-')),
    count: partCount,
    async *leaves(range) {
      yield* leavesOf(reader, await entries(), range, level);
    },
    async part(number) {
      const list = await entries();
      const entry = list[number - 1];
      if (entry === undefined) return undefined;
      const start = totalLength(list.slice(0, number - 1));
      return { start, end: start + lengthOfEntry(entry) };
    },
  };
}

/** The list of a static large object. @throws Corrupt */
export async function readEntries(
  core: Core,
  bucket: BucketRecord,
  record: ObjectRecord,
): Promise<ManifestEntry[]> {
  const own = ownRecord(record);
  const chunks: Buffer[] = [];
  for await (const chunk of readData(core, storedBytes(core, bucket, own), { start: 0, end: own.size })) {
    chunks.push(Buffer.from(chunk));
  }
  return decodeEntries(Buffer.concat(chunks));
}

async function dynamicContent(
  reader: SegmentReader,
  { modifiedAt }: LargeRecord,
  { container, prefix }: DynamicManifest,
  level: number,
): Promise<LargeContent> {
  const { entries, etag } = await listSegments(reader, container, prefix);
  const size = totalLength(entries);
  if (!Number.isSafeInteger(size)) throw unusable({ bucket: container, key: prefix }, 'has too many bytes');
  return {
    size,
    modifiedAt,
    etag: withCount(etag, entries.length),
    otherEtag: etag,
    count: entries.length,
    leaves: (range) => leavesOf(reader, entries, range, level),
    part: async (number) => (number === 1 ? { start: 0, end: size } : undefined),
  };
}

/** As listed: a dynamic large object stands for its own bytes here, as in the listing. */
interface ListedEntry extends ObjectEntry {
  readonly listed: true;
}

type Entry = ManifestEntry | ListedEntry;

async function listSegments(
  reader: SegmentReader,
  container: string,
  prefix: string,
): Promise<{ entries: ListedEntry[]; etag: string }> {
  const bucket = bucketNamed(container);
  const action = 'storage.objects.list';
  if (!(await reader.may(action, bucket))) {
    const reason = 'the segments are not for this reader';
    throw new CoreError('AccessDenied', { action, resource: bucket, anonymous: false, reason });
  }
  const entries: ListedEntry[] = [];
  const hash = createHash('md5');
  let after: string | undefined;
  for (;;) {
    const page = { bucket, prefix, delimiter: '', limit: 1000, ...(after !== undefined && { after }) };
    const { entries: found, truncated } = await listObjects(reader.core, page);
    for (const entry of found) {
      if (entry.kind !== 'object') continue;
      const { key, size, etag, contentType, modifiedAt, large } = entry.info;
      const nested = large?.kind === 'static';
      hash.update(nested ? large.listEtag : etag);
      const shown = nested ? large.etag : etag;
      entries.push({
        kind: 'object',
        bucket,
        key,
        size,
        etag: shown,
        contentType,
        modifiedAt,
        nested,
        listed: true,
      });
      after = key;
    }
    if (entries.length > mostDynamicSegments) {
      throw unusable(
        { bucket, key: prefix },
        `begins the names of more than ${mostDynamicSegments} segments`,
      );
    }
    if (!truncated) return { entries, etag: hash.digest('hex') };
  }
}

function bucketNamed(container: string): BucketName {
  try {
    return parseBucketName(container, defaultNameLimits);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    throw new CoreError('NoSuchBucket', { bucket: container.slice(0, 300) }, error);
  }
}

interface Wanted {
  readonly entry: Entry;
  /** Of the entry's bytes. */
  readonly range: DataRange;
}

/** The parts of `range` by entry. */
function wantedOf(entries: readonly Entry[], { start, end }: DataRange): Wanted[] {
  const wanted: Wanted[] = [];
  let at = 0;
  for (const entry of entries) {
    const length = lengthOfEntry(entry);
    const range = { start: Math.max(start - at, 0), end: Math.min(end - at, length) };
    if (range.start < range.end) wanted.push({ entry, range });
    at += length;
    if (at >= end) break;
  }
  return wanted;
}

async function* leavesOf(
  reader: SegmentReader,
  entries: readonly Entry[],
  range: DataRange,
  level: number,
): AsyncGenerator<Leaf> {
  const wanted = wantedOf(entries, range);
  for (let at = 0; at < wanted.length; at += lookahead) {
    const some = wanted.slice(at, at + lookahead);
    const opened = await inParallel(some, lookahead, ({ entry }) => openEntry(reader, entry, level));
    for (const [i, one] of some.entries()) yield* opened[i]?.(one.range) ?? [];
  }
}

/** An entry as it was found: gives the leaves of a range of its bytes. */
type Opened = (range: DataRange) => Iterable<Leaf> | AsyncIterable<Leaf>;

async function openEntry(reader: SegmentReader, entry: Entry, level: number): Promise<Opened> {
  if (entry.kind === 'data') {
    return ({ start, end }) => [{ kind: 'bytes', bytes: entry.bytes.subarray(start, end) }];
  }
  const segment = await reader.find(entry);
  const first = entry.range?.start ?? 0;
  const within = ({ start, end }: DataRange) => ({ start: first + start, end: first + end });
  const content = await openSegment(reader, segment, 'listed' in entry, level).catch((error: unknown) => {
    throw isHidden(error) ? unusable(entry, 'stands for objects that cannot be looked for') : error;
  });
  if (content.size !== entry.size || content.etag !== entry.etag)
    throw unusable(entry, 'is another object now');
  return (range) => content.leaves(within(range));
}

/** Whether a dynamic large object's container is absent, or not for this reader. */
function isHidden(error: unknown): boolean {
  return isCoreError(error, 'NoSuchBucket') || isCoreError(error, 'AccessDenied');
}

interface OpenSegment {
  readonly size: number;
  /** As Swift shows it. */
  readonly etag: string;
  readonly leaves: Opened;
}

/** What a segment is when it is read. @throws CoreError SegmentUnusable when large objects are nested too deeply */
async function openSegment(
  reader: SegmentReader,
  segment: Segment,
  listed: boolean,
  level: number,
): Promise<OpenSegment> {
  const { record } = segment.object;
  const { size, etag } = record;
  if (isLarge(record) && !(listed && record.data.kind === 'dynamic')) {
    const bucket = segment.bucket.record;
    if (level >= mostLevels)
      throw unusable({ bucket: bucket.name, key: segment.key }, 'is nested too deeply');
    const { otherEtag, ...content } = await contentOf(reader, bucket, record, level + 1);
    return { size: content.size, etag: otherEtag, leaves: content.leaves };
  }
  const own = { ...segment, record: ownRecord(record) };
  return { size, etag, leaves: (range) => [{ kind: 'object', segment: own, range }] };
}

/** Size and entity tag of an object as Swift shows them, for who makes a list of segments. @throws CoreError SegmentUnusable */
export async function describeSegment(
  reader: SegmentReader,
  segment: Segment,
): Promise<Pick<OpenSegment, 'size' | 'etag'>> {
  return openSegment(reader, segment, false, 1);
}

/** The bytes of leaves that make up `size` bytes, in lent chunks. @throws Corrupt, from the stream */
export async function* bytesOf(
  core: Core,
  leaves: AsyncIterable<Leaf> | Iterable<Leaf>,
  size: number,
): AsyncGenerator<Uint8Array> & ByteStream {
  let given = 0;
  for await (const leaf of leaves) {
    for await (const chunk of leafBytes(core, leaf)) {
      given += chunk.length;
      yield chunk;
    }
  }
  if (given !== size) throw new Corrupt(`a large object has ${given} bytes where ${size} were told`);
}

async function* leafBytes(core: Core, leaf: Leaf): AsyncGenerator<Uint8Array> {
  if (leaf.kind === 'bytes') yield leaf.bytes;
  else {
    const { segment, range } = leaf;
    yield* readData(core, storedBytes(core, segment.bucket.record, segment.record), range);
  }
}

/** The key of a leaf's bytes, where they are encrypted. @throws Corrupt */
export function leafKey(core: Core, leaf: Leaf): Uint8Array | undefined {
  return leaf.kind === 'bytes' ? undefined : dataKeyOf(core, leaf.segment.bucket.record, leaf.segment.record);
}
