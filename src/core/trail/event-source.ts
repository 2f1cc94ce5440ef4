/** What a search asks of its sources (fresh events, chunks), and what each of them gives. */
import type { Position, TrailEvent } from './event.ts';

/** What a source of events is asked: positions from `low` to below `high`, with all `terms`. */
export interface Question {
  readonly low: Position;
  readonly high: Position;
  readonly terms: readonly string[];
}

/** Events in descending order of their positions, none at or above `top`. */
export interface EventSource {
  readonly top: Position;
  /** Of two copies of an event the one with the higher version counts. */
  readonly version: bigint;
  readonly events: () => AsyncGenerator<TrailEvent>;
}
