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

/** The index of events whose terms are given in the order of their places, or term by term. */
export class IndexBuilder {
  readonly #places = new Map<number, number[]>();
  #count = 0;
  #unordered = false;

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
    const places = this.#places.get(hash);
    if (places === undefined) {
      this.#places.set(hash, [place]);
      return;
    }
    const last = places[places.length - 1] ?? 0;
    if (last === place) return;
    if (last > place) this.#unordered = true;
    places.push(place);
  }

  finish(): ChunkIndex {
    const mapBytes = Math.ceil(this.#count / 8);
    if (this.#unordered) for (const places of this.#places.values()) places.sort((a, b) => a - b);
    const entries = [...this.#places]
      .sort(([a], [b]) => a - b)
      .map(([hash, places]) => ({
        hash,
        bytes: places.length * 2 < mapBytes + 1 ? listOf(places) : bitmapOf(places, mapBytes),
      }));
    const total = entries.reduce((sum, { bytes }) => sum + 8 + bytes.length, 0);
    const bits = Math.max(0, Math.ceil(Math.log2(total / pageBytes)));
    const groups: (typeof entries)[] = Array.from({ length: 2 ** bits }, () => []);
    for (const entry of entries) groups[pageOfHash(entry.hash, bits)]?.push(entry);
    return { bits, pages: groups.map(pageOf) };
  }
}

function pageOf(entries: readonly { hash: number; bytes: Buffer }[]): Buffer {
  const head = Buffer.alloc(2 + entries.length * 8);
  head.writeUInt16BE(entries.length);
  let end = 0;
  entries.forEach(({ hash, bytes }, i) => {
    end += bytes.length;
    head.writeUInt32BE(hash, 2 + i * 8);
    head.writeUInt32BE(end, 6 + i * 8);
  });
  return Buffer.concat([head, ...entries.map(({ bytes }) => bytes)]);
}

function listOf(places: readonly number[]): Buffer {
  const bytes = Buffer.alloc(places.length * 2);
  let at = 0;
  for (const place of places) at = bytes.writeUInt16BE(place, at);
  return bytes;
}

/** One byte more when the length would be even, so that it cannot be taken for a list. */
function bitmapOf(places: readonly number[], length: number): Buffer {
  const bytes = Buffer.alloc(length % 2 === 0 ? length + 1 : length);
  for (const place of places) bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (1 << (place & 7));
  return bytes;
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

/** Every term of a page, with its places in ascending order. */
export function* termsIn(page: Uint8Array): Generator<readonly [hash: number, places: readonly number[]]> {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const entries = bytes.readUInt16BE(0);
  let at = 2 + entries * 8;
  for (let entry = 0; entry < entries; entry += 1) {
    const end = 2 + entries * 8 + bytes.readUInt32BE(6 + entry * 8);
    const places: number[] = [];
    if ((end - at) % 2 === 1) {
      for (let byte = at; byte < end; byte += 1) {
        for (let bits = bytes[byte] ?? 0; bits !== 0; bits &= bits - 1) {
          places.push((byte - at) * 8 + 31 - Math.clz32(bits & -bits));
        }
      }
    } else for (; at < end; at += 2) places.push(bytes.readUInt16BE(at));
    at = end;
    yield [bytes.readUInt32BE(2 + entry * 8), places];
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
