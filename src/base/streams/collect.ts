/** Owns taking a whole, small byte stream into memory, never more than a stated maximum. */

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
 * All bytes of `source` as one buffer, without a copy when they came as one chunk.
 * @throws TooLarge when there are more than `maximum`; the source is closed and no more than one chunk too many was taken.
 */
export async function collect(source: AsyncIterable<Uint8Array>, maximum: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maximum) throw new TooLarge(maximum);
    chunks.push(chunk);
  }
  return joinChunks(chunks);
}

/** The bytes of `chunks` in a row; a single chunk is viewed, not copied. */
export function joinChunks(chunks: readonly Uint8Array[]): Buffer {
  const [first] = chunks;
  if (first === undefined || chunks.length > 1) return Buffer.concat(chunks);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}
