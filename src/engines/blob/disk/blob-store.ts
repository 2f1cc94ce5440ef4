/**
 * The blob engine on a mounted file system. Owns the order of steps that makes a write safe; what it promises is in README.md.
 */

import { resolve } from 'node:path';
import { type Clock, newId, type Random, systemClock, systemRandom } from '../../../base/clock.ts';
import { abortable } from '../../../base/streams/abortable.ts';
import { BlockPool } from '../../../base/streams/block-pool.ts';
import type { ByteStream } from '../../../base/streams/byte-stream.ts';
import { Corrupt, Unavailable } from '../../errors.ts';
import type { BlobInfo, BlobStore, ByteRange } from '../blob-store.ts';
import { checkRange } from '../byte-range.ts';
import { BlobDirectory } from './directory.ts';
import { attempt } from './file-failure.ts';
import { readBlobFile } from './read-file.ts';
import { writeBlobFile } from './write-file.ts';

export interface DiskOptions {
  /** The directory that holds the store; created when missing. Several processes may open it at once. */
  readonly path: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Opens or creates the store below `path` and clears what dead processes left in it.
 * @throws Error with one clear line when the directory cannot be created, written or read.
 */
export async function openDisk({
  path,
  clock = systemClock,
  random = systemRandom,
}: DiskOptions): Promise<BlobStore> {
  try {
    const directory = await BlobDirectory.open(resolve(path));
    await directory.probe(newId(random));
    await directory.sweep(clock());
    return new DiskBlobStore(directory, clock, random);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot keep blobs in ${path}: ${reason}`, { cause: error });
  }
}

class DiskBlobStore implements BlobStore {
  readonly #directory: BlobDirectory;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pool = new BlockPool();
  #closed = false;

  constructor(directory: BlobDirectory, clock: Clock, random: Random) {
    this.#directory = directory;
    this.#clock = clock;
    this.#random = random;
  }

  async write(source: ByteStream, signal?: AbortSignal): Promise<{ id: string; size: number }> {
    this.#refuseWhenClosed();
    signal?.throwIfAborted();
    const id = newId(this.#random);
    try {
      const size = await this.#writeTemporary(id, abortable(source, signal));
      signal?.throwIfAborted();
      await this.#directory.publish(id);
      return { id, size };
    } catch (error) {
      await this.#directory.discard(id);
      throw error;
    }
  }

  async *read(id: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    this.#refuseWhenClosed();
    checkRange(range);
    const file = await this.#directory.find(id);
    if (file === undefined) throw new Corrupt(`blob ${id} is absent`);
    try {
      yield* readBlobFile(file, id, range, this.#pool);
    } finally {
      await file.close();
    }
  }

  async delete(id: string): Promise<void> {
    this.#refuseWhenClosed();
    await this.#directory.remove(id);
  }

  /** Also clears what dead processes left: whoever walks the store is doing its housekeeping. */
  async *enumerate(): AsyncGenerator<BlobInfo> {
    this.#refuseWhenClosed();
    await this.#directory.sweep(this.#clock());
    yield* this.#directory.list();
  }

  async health(): Promise<void> {
    this.#refuseWhenClosed();
    await attempt(this.#directory.probe(newId(this.#random)));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #writeTemporary(id: string, source: ByteStream): Promise<number> {
    const file = await this.#directory.create(id);
    try {
      return await writeBlobFile(file, id, source, this.#pool);
    } finally {
      // A failing close loses nothing: by now everything is synced, or about to be thrown away.
      await file.close().catch(() => {});
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Unavailable('the blob store is closed');
  }
}
