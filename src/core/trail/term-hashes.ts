/**
 * Owns the hashes of events' terms while a chunk is made. Most texts of an event stood in the one before it too (names, users,
 * agents), so the words of a text are remembered for as long as the chunk is being made.
 */
import { hashTerm } from './chunk-index.ts';
import type { TrailEvent } from './event.ts';
import { mostWords, termsApartFromWords, textsOf, wordsOf } from './terms.ts';

/** Texts that are remembered; the names of objects alone could be many. */
const mostRemembered = 4096;

export class TermHashes {
  readonly #words = new Map<string, readonly number[]>();

  /** Of all terms of `event`, in any order; some may come twice. */
  of(event: TrailEvent): number[] {
    const hashes = termsApartFromWords(event).map(hashTerm);
    const without = hashes.length;
    for (const text of textsOf(event)) {
      const words = this.#hashesOfWords(text);
      const room = mostWords - (hashes.length - without);
      hashes.push(...(words.length > room ? words.slice(0, room) : words));
    }
    return hashes;
  }

  #hashesOfWords(text: string): readonly number[] {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    const made = wordsOf(text).map((word) => hashTerm(`w${word}`));
    if (this.#words.size < mostRemembered) this.#words.set(text, made);
    return made;
  }
}
