/** Owns ending a byte stream from outside, also while it waits for a chunk that may never come. */
import type { ByteStream } from './byte-stream.ts';

/**
 * The chunks of `source` until `signal` aborts; then the signal's reason is thrown at once, and the source is told to close
 * without waiting for it, because a stalled source would not answer.
 */
export function abortable(source: ByteStream, signal: AbortSignal | undefined): ByteStream {
  if (signal === undefined) return source;
  return { [Symbol.asyncIterator]: () => abortableIterator(source[Symbol.asyncIterator](), signal) };
}

function abortableIterator(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): AsyncIterator<Uint8Array> {
  let interrupt: ((reason: unknown) => void) | undefined;
  let aborted = false;
  const close = async () => {
    await iterator.return?.();
  };
  const abort = () => {
    aborted = true;
    interrupt?.(signal.reason);
    // Nobody waits for the source any more, so nobody is left to hear that closing it failed.
    close().catch(() => {});
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  const release = () => signal.removeEventListener('abort', abort);

  // One listener for the whole stream, and no promise that outlives a chunk: racing every chunk against one long-lived
  // promise would keep a reaction per chunk until the end.
  const next = () =>
    new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      if (aborted) {
        reject(signal.reason);
        return;
      }
      interrupt = reject;
      iterator.next().then(
        (result) => {
          if (result.done) release();
          resolve(result);
        },
        (error) => {
          release();
          reject(error);
        },
      );
    });
  return {
    next,
    async return() {
      release();
      if (!aborted) await close();
      return { done: true, value: undefined };
    },
  };
}
