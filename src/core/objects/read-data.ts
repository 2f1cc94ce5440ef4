/** Owns reading an object's bytes from wherever they are: inline, blobs, or the parts of a manifest, in order and only when needed. */
import { createHasher, type HashAlgorithm } from '../../base/hash.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import type { ObjectData, Segment } from '../model/records.ts';
import { chunksFrom } from './manifest.ts';

/** Bytes of an object; `end` is exclusive. */
export interface DataRange {
  readonly start: number;
  readonly end: number;
}

/** The bytes of `range`: at hand when they are inline, else a stream of lent chunks. @throws Corrupt, from the stream, when bytes are missing */
export function openData(core: Core, data: ObjectData, range: DataRange): Uint8Array | ByteStream {
  if (range.start === range.end) return new Uint8Array();
  if (data.kind === 'segments') {
    const [only, ...more] = [...cutSegments(data.segments, range)];
    if (only?.kind === 'inline' && more.length === 0) return only.bytes;
  }
  return readSegments(core, segmentsWithin(core, data, range), range.end - range.start);
}

/** Digests of the bytes of `range`, in the order of `algorithms`, computed in one reading. */
export async function digestData(
  core: Core,
  data: ObjectData,
  range: DataRange,
  algorithms: readonly HashAlgorithm[],
): Promise<Buffer[]> {
  const hashers = algorithms.map(createHasher);
  const opened = openData(core, data, range);
  for await (const chunk of opened instanceof Uint8Array ? [opened] : opened) {
    for (const hasher of hashers) hasher.update(chunk);
  }
  return hashers.map((hasher) => hasher.digest());
}

/** The stretches that make up `range`, cut to it. */
export async function* segmentsWithin(
  core: Core,
  data: ObjectData,
  range: DataRange,
): AsyncGenerator<Segment> {
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
function* cutSegments(segments: readonly Segment[], { start, end }: DataRange): Generator<Segment> {
  let at = 0;
  for (const segment of segments) {
    const length = lengthOf(segment);
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, length);
    if (from < to) yield cut(segment, from, to);
    at += length;
    if (at >= end) return;
  }
}

function cut(segment: Segment, from: number, to: number): Segment {
  return segment.kind === 'inline'
    ? { kind: 'inline', bytes: segment.bytes.subarray(from, to) }
    : { ...segment, offset: segment.offset + from, length: to - from };
}

function lengthOf(segment: Segment): number {
  return segment.kind === 'inline' ? segment.bytes.length : segment.length;
}

async function* readSegments(
  core: Core,
  segments: AsyncIterable<Segment>,
  expected: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const segment of segments) {
    size += lengthOf(segment);
    if (segment.kind === 'inline') yield segment.bytes;
    else yield* core.blobs.read(segment.blob, rangeOf(segment));
  }
  if (size !== expected) throw new Corrupt(`an object has ${size} bytes where its record says ${expected}`);
}

function rangeOf({ offset, length }: { offset: number; length: number }): DataRange {
  return { start: offset, end: offset + length };
}
