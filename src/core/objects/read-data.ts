/** Owns reading an object's bytes from wherever they are: inline, blobs, or the parts of a manifest, in order and only when needed. */
import { createHasher, type HashAlgorithm } from '../../base/hash.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import { dataKeyOf } from '../crypt/keys.ts';
import { inlineBytes, lengthOf, readSlice, type Slice } from '../crypt/stretches.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { OwnData, Segment } from '../model/object-records.ts';
import type { OwnRecord } from '../model/own-data.ts';
import { chunksFrom } from './manifest.ts';

/** Bytes of an object; `end` is exclusive. */
export interface DataRange {
  readonly start: number;
  readonly end: number;
}

/** Where an object's bytes are, and the key they need. */
export interface StoredBytes {
  readonly data: OwnData;
  /** Undefined when they are not encrypted. */
  readonly dataKey: Uint8Array | undefined;
}

/** @throws Corrupt when the object's key does not open */
export function storedBytes(core: Core, bucket: BucketRecord, record: OwnRecord): StoredBytes {
  return { data: record.data, dataKey: dataKeyOf(core, bucket, record) };
}

/** The bytes of `range`: at hand when they are inline, else a stream of lent chunks. @throws Corrupt, also from the stream, when bytes are missing */
export function openData(core: Core, stored: StoredBytes, range: DataRange): Uint8Array | ByteStream {
  if (range.start === range.end) return new Uint8Array();
  const { data, dataKey } = stored;
  if (data.kind === 'segments') {
    const [only, ...more] = [...cutSegments(data.segments, range)];
    if (only?.segment.kind === 'inline' && more.length === 0) {
      return inlineBytes(only.segment, only.start, only.end, dataKey);
    }
  }
  return readSlices(core, slicesWithin(core, data, range), dataKey, range.end - range.start);
}

/** As `openData`, always as a stream. */
export async function* readData(
  core: Core,
  stored: StoredBytes,
  range: DataRange,
): AsyncGenerator<Uint8Array> {
  const opened = openData(core, stored, range);
  if (opened instanceof Uint8Array) yield opened;
  else yield* opened;
}

/** Digests of the bytes of `range`, in the order of `algorithms`, computed in one reading. */
export async function digestData(
  core: Core,
  stored: StoredBytes,
  range: DataRange,
  algorithms: readonly HashAlgorithm[],
): Promise<Buffer[]> {
  const hashers = algorithms.map(createHasher);
  for await (const chunk of readData(core, stored, range)) {
    for (const hasher of hashers) hasher.update(chunk);
  }
  return hashers.map((hasher) => hasher.digest());
}

/** The stretches that make up `range`, and what of each belongs to it. */
export async function* slicesWithin(core: Core, data: OwnData, range: DataRange): AsyncGenerator<Slice> {
  if (data.kind === 'segments') {
    yield* cutSegments(data.segments, range);
    return;
  }
  for await (const { offset, parts } of chunksFrom(core, data.manifest, range.start)) {
    if (offset >= range.end) return;
    const segments = parts.flatMap((part) => part.segments);
    yield* cutSegments(segments, { start: range.start - offset, end: range.end - offset });
  }
}

/** `start` may be negative and `end` past the last byte: what is there between them is given. */
function* cutSegments(segments: readonly Segment[], { start, end }: DataRange): Generator<Slice> {
  let at = 0;
  for (const segment of segments) {
    const length = lengthOf(segment);
    const slice = { segment, start: Math.max(start - at, 0), end: Math.min(end - at, length) };
    if (slice.start < slice.end) yield slice;
    at += length;
    if (at >= end) return;
  }
}

async function* readSlices(
  core: Core,
  slices: AsyncIterable<Slice>,
  dataKey: Uint8Array | undefined,
  expected: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const slice of slices) {
    size += slice.end - slice.start;
    yield* readSlice(core, slice, dataKey);
  }
  if (size !== expected) throw new Corrupt(`an object has ${size} bytes where its record says ${expected}`);
}
