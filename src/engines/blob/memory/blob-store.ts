/** The blob engine in memory, for tests and nothing else: it loses everything with the process. */

import { type Clock, newId, type Random, systemClock, systemRandom } from '../../../base/clock.ts';
import { abortable } from '../../../base/streams/abortable.ts';
import type { ByteStream } from '../../../base/streams/byte-stream.ts';
import { Corrupt, Unavailable } from '../../errors.ts';
import type { BlobInfo, BlobStore, ByteRange } from '../blob-store.ts';
import { checkRange } from '../byte-range.ts';

/** Reads come in chunks of this size, so that readers meet more than one. */
const CHUNK_BYTES = 64 * 1024;

export interface MemoryOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** An empty store. */
export function openMemoryBlobs({
  clock = systemClock,
  random = systemRandom,
}: MemoryOptions = {}): BlobStore {
  return new MemoryBlobStore(clock, random);
}

class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, { bytes: Buffer; createdAt: number }>();
  readonly #clock: Clock;
  readonly #random: Random;
  #closed = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  async write(source: ByteStream, signal?: AbortSignal): Promise<{ id: string; size: number }> {
    this.#refuseWhenClosed();
    signal?.throwIfAborted();
    const chunks: Uint8Array[] = [];
    for await (const chunk of abortable(source, signal)) chunks.push(Uint8Array.from(chunk));
    signal?.throwIfAborted();
    const id = newId(this.#random);
    const bytes = Buffer.concat(chunks);
    this.#blobs.set(id, { bytes, createdAt: this.#clock() });
    return { id, size: bytes.length };
  }

  async *read(id: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    this.#refuseWhenClosed();
    checkRange(range);
    const blob = this.#blobs.get(id);
    if (blob === undefined) throw new Corrupt(`blob ${id} is absent`);
    if (range.end > blob.bytes.length) {
      throw new Corrupt(`blob ${id} has ${blob.bytes.length} bytes, ${range.end} expected`);
    }
    for (let at = range.start; at < range.end; at += CHUNK_BYTES) {
      const lent = Buffer.from(blob.bytes.subarray(at, Math.min(at + CHUNK_BYTES, range.end)));
      yield lent;
      // So that a reader who still uses it shows in a test.
      lent.fill(0xdb);
    }
  }

  async delete(id: string): Promise<void> {
    this.#refuseWhenClosed();
    this.#blobs.delete(id);
  }

  async *enumerate(): AsyncGenerator<BlobInfo> {
    this.#refuseWhenClosed();
    for (const [id, { createdAt }] of this.#blobs) yield { id, createdAt };
  }

  async health(): Promise<void> {
    this.#refuseWhenClosed();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Unavailable('the blob store is closed');
  }
}
