/**
 * Owns the search of the trail: events that have all the terms asked for, newest first, merged from the fresh events and the
 * chunks. Pages are stable: a page goes on behind the position where the last one ended, whatever arrived since.
 */
import type { Core } from '../core.ts';
import {
  eventFormat,
  type Position,
  positionAt,
  positionBytes,
  positionOf,
  type TrailEvent,
} from './event.ts';
import { freshSpan } from './keys.ts';
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

/** What a source of events is asked: positions from `low` to below `high`, with all `terms`. */
export interface Question {
  readonly low: Position;
  readonly high: Position;
  readonly terms: readonly string[];
}

/** Events in descending order of their positions, none at or above `top`. A younger source's copy of an event wins. */
export interface EventSource {
  readonly top: Position;
  readonly events: () => AsyncGenerator<TrailEvent>;
}

export async function searchTrail(core: Core, search: TrailSearch): Promise<TrailPage> {
  const low = positionAt(search.from ?? 0);
  const to = search.to === undefined ? Buffer.alloc(positionBytes, 0xff) : positionAt(search.to);
  const high = search.before !== undefined && Buffer.compare(search.before, to) < 0 ? search.before : to;
  const question = { low, high, terms: termsOfFilter(search) };
  const events: TrailEvent[] = [];
  for await (const event of merged([freshEvents(core, question)])) {
    if (events.length === search.limit) return { events, next: positionOf(events.at(-1) ?? event) };
    events.push(event);
  }
  return { events };
}

const eventsPerRead = 512;

function freshEvents(core: Core, { low, high, terms }: Question): EventSource {
  return {
    top: high,
    async *events() {
      let end = freshSpan(low, high).end;
      const { start } = freshSpan(low, high);
      for (;;) {
        const entries = await core.meta.range({ start, end, limit: eventsPerRead, reverse: true });
        for (const { value } of entries) {
          const event = eventFormat.decode(value);
          if (hasTerms(event, terms)) yield event;
        }
        const last = entries.at(-1);
        if (last === undefined || entries.length < eventsPerRead) return;
        end = last.key;
      }
    },
  };
}

interface Opened {
  readonly rank: number;
  readonly rest: AsyncGenerator<TrailEvent>;
  event: TrailEvent;
  position: Position;
}

/** All events of `sources`, each once, newest first. A source is opened only when its turn may have come. Youngest source first. */
export async function* merged(sources: readonly EventSource[]): AsyncGenerator<TrailEvent> {
  const closed = sources.map((source, rank) => ({ ...source, rank }));
  closed.sort((a, b) => Buffer.compare(b.top, a.top) || a.rank - b.rank);
  const open: Opened[] = [];
  let last: Position | undefined;
  for (;;) {
    for (let next = closed[0]; next !== undefined; next = closed[0]) {
      const first = open[0];
      if (first !== undefined && Buffer.compare(next.top, first.position) <= 0) break;
      closed.shift();
      await advance({ rank: next.rank, rest: next.events() }, open);
    }
    const first = open.shift();
    if (first === undefined) return;
    if (last === undefined || !last.equals(first.position)) yield first.event;
    last = first.position;
    await advance(first, open);
  }
}

/** Puts a source back in its place among the open ones, by its next event; one without more is left out. */
async function advance(source: Pick<Opened, 'rank' | 'rest'>, open: Opened[]): Promise<void> {
  const { done, value } = await source.rest.next();
  if (done === true) return;
  const position = positionOf(value);
  const opened: Opened = { rank: source.rank, rest: source.rest, event: value, position };
  const at = open.findIndex(
    (other) => (Buffer.compare(position, other.position) || other.rank - opened.rank) > 0,
  );
  if (at < 0) open.push(opened);
  else open.splice(at, 0, opened);
}
