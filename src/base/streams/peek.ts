/**
 * Owns looking at the beginning of a byte stream and going on with it afterwards: how an upload is found small enough to be
 * kept in one piece, whatever length was announced. Copies nothing.
 */

export interface Peeked {
  /** The first bytes, as they came; the last chunk is cut (a view, not a copy) where the wanted number is reached. */
  readonly head: readonly Uint8Array[];
  /** Bytes in `head`. */
  readonly size: number;
  /** True when the stream has no byte after `head`. */
  readonly ended: boolean;
  /** What follows `head`; to be read once. Leaving its loop early closes the source. */
  readonly rest: AsyncIterable<Uint8Array>;
  /**
   * Closes the source when `rest` was not read, or not to its end; harmless otherwise, so it belongs in a `finally`: a reader
   * that fails before its first chunk closes nothing.
   */
  close(): Promise<void>;
}

/**
 * Takes the first `bytes` bytes of `source`, and looks far enough to know whether anything follows them.
 * Whatever `source` throws comes out; it is closed then.
 */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (!ended && size <= bytes) {
    const next = await iterator.next();
    if (next.done) {
      ended = true;
    } else if (next.value.length > 0) {
      chunks.push(next.value);
      size += next.value.length;
    }
  }
  const over = size - bytes;
  const rest = remaining(over > 0 ? cutTail(chunks, over) : undefined, iterator, ended);
  return {
    head: chunks,
    size: Math.min(size, bytes),
    ended,
    rest: { [Symbol.asyncIterator]: () => rest },
    close: async () => {
      await rest.return();
    },
  };
}

/** Takes the last `over` bytes away from the last chunk and gives them back. */
function cutTail(chunks: Uint8Array[], over: number): Uint8Array | undefined {
  const last = chunks.pop();
  if (last === undefined) return undefined;
  const kept = last.length - over;
  if (kept > 0) chunks.push(last.subarray(0, kept));
  return last.subarray(kept);
}

/**
 * `first`, then whatever `iterator` still has. A hand-made iterator, because a generator that was never started does not run
 * its `finally` when it is dropped, and the source would stay open.
 */
function remaining(
  first: Uint8Array | undefined,
  iterator: AsyncIterator<Uint8Array>,
  alreadyEnded: boolean,
): { next(): Promise<IteratorResult<Uint8Array>>; return(): Promise<IteratorResult<Uint8Array>> } {
  let pending = first;
  let ended = alreadyEnded;
  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      if (pending !== undefined) {
        const value = pending;
        pending = undefined;
        return { done: false, value };
      }
      const next = await iterator.next();
      if (next.done) ended = true;
      return next;
    },
    async return() {
      pending = undefined;
      if (!ended) {
        ended = true;
        await iterator.return?.();
      }
      return { done: true, value: undefined };
    },
  };
}
