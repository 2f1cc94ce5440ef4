/**
 * Owns making full chunks of small ones: their events in order, each once, and their indexes joined term by term. Nothing is read
 * out of an event but its position, so merging costs a fraction of sealing.
 */
import { byteName } from '../../base/bytes.ts';
import type { Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import type { KeySpan } from '../model/keys.ts';
import { Block, type BuiltChunk, type Placed, packChunk, pause } from './chunk.ts';
import { IndexBuilder, visitPage } from './chunk-index.ts';
import type { Chunk } from './chunk-source.ts';
import { positionOfRecord } from './event.ts';
import { blocksSpan, pagesSpan } from './keys.ts';

/** Makes a chunk under an id that is not yet in use. */
export type ChunkMaker = (id: Uint8Array) => Promise<BuiltChunk>;

/** An event that came from `place` of one of the chunks. */
interface Origin extends Placed {
  readonly chunk: number;
  readonly place: number;
}

/** Few enough that nobody waits long for them to be opened. */
const entriesPerTurn = 32;

/** The events of `chunks` as chunks of `full` events (the last of the rest): of two records of one event the later sealed one counts. */
export async function mergedChunks(
  core: Core,
  chunks: readonly Chunk[],
  full: number,
): Promise<readonly ChunkMaker[]> {
  const bySealing = chunks.toSorted((a, b) => (a.version < b.version ? -1 : 1));
  const events = await eventsOf(core, bySealing);
  const groups = Array.from({ length: Math.ceil(events.length / full) }, (_, group) => ({
    events: events.slice(group * full, (group + 1) * full),
    index: new IndexBuilder(),
  }));
  const moved = bySealing.map(({ record }) => new Int32Array(record.count).fill(-1));
  events.forEach(({ chunk, place }, to) => {
    const places = moved[chunk];
    if (places !== undefined) places[place] = to;
  });
  for (const [chunk, { id }] of bySealing.entries()) {
    for await (const { value } of entriesIn(core, pagesSpan(id))) {
      visitPage(value, (hash, place) => {
        const to = moved[chunk]?.[place] ?? -1;
        if (to >= 0) groups[Math.floor(to / full)]?.index.addPlace(hash, to % full);
      });
    }
  }
  return groups.map((group) => (id) => packChunk(id, group.events, group.index));
}

async function eventsOf(core: Core, chunks: readonly Chunk[]): Promise<Origin[]> {
  const byPosition = new Map<string, Origin>();
  for (const [chunk, { id }] of chunks.entries()) {
    let place = 0;
    for await (const { value } of entriesIn(core, blocksSpan(id))) {
      const block = new Block(value);
      for (let at = 0; at < block.count; at += 1, place += 1) {
        const record = block.recordAt(at);
        const position = positionOfRecord(record);
        byPosition.set(byteName(position), { position, record, chunk, place });
      }
    }
  }
  return [...byPosition.values()].sort((a, b) => Buffer.compare(a.position, b.position));
}

/** Lets others run in between. */
async function* entriesIn(core: Core, { start: from, end }: KeySpan): AsyncGenerator<Entry> {
  let start = from;
  for (;;) {
    const entries = await core.meta.range({ start, end, limit: entriesPerTurn });
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < entriesPerTurn) return;
    start = Buffer.concat([last.key, Buffer.alloc(1)]);
    await pause();
  }
}
