/** What the contract's tests share: a part of the key space for each test, and short names. Owns no test. */
import assert from 'node:assert/strict';
import { hex } from '../../../base/bytes.ts';
import { Conflict } from '../../errors.ts';
import type { Entry, Key, KeyRange, MetaStore } from '../meta-store.ts';

/** One test's own part of a store that many tests share. */
export interface Room {
  readonly store: MetaStore;
  readonly prefix: Buffer;
  /** A key inside the room. */
  key(tail: string | Uint8Array): Buffer;
  /** The room's plain keys, or the part of them that `range` names. */
  page(range?: Partial<KeyRange>): Promise<Entry[]>;
}

/** Registers a test that runs in a room of its own. */
export type RoomTest = (title: string, run: (room: Room) => Promise<void>) => void;

/** The room of all keys that begin with `prefix`. */
export function openRoom(store: MetaStore, prefix: Buffer): Room {
  const key = (tail: string | Uint8Array): Buffer => Buffer.concat([prefix, Buffer.from(tail)]);
  const page = (range: Partial<KeyRange> = {}): Promise<Entry[]> =>
    store.range({ start: prefix, end: key(filled(1, 0xff)), limit: 1000, ...range });
  return { store, prefix, key, page };
}

export const bytes = (text: string): Buffer => Buffer.from(text);
export const filled = (length: number, value: number): Buffer => Buffer.alloc(length, value);

/** The keys of a page, readable in a failure's message. */
export const keysOf = (entries: readonly Entry[]): string[] => entries.map((entry) => hex(entry.key));

export const textOf = (entry: Entry | undefined): string | undefined =>
  entry === undefined ? undefined : Buffer.from(entry.value).toString();

export async function getOne(store: MetaStore, key: Key): Promise<Entry | undefined> {
  const [entry] = await store.get([key]);
  return entry;
}

export async function presentEntry(store: MetaStore, key: Key): Promise<Entry> {
  const entry = await getOne(store, key);
  assert.ok(entry !== undefined, `key ${hex(key)} is absent`);
  return entry;
}

/** How many of the commits went through; every other one must have met a Conflict. */
export async function countWinners(commits: readonly Promise<void>[]): Promise<number> {
  const outcomes = await Promise.allSettled(commits);
  const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
  for (const loser of losers) assert.ok(loser.reason instanceof Conflict, String(loser.reason));
  return outcomes.length - losers.length;
}
