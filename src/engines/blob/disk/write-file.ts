/**
 * Owns getting a byte stream into an open file: gathering, checksums, sync. Refuses names: what the file is called, and when it
 * becomes a blob, is the directory's affair.
 */

import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES, type BlockPool } from '../../../base/streams/block-pool.ts';
import type { ByteStream } from '../../../base/streams/byte-stream.ts';
import { BlockChecksums, encodeTrailer } from './blob-format.ts';
import { attempt, awaitedLater } from './file-failure.ts';

/** A chunk of this many bytes is written without being copied first. */
const DIRECT_BYTES = BLOCK_BYTES / 2;
/** Written bytes are sent to the disk in the background this often, so that the last sync of a large blob is short. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/**
 * Writes all of `source` to the empty `file` in blob format and resolves with the number of its bytes when they are durable.
 * An error of `source` comes out as it is, one of the file as Unavailable. No operation on the file is left running.
 */
export async function writeBlobFile(
  file: FileHandle,
  id: string,
  source: ByteStream,
  pool: BlockPool,
): Promise<number> {
  const checksums = new BlockChecksums();
  const appender = new Appender(file, pool);
  try {
    for await (const chunk of source) {
      checksums.add(chunk);
      await appender.append(chunk);
    }
    await appender.append(checksums.encode());
    await appender.append(encodeTrailer(id, checksums.size));
    await appender.finish();
  } finally {
    await appender.settle();
  }
  return checksums.size;
}

/** Appends to a file: large chunks as they are, small ones gathered first. One write at a time, and beside it at most one sync. */
class Appender {
  readonly #file: FileHandle;
  readonly #pool: BlockPool;
  #gathered: Buffer | undefined;
  #gatheredBytes = 0;
  #position = 0;
  /** Position up to which a background sync was started. */
  #syncedTo = 0;
  #sync: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, pool: BlockPool) {
    this.#file = file;
    this.#pool = pool;
  }

  /** Takes `chunk`, and needs it no longer when this resolves. */
  async append(chunk: Uint8Array): Promise<void> {
    if (this.#gatheredBytes === 0 && chunk.length >= DIRECT_BYTES) {
      await this.#write(chunk);
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      this.#gathered ??= this.#pool.take(BLOCK_BYTES);
      const part = chunk.subarray(at, at + BLOCK_BYTES - this.#gatheredBytes);
      this.#gathered.set(part, this.#gatheredBytes);
      this.#gatheredBytes += part.length;
      at += part.length;
      if (this.#gatheredBytes === BLOCK_BYTES) await this.#flush();
    }
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#sync;
    await attempt(this.#file.datasync());
  }

  /** Resolves when nothing touches the file any more, whatever came of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#sync]);
    if (this.#gathered !== undefined) this.#pool.give(this.#gathered);
    this.#gathered = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#gathered === undefined) return;
    const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
    this.#gatheredBytes = 0;
    await this.#write(bytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await attempt(writeFully(this.#file, bytes, this.#position));
    this.#position += bytes.length;
    if (this.#position - this.#syncedTo >= SYNC_EVERY_BYTES) await this.#syncInBackground();
  }

  /** One sync at a time: when the disk is slower than the source, this is where the source is held back. */
  async #syncInBackground(): Promise<void> {
    await this.#sync;
    this.#syncedTo = this.#position;
    this.#sync = awaitedLater(attempt(this.#file.datasync()));
  }
}

/** Writes all `bytes` at `position`, going on after short writes (a full disk first answers with one). */
async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
