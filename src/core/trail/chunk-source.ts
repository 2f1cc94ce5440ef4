/**
 * Owns reading chunks: which of them may hold what is asked for, and their events from the newest down. Looks many chunks up at
 * once, so that a question without an answer costs one page of each chunk and few round trips.
 */
import type { Core } from '../core.ts';
import { Block, type ChunkRecord, chunkFormat } from './chunk.ts';
import { hashTerm, intersection, pageOfHash, placesDown, placesIn } from './chunk-index.ts';
import { eventFormat, type Position, positionOfRecord, type TrailEvent } from './event.ts';
import type { EventSource, Question } from './event-source.ts';
import { blockKey, chunkOfKey, chunksSpan, pageKey } from './keys.ts';
import { hasTerms } from './terms.ts';

/** A chunk went (into a larger one, or for its age) while it was read: the search begins again. */
export class ChunkGone extends Error {}

export interface Chunk {
  readonly id: Buffer;
  /** Of its record: the later made, the higher. */
  readonly version: bigint;
  readonly record: ChunkRecord;
}

const chunksPerRead = 1000;
const chunksPerLook = 64;
const blocksPerRead = 16;

export async function listChunks(core: Core): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  let { start } = chunksSpan();
  const { end } = chunksSpan();
  for (;;) {
    const entries = await core.meta.range({ start, end, limit: chunksPerRead });
    for (const { key, value, version } of entries) {
      chunks.push({ id: chunkOfKey(key), record: chunkFormat.decode(value), version });
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < chunksPerRead) return chunks;
    start = Buffer.concat([last.key, Buffer.alloc(1)]);
  }
}

/** The chunks that reach into the question's stretch, as sources, without having been looked into. */
export function chunkSources(core: Core, chunks: readonly Chunk[], question: Question): EventSource[] {
  const { low, high } = question;
  const within = chunks
    .filter(({ record }) => Buffer.compare(record.last, low) >= 0 && Buffer.compare(record.first, high) < 0)
    .toSorted((a, b) => Buffer.compare(b.record.last, a.record.last));
  const look = lookAhead(core, within, question.terms);
  return within.map((chunk, at) => ({
    top: Buffer.concat([chunk.record.last, Buffer.alloc(1)]),
    version: chunk.version,
    events: () => eventsOf(core, chunk, () => look(at), question),
  }));
}

/** The matching places of each chunk, for a growing number of chunks at a time. Undefined where nothing matches. */
function lookAhead(core: Core, chunks: readonly Chunk[], terms: readonly string[]) {
  const found = new Map<number, Uint8Array | undefined>();
  let width = 4;
  return async (at: number): Promise<Uint8Array | undefined> => {
    if (!found.has(at)) {
      const group = chunks.slice(at, at + width);
      width = Math.min(width * 4, chunksPerLook);
      (await placesOf(core, group, terms)).forEach((places, i) => {
        found.set(at + i, places);
      });
    }
    return found.get(at);
  };
}

/** Term by term, and only in chunks where all terms before were found. */
async function placesOf(
  core: Core,
  chunks: readonly Chunk[],
  terms: readonly string[],
): Promise<(Uint8Array | undefined)[]> {
  const places: (Uint8Array | undefined)[] = chunks.map(({ record }) =>
    new Uint8Array(Math.ceil(record.count / 8)).fill(0xff),
  );
  for (const term of terms) {
    const hash = hashTerm(term);
    const open = chunks.flatMap((chunk, at) => (places[at] === undefined ? [] : [{ chunk, at }]));
    if (open.length === 0) break;
    const pages = await core.meta.get(
      open.map(({ chunk }) => pageKey(chunk.id, pageOfHash(hash, chunk.record.bits))),
    );
    open.forEach(({ chunk, at }, i) => {
      const page = pages[i];
      if (page === undefined) throw new ChunkGone();
      const own = placesIn(page.value, hash, chunk.record.count);
      const before = places[at];
      places[at] = own === undefined || before === undefined ? undefined : intersection(before, own);
    });
  }
  return places;
}

async function* eventsOf(
  core: Core,
  chunk: Chunk,
  look: () => Promise<Uint8Array | undefined>,
  { low, high, terms }: Question,
): AsyncGenerator<TrailEvent> {
  const map = await look();
  if (map === undefined) return;
  const reader = new ChunkReader(core, chunk);
  const end = await reader.lowerBound(high);
  const start = await reader.lowerBound(low);
  for await (const event of reader.read(below(map, start, end))) {
    if (hasTerms(event, terms)) yield event;
  }
}

function* below(map: Uint8Array, start: number, end: number): Generator<number> {
  for (const place of placesDown(map, end)) {
    if (place < start) return;
    yield place;
  }
}

class ChunkReader {
  readonly #core: Core;
  readonly #chunk: Chunk;
  readonly #blocks = new Map<number, Block>();

  constructor(core: Core, chunk: Chunk) {
    this.#core = core;
    this.#chunk = chunk;
  }

  /** The first place at or behind `position`. */
  async lowerBound(position: Position): Promise<number> {
    const { count, first, last } = this.#chunk.record;
    if (Buffer.compare(position, first) <= 0) return 0;
    if (Buffer.compare(position, last) > 0) return count;
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      await this.#load([this.#blockOf(middle)]);
      if (Buffer.compare(positionOfRecord(this.#recordAt(middle)), position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The events at descending places, blocks read some at a time. */
  async *read(places: Iterable<number>): AsyncGenerator<TrailEvent> {
    let batch: number[] = [];
    let numbers = new Set<number>();
    let width = 2;
    for (const place of places) {
      const number = this.#blockOf(place);
      if (!numbers.has(number) && numbers.size === width) {
        yield* this.#yieldAll(batch, numbers);
        [batch, numbers] = [[], new Set()];
        width = Math.min(width * 2, blocksPerRead);
      }
      numbers.add(number);
      batch.push(place);
    }
    yield* this.#yieldAll(batch, numbers);
  }

  async *#yieldAll(places: readonly number[], numbers: ReadonlySet<number>): AsyncGenerator<TrailEvent> {
    await this.#load([...numbers]);
    for (const place of places) yield eventFormat.decode(this.#recordAt(place));
    this.#blocks.clear();
  }

  #blockOf(place: number): number {
    return Math.floor(place / this.#chunk.record.blockEvents);
  }

  #recordAt(place: number): Uint8Array {
    const block = this.#blocks.get(this.#blockOf(place));
    if (block === undefined) throw new Error('a block is read before it is used');
    return block.recordAt(place % this.#chunk.record.blockEvents);
  }

  async #load(numbers: readonly number[]): Promise<void> {
    const missing = numbers.filter((number) => !this.#blocks.has(number));
    if (missing.length === 0) return;
    const entries = await this.#core.meta.get(missing.map((number) => blockKey(this.#chunk.id, number)));
    missing.forEach((number, i) => {
      const entry = entries[i];
      if (entry === undefined) throw new ChunkGone();
      this.#blocks.set(number, new Block(entry.value));
    });
  }
}
