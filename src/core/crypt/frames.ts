/**
 * Owns the encrypted form of a stretch of bytes: frames of 64 KiB, each sealed with AES-256-GCM and followed by its tag of 16
 * bytes, the last one possibly shorter. A range costs opening the frames it touches.
 *
 * The nonce of a frame is 7 zero bytes, its number (4 bytes, big-endian), and 1 for the last frame, else 0: the STREAM
 * construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). Frames that are swapped, repeated, cut off or taken from elsewhere do
 * not open. Counted nonces are safe because a key is used for one stretch only. Refuses to know where keys and bytes come from.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { BLOCK_BYTES, BlockPool, freeMemory } from '../../base/streams/block-pool.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { Corrupt } from '../../engines/errors.ts';

/** Plain bytes of every frame but the last. */
export const FRAME_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES;

/** Plain bytes; `end` is exclusive. */
interface Range {
  readonly start: number;
  readonly end: number;
}

const pool = new BlockPool();

/** Bytes at rest of a stretch of `size` plain bytes. */
export function sealedBytes(size: number): number {
  return size + frameCount(size) * TAG_BYTES;
}

function frameCount(size: number): number {
  return Math.ceil(size / FRAME_BYTES);
}

/** All of `plain` as one stretch under `key`, which must be used for nothing else. */
export function sealBytes(key: Uint8Array, plain: Uint8Array): Buffer {
  const frames = frameCount(plain.length);
  const sealed = Buffer.allocUnsafe(sealedBytes(plain.length));
  for (let frame = 0; frame < frames; frame += 1) {
    const start = frame * FRAME_BYTES;
    const pieces = [plain.subarray(start, start + FRAME_BYTES)];
    sealFrame(key, frame, frame === frames - 1, pieces, sealed.subarray(frame * SEALED_FRAME_BYTES));
  }
  return sealed;
}

/** The bytes of `range` of a stretch of `size` plain bytes, in memory of their own. @throws Corrupt */
export function openBytes(key: Uint8Array, size: number, sealed: Uint8Array, range: Range): Buffer {
  if (sealed.length !== sealedBytes(size)) {
    throw new Corrupt(`an encrypted stretch has ${sealed.length} bytes where ${sealedBytes(size)} belong`);
  }
  const { first, end } = framesOf(range);
  const plain = Buffer.allocUnsafe(Math.min(end * FRAME_BYTES, size) - first * FRAME_BYTES);
  for (let frame = first; frame < end; frame += 1) {
    const start = frame * SEALED_FRAME_BYTES;
    const bytes = sealed.subarray(start, start + SEALED_FRAME_BYTES);
    openFrame(
      key,
      frame,
      frame === frameCount(size) - 1,
      bytes,
      plain.subarray((frame - first) * FRAME_BYTES),
    );
  }
  return plain.subarray(range.start - first * FRAME_BYTES, range.end - first * FRAME_BYTES);
}

/** The sealed form of `source` while it flows, in lent chunks; one frame and one block are held at a time. */
export async function* sealStream(key: Uint8Array, source: ByteStream): AsyncGenerator<Uint8Array> {
  const held = Buffer.allocUnsafe(FRAME_BYTES);
  let heldBytes = 0;
  const block = pool.take(BLOCK_BYTES);
  let filled = 0;
  let frame = 0;
  for await (const chunk of source) {
    let at = 0;
    // A frame is sealed when a byte behind it is known, because the last one is sealed differently.
    while (heldBytes + chunk.length - at > FRAME_BYTES) {
      const head = chunk.subarray(at, at + FRAME_BYTES - heldBytes);
      if (filled + SEALED_FRAME_BYTES > block.length) {
        yield block.subarray(0, filled);
        filled = 0;
      }
      const pieces = [held.subarray(0, heldBytes), head];
      filled += sealFrame(key, frame, false, pieces, block.subarray(filled));
      frame += 1;
      at += head.length;
      heldBytes = 0;
    }
    held.set(chunk.subarray(at), heldBytes);
    heldBytes += chunk.length - at;
  }
  if (filled > 0) yield block.subarray(0, filled);
  if (heldBytes > 0) {
    const last = sealFrame(key, frame, true, [held.subarray(0, heldBytes)], block);
    yield block.subarray(0, last);
  }
  pool.give(block);
}

/**
 * The bytes of `range` of a stretch of `size` plain bytes, in lent chunks, none before it is authenticated. `read` gives bytes at rest.
 * @throws Corrupt, from the stream
 */
export async function* openStream(
  key: Uint8Array,
  size: number,
  range: Range,
  read: (range: Range) => ByteStream,
): AsyncGenerator<Uint8Array> {
  const { first, end } = framesOf(range);
  const last = frameCount(size) - 1;
  const rest = sealedBytes(size);
  const block = pool.take(Math.min((end - first) * FRAME_BYTES, BLOCK_BYTES));
  const held = Buffer.allocUnsafe(SEALED_FRAME_BYTES);
  let heldBytes = 0;
  let filled = 0;
  let frame = first;
  /** What is in the block, as far as it was asked for. */
  const asked = (): Uint8Array => {
    const start = Math.min(frame * FRAME_BYTES, size) - filled;
    return block.subarray(Math.max(range.start - start, 0), Math.min(range.end - start, filled));
  };
  const atRest = { start: first * SEALED_FRAME_BYTES, end: Math.min(end * SEALED_FRAME_BYTES, rest) };
  for await (const chunk of read(atRest)) {
    for (let at = 0; at < chunk.length; ) {
      const missing =
        Math.min((frame + 1) * SEALED_FRAME_BYTES, rest) - frame * SEALED_FRAME_BYTES - heldBytes;
      const part = chunk.subarray(at, at + missing);
      at += part.length;
      if (part.length < missing || heldBytes > 0) {
        held.set(part, heldBytes);
        heldBytes += part.length;
      }
      if (part.length < missing) break;
      if (filled + FRAME_BYTES > block.length) {
        yield asked();
        filled = 0;
      }
      const whole = heldBytes > 0 ? held.subarray(0, heldBytes) : part;
      filled += openFrame(key, frame, frame === last, whole, block.subarray(filled));
      frame += 1;
      heldBytes = 0;
    }
    if (filled > 0) yield asked();
    filled = 0;
  }
  if (frame !== end) throw new Corrupt(`an encrypted stretch ends at frame ${frame} of ${last + 1}`);
  pool.give(block);
}

/** The frames that hold `range`; `end` is exclusive. */
function framesOf({ start, end }: Range): { first: number; end: number } {
  return { first: Math.floor(start / FRAME_BYTES), end: Math.ceil(end / FRAME_BYTES) };
}

function nonceOf(frame: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(frame, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Writes the frame to the beginning of `into` and answers its bytes at rest. */
function sealFrame(
  key: Uint8Array,
  frame: number,
  last: boolean,
  pieces: readonly Uint8Array[],
  into: Uint8Array,
): number {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(frame, last));
  let at = 0;
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    const sealed = cipher.update(piece);
    into.set(sealed, at);
    at += sealed.length;
    // Left to the garbage collector, this memory would cost more than the encryption.
    freeMemory(sealed);
  }
  cipher.final();
  into.set(cipher.getAuthTag(), at);
  return at + TAG_BYTES;
}

/** Writes the plain bytes to the beginning of `into` and answers their number. @throws Corrupt */
function openFrame(
  key: Uint8Array,
  frame: number,
  last: boolean,
  sealed: Uint8Array,
  into: Uint8Array,
): number {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(frame, last), { authTagLength: TAG_BYTES });
  const size = sealed.length - TAG_BYTES;
  decipher.setAuthTag(sealed.subarray(size));
  const plain = decipher.update(sealed.subarray(0, size));
  try {
    decipher.final();
  } catch (error) {
    throw new Corrupt(`frame ${frame} of an encrypted stretch does not open`, error);
  }
  into.set(plain, 0);
  freeMemory(plain);
  return size;
}
