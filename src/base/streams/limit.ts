/** Owns passing a byte stream on while counting it. */

import { TooLarge } from './collect.ts';

/**
 * The chunks of `source` as they are, as long as there are no more than `maximum` bytes of them.
 * @throws TooLarge in place of the chunk that goes past `maximum`; the source is closed.
 */
export async function* limit(source: AsyncIterable<Uint8Array>, maximum: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maximum) throw new TooLarge(maximum);
    yield chunk;
  }
}
