/**
 * Owns stretches of an object's bytes as records hold them, plain or sealed: made, read, and handed on to another object. A stretch
 * has a key of its own, wrapped by the data key of the object it belongs to.
 */

import { unwrapKey, wrapKey } from '../../base/key-wrap.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import type { SealedStretch, Segment } from '../model/object-records.ts';
import { openBytes, openStream, sealBytes, sealStream } from './frames.ts';
import { newKey } from './keys.ts';

type DataKey = Uint8Array | undefined;
type Inline = Extract<Segment, { kind: 'inline' }>;

/** Plain bytes of a segment from `start` to `end` (exclusive). */
export interface Slice {
  readonly segment: Segment;
  readonly start: number;
  readonly end: number;
}

/** Plain bytes. */
export function lengthOf(segment: Segment): number {
  if (segment.kind === 'blob') return segment.length;
  return segment.sealed?.size ?? segment.bytes.length;
}

/** Bytes held in a record, sealed when there is a data key. */
export function inlineStretch(core: Core, bytes: Uint8Array, dataKey: DataKey): Segment {
  if (dataKey === undefined) return { kind: 'inline', bytes };
  const key = newKey(core);
  return {
    kind: 'inline',
    bytes: sealBytes(key, bytes),
    sealed: { key: wrapKey(dataKey, key), size: bytes.length },
  };
}

/** Writes a blob, sealed when there is a data key. `plainBytes` is asked when the stream has ended. */
export async function blobStretch(
  core: Core,
  body: ByteStream,
  dataKey: DataKey,
  plainBytes: () => number,
  signal: AbortSignal,
): Promise<Segment> {
  if (dataKey === undefined) {
    const { id, size } = await core.blobs.write(body, signal);
    return { kind: 'blob', blob: id, offset: 0, length: size };
  }
  const key = newKey(core);
  const { id } = await core.blobs.write(sealStream(key, body), signal);
  const size = plainBytes();
  return { kind: 'blob', blob: id, offset: 0, length: size, sealed: { key: wrapKey(dataKey, key), size } };
}

/** The bytes of a slice that a record holds itself. @throws Corrupt */
export function inlineBytes(
  { bytes, sealed }: Inline,
  start: number,
  end: number,
  dataKey: DataKey,
): Uint8Array {
  if (sealed === undefined) return bytes.subarray(start, end);
  return openBytes(stretchKey(sealed, dataKey), sealed.size, bytes, { start, end });
}

/** The bytes of a slice, in lent chunks. @throws Corrupt, from the stream */
export async function* readSlice(
  core: Core,
  { segment, start, end }: Slice,
  dataKey: DataKey,
): AsyncGenerator<Uint8Array> {
  if (segment.kind === 'inline') {
    yield inlineBytes(segment, start, end, dataKey);
    return;
  }
  const { blob, offset, sealed } = segment;
  const range = { start: offset + start, end: offset + end };
  if (sealed === undefined) yield* core.blobs.read(blob, range);
  else {
    const key = stretchKey(sealed, dataKey);
    yield* openStream(key, sealed.size, range, (atRest) => core.blobs.read(blob, atRest));
  }
}

/** The slice as a segment of another object: the same blob, its key wrapped anew. Both objects are encrypted, or neither is. */
export function handOn(core: Core, slice: Slice, from: DataKey, to: DataKey): Segment {
  const { segment, start, end } = slice;
  if (segment.kind === 'inline') return inlineStretch(core, inlineBytes(segment, start, end, from), to);
  const { sealed } = segment;
  return {
    ...segment,
    offset: segment.offset + start,
    length: end - start,
    ...(sealed !== undefined &&
      to !== undefined && { sealed: { ...sealed, key: wrapKey(to, stretchKey(sealed, from)) } }),
  };
}

function stretchKey({ key }: SealedStretch, dataKey: DataKey): Buffer {
  const opened = dataKey && unwrapKey(dataKey, key);
  if (opened === undefined) throw new Corrupt('the key of an encrypted stretch does not open');
  return opened;
}
