/**
 * Owns memory for bytes on their way through. Fresh buffers are expensive in bulk: the garbage collector walks the whole heap
 * for every 64 MiB of them, and their pages come from the system one fault at a time.
 */

/** Of one block: large enough that what happens once per block costs nothing, small enough to stay in the processor's cache. */
export const BLOCK_BYTES = 512 * 1024;

/** Below this a buffer of its own is cheaper than a block held by a slow client. */
const LEAST_BYTES = 32 * 1024;

export class BlockPool {
  readonly #spare: Buffer[] = [];
  readonly #most: number;

  /** @param most blocks kept for later; the pool gives out any number */
  constructor(most = 8) {
    this.#most = most;
  }

  /** A buffer with room for `bytes` and anything in it: a block, or one of its own when a block would be far too large or too small. */
  take(bytes: number): Buffer {
    if (bytes < LEAST_BYTES || bytes > BLOCK_BYTES) return Buffer.allocUnsafe(bytes);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  /** Takes back what `take` gave. Nobody may touch it any more; when in doubt, leave it to the garbage collector. */
  give(block: Buffer): void {
    if (block.length !== BLOCK_BYTES) return;
    if (this.#spare.length < this.#most) this.#spare.push(block);
    else freeMemory(block);
  }
}

/**
 * Gives the memory behind `chunk` back now instead of at the next garbage collection; `chunk` is empty afterwards. Does nothing
 * when `chunk` is a part of something larger.
 */
export function freeMemory(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && chunk.byteLength === buffer.byteLength) buffer.transfer(0);
}
