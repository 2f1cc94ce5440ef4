/**
 * Owns the hashes of events' terms while a chunk is made. Most texts of an event stood in the one before it too (names, users,
 * agents), so what was made of a text is remembered for as long as the chunk is being made.
 */
import { hashTerm } from './chunk-index.ts';
import type { TrailEvent } from './event.ts';
import { mostWords, termsApartFromWords, textsOf, wordsOf } from './terms.ts';

/** Texts that are remembered; the names of objects alone could be many. */
const mostRemembered = 4096;

export class TermHashes {
  readonly #terms = new Map<string, number>();
  readonly #words = new Map<string, readonly number[]>();

  /** Of all terms of `event`, in any order; some may come twice. */
  of(event: TrailEvent): number[] {
    const hashes = termsApartFromWords(event).map((term) => remembered(this.#terms, term, hashTerm));
    const without = hashes.length;
    for (const text of textsOf(event)) {
      const words = remembered(this.#words, text, hashesOfWords);
      const room = mostWords - (hashes.length - without);
      hashes.push(...(words.length > room ? words.slice(0, room) : words));
    }
    return hashes;
  }
}

function hashesOfWords(text: string): readonly number[] {
  return wordsOf(text).map((word) => hashTerm(`w${word}`));
}

function remembered<T>(memory: Map<string, T>, text: string, make: (text: string) => T): T {
  const known = memory.get(text);
  if (known !== undefined) return known;
  const made = make(text);
  if (memory.size < mostRemembered) memory.set(text, made);
  return made;
}
