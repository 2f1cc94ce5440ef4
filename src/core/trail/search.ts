/**
 * Owns the search of the trail: events that have all the terms asked for, newest first, merged from the fresh events and the
 * chunks. Pages are stable: a page goes on behind the position where the last one ended, whatever arrived since.
 */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { ChunkGone, chunkSources, listChunks } from './chunk-source.ts';
import {
  eventFormat,
  type Position,
  positionAt,
  positionBytes,
  positionOf,
  type TrailEvent,
} from './event.ts';
import type { EventSource, Question } from './event-source.ts';
import { glanceFor } from './glance.ts';
import { freshSpan, sealKey } from './keys.ts';
import { hasTerms, type TrailFilter, termsOfFilter } from './terms.ts';

export interface TrailSearch extends TrailFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly to?: number | undefined;
  readonly limit: number;
  /** Where the page before ended. */
  readonly before?: Position | undefined;
}

export interface TrailPage {
  readonly events: readonly TrailEvent[];
  /** Present when more may follow. */
  readonly next?: Position | undefined;
}

export async function searchTrail(core: Core, search: TrailSearch): Promise<TrailPage> {
  const low = positionAt(search.from ?? 0);
  const to = search.to === undefined ? Buffer.alloc(positionBytes, 0xff) : positionAt(search.to);
  const high = search.before !== undefined && Buffer.compare(search.before, to) < 0 ? search.before : to;
  const question = { low, high, terms: termsOfFilter(search) };
  for (let turn = 1; ; turn += 1) {
    try {
      const before = await sealing(core);
      const fresh = turn <= lazyTurns ? freshEvents(core, question) : await allFreshEvents(core, question);
      const page = await onePage(core, question, fresh, search.limit);
      if (turn > lazyTurns || (await sealing(core)) === before) return page;
    } catch (error) {
      if (!(error instanceof ChunkGone)) throw error;
      if (turn === mostTurns) throw new CoreError('Busy', { what: 'trail' }, error);
    }
  }
}

/**
 * Events that are sealed while a search runs could be met nowhere: gone from the fresh ones, in a chunk that was not listed. So a
 * page counts only when no chunk came or went meanwhile; when that does not happen, all fresh events are read beforehand.
 */
const lazyTurns = 3;
const mostTurns = 6;

async function sealing(core: Core): Promise<bigint | undefined> {
  const [entry] = await core.meta.get([sealKey]);
  return entry?.version;
}

async function onePage(
  core: Core,
  question: Question,
  fresh: EventSource,
  limit: number,
): Promise<TrailPage> {
  const chunks = chunkSources(core, await listChunks(core), question);
  const events: TrailEvent[] = [];
  for await (const event of merged([fresh, ...chunks])) {
    if (events.length === limit) return { events, next: positionOf(events.at(-1) ?? event) };
    events.push(event);
  }
  return { events };
}

const eventsPerRead = 512;

function freshEvents(core: Core, question: Question): EventSource {
  return sourceOf(question, freshRecords(core, question));
}

async function allFreshEvents(core: Core, question: Question): Promise<EventSource> {
  const records: Uint8Array[] = [];
  for await (const record of freshRecords(core, question)) records.push(record);
  return sourceOf(question, records);
}

function sourceOf(
  { high, terms }: Question,
  records: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): EventSource {
  return {
    top: high,
    version: newest,
    async *events() {
      const mayHave = glanceFor(terms);
      for await (const record of records) {
        if (!mayHave(record)) continue;
        const event = eventFormat.decode(record);
        if (hasTerms(event, terms)) yield event;
      }
    },
  };
}

async function* freshRecords(core: Core, { low, high }: Question): AsyncGenerator<Uint8Array> {
  const { start, end: last } = freshSpan(low, high);
  let end = last;
  for (;;) {
    const entries = await core.meta.range({ start, end, limit: eventsPerRead, reverse: true });
    for (const { value } of entries) yield value;
    const lowest = entries.at(-1);
    if (lowest === undefined || entries.length < eventsPerRead) return;
    end = lowest.key;
  }
}

/** Fresh events are younger than any chunk. */
const newest = 1n << 64n;

interface Opened {
  readonly version: bigint;
  readonly rest: AsyncGenerator<TrailEvent>;
  event: TrailEvent;
  position: Position;
}

/** All events of `sources`, each once, newest first. A source is opened only when its turn may have come. */
export async function* merged(sources: readonly EventSource[]): AsyncGenerator<TrailEvent> {
  const closed = sources.toSorted((a, b) => Buffer.compare(b.top, a.top));
  const open: Opened[] = [];
  let last: Position | undefined;
  for (;;) {
    for (let next = closed[0]; next !== undefined; next = closed[0]) {
      const first = open[0];
      if (first !== undefined && Buffer.compare(next.top, first.position) <= 0) break;
      closed.shift();
      await advance({ version: next.version, rest: next.events() }, open);
    }
    const first = open.shift();
    if (first === undefined) return;
    if (last === undefined || !last.equals(first.position)) yield first.event;
    last = first.position;
    await advance(first, open);
  }
}

/** Puts a source back in its place among the open ones, by its next event; one without more is left out. */
async function advance(source: Pick<Opened, 'version' | 'rest'>, open: Opened[]): Promise<void> {
  const { done, value } = await source.rest.next();
  if (done === true) return;
  const position = positionOf(value);
  const opened: Opened = { version: source.version, rest: source.rest, event: value, position };
  const at = open.findIndex((other) => {
    const order = Buffer.compare(position, other.position);
    return order > 0 || (order === 0 && opened.version > other.version);
  });
  if (at < 0) open.push(opened);
  else open.splice(at, 0, opened);
}
