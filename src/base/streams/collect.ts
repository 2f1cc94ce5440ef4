/** Owns taking a whole, small byte stream into memory, never more than a stated maximum. */

import type { ByteStream } from './byte-stream.ts';

/** A byte stream went on past the most that was allowed. */
export class TooLarge extends Error {
  /** The most that was allowed, in bytes. */
  readonly maximum: number;
  constructor(maximum: number) {
    super(`more than ${maximum} bytes`);
    this.name = 'TooLarge';
    this.maximum = maximum;
  }
}

/**
 * All bytes of `source` as one buffer of their own.
 * @throws TooLarge when there are more than `maximum`; the source is closed and no more than one chunk too many was taken.
 */
export async function collect(source: ByteStream, maximum: number): Promise<Buffer> {
  const taken = await collectIfSmall(source, maximum);
  if (taken instanceof Uint8Array) return taken;
  await taken.close();
  throw new TooLarge(maximum);
}

/** A stream some of which was looked at: gives everything from its first byte on, once. */
export interface ReopenedStream extends ByteStream {
  /** Closes the source when it was not read to its end; harmless otherwise. For readers that may fail before their first chunk. */
  close(): Promise<void>;
}

/**
 * All bytes of `source` as one buffer of their own when they are no more than `maximum`, else a stream of them. How an upload is
 * found small enough to be kept in one piece, whatever length was announced. Whatever `source` throws comes out.
 */
export async function collectIfSmall(source: ByteStream, maximum: number): Promise<Buffer | ReopenedStream> {
  const iterator = source[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let size = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done) return joinChunks(head, size);
    size += next.value.length;
    if (size > maximum) return reopened(head, next.value, iterator);
    head.push(Buffer.from(next.value));
  }
}

function joinChunks(chunks: readonly Buffer[], size: number): Buffer {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

/** `head`, then the chunk that `source` has lent and wants back at the next question, then what it still has. */
function reopened(
  head: readonly Uint8Array[],
  lent: Uint8Array,
  source: AsyncIterator<Uint8Array>,
): ReopenedStream {
  const first = [...head, lent];
  let ended = false;
  // Made by hand, because a generator that was never started does not run its `finally`, and the source would stay open.
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const value = first.shift();
      if (value !== undefined) return { done: false, value };
      if (ended) return { done: true, value: undefined };
      const next = await source.next();
      if (next.done) ended = true;
      return next;
    },
    async return() {
      first.length = 0;
      if (!ended) {
        ended = true;
        await source.return?.();
      }
      return { done: true, value: undefined };
    },
  };
  return {
    [Symbol.asyncIterator]: () => iterator,
    close: async () => {
      await iterator.return?.();
    },
  };
}
