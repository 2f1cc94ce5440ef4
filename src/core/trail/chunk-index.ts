/**
 * Owns the inverted index of a chunk: terms by their hash, in pages, each term with the places of its events. Collisions are
 * left in (one in about 100,000 look-ups); whoever reads an event asks it again.
 *
 *     page: u16 count | count x (u32 hash, u32 end of its places) | places
 *     places: u16 each, ascending; or, when that is shorter, a bitmap behind a length that no list can have (odd)
 */

/** The most events of a chunk: places are two bytes. */
export const chunkEvents = 16_384;
/** Bytes a page should have: small enough to read hundreds of, large enough not to be too many. */
const pageBytes = 4096;

/** FNV-1a over UTF-16 units, mixed at the end so that the upper bits serve too. */
export function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at += 1) {
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A page holds all hashes that begin with its number, in `bits` bits. */
export function pageOfHash(hash: number, bits: number): number {
  return bits === 0 ? 0 : hash >>> (32 - bits);
}

export interface ChunkIndex {
  readonly bits: number;
  readonly pages: readonly Buffer[];
}

/** Pairs of a term's hash and a place as one whole number, so that sorting numbers orders the index. */
const placesOfHash = 2 ** 16;

/** The index of events whose terms are given in the order of their places, or term by term. */
export class IndexBuilder {
  #pairs = new Float64Array(1024);
  #used = 0;
  #count = 0;

  /** The next event's terms. */
  add(terms: Iterable<string>): void {
    this.addHashes(Array.from(terms, hashTerm));
  }

  /** The next event's terms; the same one twice counts once. */
  addHashes(hashes: readonly number[]): void {
    const place = this.#count;
    for (const hash of hashes) this.addPlace(hash, place);
    this.#count = place + 1;
  }

  /** One term of the event at `place`. */
  addPlace(hash: number, place: number): void {
    if (place >= this.#count) this.#count = place + 1;
    if (this.#used === this.#pairs.length) {
      const larger = new Float64Array(this.#used * 2);
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[this.#used] = hash * placesOfHash + place;
    this.#used += 1;
  }

  finish(): ChunkIndex {
    const pairs = withoutRepeats(this.#pairs.subarray(0, this.#used).sort());
    const terms = termsOf(pairs, Math.ceil(this.#count / 8));
    const total = terms.reduce((sum, { size }) => sum + 8 + size, 0);
    const bits = Math.max(0, Math.ceil(Math.log2(total / pageBytes)));
    const groups: IndexedTerm[][] = Array.from({ length: 2 ** bits }, () => []);
    for (const term of terms) groups[pageOfHash(term.hash, bits)]?.push(term);
    return { bits, pages: groups.map((group) => pageOf(group, pairs)) };
  }
}

/** A term's stretch of the sorted pairs, and the bytes its places take: an odd number for a bitmap. */
interface IndexedTerm {
  readonly hash: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Moves the numbers of a sorted list together. */
function withoutRepeats(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (const pair of sorted) {
    if (kept > 0 && sorted[kept - 1] === pair) continue;
    sorted[kept] = pair;
    kept += 1;
  }
  return sorted.subarray(0, kept);
}

function termsOf(pairs: Float64Array, mapBytes: number): IndexedTerm[] {
  // One byte more when the length would be even, so that a bitmap cannot be taken for a list.
  const mapSize = mapBytes % 2 === 0 ? mapBytes + 1 : mapBytes;
  const terms: IndexedTerm[] = [];
  for (let from = 0; from < pairs.length; ) {
    const hash = Math.floor((pairs[from] ?? 0) / placesOfHash);
    const end = (hash + 1) * placesOfHash;
    let to = from + 1;
    while (to < pairs.length && (pairs[to] ?? 0) < end) to += 1;
    const listSize = (to - from) * 2;
    terms.push({ hash, from, to, size: listSize < mapBytes + 1 ? listSize : mapSize });
    from = to;
  }
  return terms;
}

function pageOf(terms: readonly IndexedTerm[], pairs: Float64Array): Buffer {
  const base = 2 + terms.length * 8;
  const page = Buffer.alloc(terms.reduce((sum, { size }) => sum + size, base));
  page.writeUInt16BE(terms.length);
  let start = base;
  terms.forEach(({ hash, from, to, size }, i) => {
    for (let at = from; at < to; at += 1) {
      const place = (pairs[at] ?? 0) - hash * placesOfHash;
      if (size % 2 === 0) page.writeUInt16BE(place, start + (at - from) * 2);
      else page[start + (place >> 3)] = (page[start + (place >> 3)] ?? 0) | (1 << (place & 7));
    }
    start += size;
    page.writeUInt32BE(hash, 2 + i * 8);
    page.writeUInt32BE(start - base, 6 + i * 8);
  });
  return page;
}

/** The places of `hash` in a page as a bitmap over `count` events; undefined when it is not there. */
export function placesIn(page: Uint8Array, hash: number, count: number): Uint8Array | undefined {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const entries = bytes.readUInt16BE(0);
  let [low, high] = [0, entries];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bytes.readUInt32BE(2 + middle * 8) < hash) low = middle + 1;
    else high = middle;
  }
  if (low === entries || bytes.readUInt32BE(2 + low * 8) !== hash) return undefined;
  const base = 2 + entries * 8;
  const start = base + (low === 0 ? 0 : bytes.readUInt32BE(6 + (low - 1) * 8));
  const places = bytes.subarray(start, base + bytes.readUInt32BE(6 + low * 8));
  if (places.length % 2 === 1) return places;
  const map = new Uint8Array(Math.ceil(count / 8));
  for (let at = 0; at < places.length; at += 2) {
    const place = places.readUInt16BE(at);
    map[place >> 3] = (map[place >> 3] ?? 0) | (1 << (place & 7));
  }
  return map;
}

/** Visits every place of every term in a page. */
export function visitPage(page: Uint8Array, visit: (hash: number, place: number) => void): void {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const entries = bytes.readUInt16BE(0);
  const base = 2 + entries * 8;
  let start = base;
  for (let entry = 0; entry < entries; entry += 1) {
    const hash = bytes.readUInt32BE(2 + entry * 8);
    const end = base + bytes.readUInt32BE(6 + entry * 8);
    if ((end - start) % 2 === 0) {
      for (let at = start; at < end; at += 2) visit(hash, bytes.readUInt16BE(at));
    } else {
      for (let at = start; at < end; at += 1) {
        const first = (at - start) * 8;
        for (let bits = bytes[at] ?? 0; bits !== 0; bits &= bits - 1) {
          visit(hash, first + 31 - Math.clz32(bits & -bits));
        }
      }
    }
    start = end;
  }
}

/** What both maps have; undefined when that is nothing. */
export function intersection(a: Uint8Array, b: Uint8Array): Uint8Array | undefined {
  const both = new Uint8Array(Math.min(a.length, b.length));
  let any = 0;
  for (let at = 0; at < both.length; at += 1) {
    const byte = (a[at] ?? 0) & (b[at] ?? 0);
    both[at] = byte;
    any |= byte;
  }
  return any === 0 ? undefined : both;
}

/** The places of a map from `below` (exclusive) downwards. */
export function* placesDown(map: Uint8Array, below: number): Generator<number> {
  for (let place = below - 1; place >= 0; place -= 1) {
    const byte = map[place >> 3] ?? 0;
    if (byte === 0) place -= place & 7;
    else if ((byte & (1 << (place & 7))) !== 0) yield place;
  }
}
