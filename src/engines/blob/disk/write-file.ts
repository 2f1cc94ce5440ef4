/**
 * Owns getting a byte stream into an open file: gathering, overlapping with the source, checksums, sync. Refuses names: what the
 * file is called, and when it becomes a blob, is the directory's affair.
 */

import type { FileHandle } from 'node:fs/promises';
import { BlockChecksums, encodeTrailer } from './blob-format.ts';
import { attempt } from './file-failure.ts';

/** Chunks are gathered up to this many bytes, then handed to one system call as they are, not copied. */
const GATHER_BYTES = 1024 * 1024;
/** The most pieces one `writev` takes on Linux. */
const GATHER_CHUNKS = 1024;
/** Gathered writes that may wait or run while the source is pulled: memory of one stream is at most one more than this. */
const WRITES_AHEAD = 2;
/** Written bytes are sent to the disk in the background this often, so that the last sync of a large blob is short. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/**
 * Writes all of `source` to the empty `file` in blob format and resolves with the number of its bytes when they are durable.
 * An error of `source` comes out as it is, one of the file as Unavailable. No operation on the file is left running.
 */
export async function writeBlobFile(
  file: FileHandle,
  id: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const checksums = new BlockChecksums();
  const appender = new Appender(file);
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

/** Appends to a file behind the caller's back, in order, a bounded distance behind. */
class Appender {
  readonly #file: FileHandle;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #position = 0;
  /** Position up to which a background sync was started. */
  #syncedTo = 0;
  /** Writes that wait or run, oldest first; each starts when the one before is done, because a file takes one at a time. */
  #writes: Promise<void>[] = [];
  #sync: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Takes `chunk`; resolves when there is room for the next. Failures of earlier writes come out here or at the end. */
  async append(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes >= GATHER_BYTES || this.#gathered.length >= GATHER_CHUNKS) await this.#flush();
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#writes);
    await this.#sync;
    await attempt(this.#file.datasync());
  }

  /** Resolves when nothing touches the file any more, whatever came of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#writes, this.#sync]);
  }

  async #flush(): Promise<void> {
    const chunks = this.#gathered;
    const position = this.#position;
    this.#position += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const before = this.#writes.at(-1);
    this.#writes.push(awaitedLater(this.#write(chunks, position, before)));
    if (this.#writes.length > WRITES_AHEAD) await this.#writes.shift();
    if (this.#position - this.#syncedTo >= SYNC_EVERY_BYTES) await this.#syncInBackground();
  }

  async #write(chunks: Uint8Array[], position: number, before: Promise<void> | undefined): Promise<void> {
    await before;
    await attempt(writeFully(this.#file, chunks, position));
  }

  /** One sync at a time: when the disk is slower than the source, this is where the source is held back. */
  async #syncInBackground(): Promise<void> {
    await this.#sync;
    this.#syncedTo = this.#position;
    this.#sync = awaitedLater(attempt(this.#file.datasync()));
  }
}

/** Marks a promise whose failure is looked at later, so that it does not count as forgotten meanwhile. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Writes all `chunks` at `position`, going on after short writes (a full disk first answers with one). */
async function writeFully(file: FileHandle, chunks: Uint8Array[], position: number): Promise<void> {
  let rest = chunks;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = dropBytes(rest, bytesWritten);
  }
}

function dropBytes(chunks: Uint8Array[], count: number): Uint8Array[] {
  let drop = count;
  let whole = 0;
  for (; whole < chunks.length; whole++) {
    const length = chunks[whole]?.length ?? 0;
    if (length > drop) break;
    drop -= length;
  }
  const rest = chunks.slice(whole);
  const [first] = rest;
  if (first !== undefined && drop > 0) rest[0] = first.subarray(drop);
  return rest;
}
