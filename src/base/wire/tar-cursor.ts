/** Owns the place in a stream of tar blocks: whole blocks as copies, bodies as lent. Refuses to know what a block says. */
import type { ByteStream } from '../streams/byte-stream.ts';
import { TarError } from './tar-header.ts';

const blockBytes = 512;

/** Where in the source the reader is. Chunks go out as they were lent. */
export class TarCursor {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes of the body under way that nobody has read, and those that fill its last block. */
  #left = 0;
  #filling = 0;

  constructor(source: ByteStream) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async #next(most: number): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#iterator.next();
      if (done) return undefined;
      this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** A copy of the next block; undefined where the source ends before one. */
  async block(): Promise<Buffer | undefined> {
    const block = Buffer.alloc(blockBytes);
    for (let filled = 0; filled < blockBytes; ) {
      const piece = await this.#next(blockBytes - filled);
      if (piece === undefined && filled === 0) return undefined;
      if (piece === undefined) throw new TarError('truncated header');
      piece.copy(block, filled);
      filled += piece.length;
    }
    return block;
  }

  /** The next `size` bytes, which belong together; announces them even when nobody reads them. */
  body(size: number): ByteStream {
    this.#left = size;
    this.#filling = (blockBytes - (size % blockBytes)) % blockBytes;
    return this.#rest();
  }

  async *#rest(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const piece = await this.#next(this.#left);
      if (piece === undefined) throw new TarError('unexpected end of data');
      this.#left -= piece.length;
      yield piece;
    }
  }

  async skipBody(): Promise<void> {
    this.#left += this.#filling;
    this.#filling = 0;
    for await (const _ of this.#rest());
  }

  /** Reads on for at most `most` bytes, whatever they are. */
  async skipPadding(most: number): Promise<void> {
    for (let left = most; left > 0; ) {
      const piece = await this.#next(left);
      if (piece === undefined) return;
      left -= piece.length;
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
