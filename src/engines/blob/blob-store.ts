/**
 * The blob engine: immutable byte strings under opaque ids. Object keys never become file names, metadata never becomes
 * file attributes; what a blob belongs to is known to the metadata engine alone.
 */

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
   * error comes out and nothing stays behind. Chunks are consumed at the engine's speed and must not be modified afterwards.
   * @throws Unavailable with reason `full` when there is no space.
   */
  write(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<{ id: BlobId; size: number }>;
  /**
   * The bytes of `range` in order, each verified against its checksum before it is given out; leaving the loop early frees all.
   * Chunks belong to the reader, who may change them. An empty range gives nothing, and still asks for the blob to be there.
   * @throws Corrupt when the blob is absent, shorter than `range`, or damaged; Unavailable.
   */
  read(id: BlobId, range: ByteRange): AsyncIterable<Uint8Array>;
  /** Removes a blob; an absent one is fine. */
  delete(id: BlobId): Promise<void>;
  /** Every blob, in no order; blobs written or deleted meanwhile may or may not appear. */
  enumerate(): AsyncIterable<BlobInfo>;
  /** Resolves when the engine can serve reads and writes. @throws Unavailable. */
  health(): Promise<void>;
  close(): Promise<void>;
}
