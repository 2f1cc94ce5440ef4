/** Owns the bytes of the crash rounds: never twice the same, recognisable by their entity tag, and known without being kept. */
import { createCipheriv, createHash } from 'node:crypto';
import type { SeededRandom } from '../support/seeded-random.ts';

/** A body to send, under the entity tag it must get. */
export interface Content {
  readonly etag: string;
  readonly bytes: Buffer;
}

/** What is remembered of a content: enough to tell it from any other, and from a mixture. */
export interface Known {
  readonly size: number;
  /** In hex; of the whole, also where the entity tag is of parts. */
  readonly md5: string;
  /** Makes the bytes of `start` to `end` (exclusive) again. */
  readonly slice: (start: number, end: number) => Buffer;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
/** The least size of a part that is not the last. */
export const partBytes = 5 * mebibyte;
/** Up to here objects live in the metadata by default. */
const inlineBytes = 16 * kibibyte;

export class Contents {
  readonly #known = new Map<string, Known>();
  #made = 0;

  /** New bytes of `size`. */
  make(size: number): Content {
    this.#made += 1;
    const seed = this.#made;
    const bytes = bytesOf(seed, size);
    const etag = md5(bytes);
    this.#known.set(etag, {
      size,
      md5: etag,
      slice: (start, end) => bytesOf(seed, size).subarray(start, end),
    });
    return { etag, bytes };
  }

  /** What completing an upload of these parts must give; answers its entity tag. */
  join(parts: readonly Content[]): string {
    const digests = parts.map(({ etag }) => Buffer.from(etag, 'hex'));
    const etag = `${md5(Buffer.concat(digests))}-${parts.length}`;
    const whole = Buffer.concat(parts.map(({ bytes }) => bytes));
    const pieces = parts.map(({ etag: part }) => part);
    this.#known.set(etag, {
      size: whole.length,
      md5: md5(whole),
      slice: (start, end) => this.#rejoin(pieces).subarray(start, end),
    });
    return etag;
  }

  /** Undefined for an entity tag that none of our contents has. */
  find(etag: string): Known | undefined {
    return this.#known.get(etag);
  }

  #rejoin(pieces: readonly string[]): Buffer {
    return Buffer.concat(
      pieces.map((etag) => {
        const known = this.#known.get(etag);
        return known === undefined ? Buffer.alloc(0) : known.slice(0, known.size);
      }),
    );
  }
}

/** Mostly small ones, in the metadata; the sizes around that limit; and blobs of 100 KiB to 3 MiB. */
export function randomSize(random: SeededRandom): number {
  const sizes = {
    empty: () => 0,
    inline: () => random.between(1, inlineBytes),
    border: () => inlineBytes + random.between(-1, 1),
    blob: () => random.between(100 * kibibyte, mebibyte),
    large: () => random.between(mebibyte, 3 * mebibyte),
  };
  return sizes[random.weighted({ empty: 4, inline: 46, border: 8, blob: 32, large: 10 })]();
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A key stream: no two places and no two seeds look alike, so that any mixture shows. */
function bytesOf(seed: number, size: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
