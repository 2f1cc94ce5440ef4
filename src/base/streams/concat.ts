/** Owns putting byte streams in a row. */

type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The bytes of each source after the other. A source is asked for (and so opened) only when the one before has ended; leaving
 * early closes the current one and never opens the rest.
 */
export async function* concat(
  sources: Iterable<ByteStream> | AsyncIterable<ByteStream>,
): AsyncGenerator<Uint8Array> {
  for await (const source of sources) yield* source;
}
