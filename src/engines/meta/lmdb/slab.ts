/**
 * Copies of records in few, larger blocks of memory: a block of its own for every small record would cost more in garbage
 * collection than the read itself. A block lives as long as the last record in it.
 */

const slabBytes = 64 * 1024;
/** Longer records get memory of their own, so that a slab is shared by several. */
const ownBytes = 16 * 1024;

export class Slab {
  #block = Buffer.alloc(0);

  /** A copy of `shared`, whose memory the binding uses again at its next read. Its `length` is all that is true of its bounds. */
  copy(shared: Buffer): Buffer {
    const size = shared.length;
    const own = size > ownBytes ? Buffer.allocUnsafeSlow(size) : this.#take(size);
    shared.copy(own, 0, 0, size);
    return own;
  }

  #take(size: number): Buffer {
    if (this.#block.length < size) this.#block = Buffer.allocUnsafeSlow(slabBytes);
    const taken = this.#block.subarray(0, size);
    this.#block = this.#block.subarray(size);
    return taken;
  }
}
