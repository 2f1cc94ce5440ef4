/**
 * The blob engine: immutable byte strings under opaque ids. Object keys never become file names, metadata never becomes
 * file attributes; what a blob belongs to is known to the metadata engine alone.
 */

import type { ByteStream } from '../../base/streams/byte-stream.ts';

/** 32 lower-case hex characters, random, made by the engine. */
export type BlobId = string;

/** `start` inclusive, `end` exclusive, in bytes from the beginning of the blob; `0 <= start <= end <= size`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface BlobInfo {
  readonly id: BlobId;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface BlobStore {
  /**
   * Stores the bytes of `source` and resolves when they are durable. When `source` throws or `signal` aborts, the same
   * error comes out and nothing stays behind. Chunks are taken at the engine's speed; as lent ones (see ByteStream), the engine
   * copies what it needs of them after asking for the next. Large chunks are cheaper than many small ones.
   * @throws Unavailable with reason `full` when there is no space.
   */
  write(source: ByteStream, signal?: AbortSignal): Promise<{ id: BlobId; size: number }>;
  /**
   * The bytes of `range` in order, each verified against its checksum before it is given out; leaving the loop early frees all.
   * Chunks are lent (see ByteStream): the reader may change each until it asks for the next, when the engine may fill its memory
   * with other bytes. An empty range gives nothing, and still asks for the blob to be there.
   * @throws Corrupt when the blob is absent, shorter than `range`, or damaged; Unavailable.
   */
  read(id: BlobId, range: ByteRange): ByteStream;
  /** Removes a blob; an absent one is fine. */
  delete(id: BlobId): Promise<void>;
  /** Every blob, in no order; blobs written or deleted meanwhile may or may not appear. */
  enumerate(): AsyncIterable<BlobInfo>;
  /** Resolves when the engine can serve reads and writes. @throws Unavailable. */
  health(): Promise<void>;
  close(): Promise<void>;
}
