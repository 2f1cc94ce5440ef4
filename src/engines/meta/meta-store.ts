/**
 * The metadata engine: an ordered map of byte keys with atomic, checked commits (the model of FoundationDB and Deno KV).
 * Read freely, then commit with the versions you relied on; `retrying` reads again when somebody else was faster.
 * Every rule of the product (versioning, listing, multipart, quotas) is written once on top of this.
 */
import { Conflict } from '../errors.ts';

/** 1 to `maxKeyBytes` bytes (any other length is a caller's defect: RangeError); ordered as unsigned bytes. */
export type Key = Uint8Array;
/** Changes at every write of a key and is never used twice for one key, so absent-then-present is seen too. */
export type Version = bigint;

export interface Entry {
  readonly key: Key;
  readonly value: Uint8Array;
  readonly version: Version;
}

/**
 * Keys from `start` (inclusive) to `end` (exclusive), ascending, or descending from `end` when `reverse`. The two bounds
 * need not be keys: they may be empty or longer than a key.
 */
export interface KeyRange {
  readonly start: Key;
  readonly end: Key;
  readonly limit: number;
  readonly reverse?: boolean;
}

export interface Commit {
  /** Each key must still have this version; `null`: must be absent. */
  readonly checks?: readonly (readonly [Key, Version | null])[];
  readonly puts?: readonly (readonly [Key, Uint8Array])[];
  readonly deletes?: readonly Key[];
  /**
   * Commutative counters: the amount is added (an absent counter is 0) without making writers conflict.
   * A key is a counter or a plain key for its whole life. `get` answers a counter's value as 8 bytes, two's
   * complement, big-endian (`counterValue`), and the version 0n; `range` never lists counters; `deletes` removes them; `checks` may not name them.
   */
  readonly adds?: readonly (readonly [Key, bigint])[];
}

/** The longest key every engine takes. */
export const maxKeyBytes = 1536;

export interface MetaStore {
  /** In the order asked for, `undefined` for absent keys: one round trip, one consistent view. */
  get(keys: readonly Key[]): Promise<(Entry | undefined)[]>;
  range(range: KeyRange): Promise<Entry[]>;
  /**
   * Atomic, and durable when it resolves. Its bytes must stay unchanged until then. A key may stand in at most one of puts, deletes and adds.
   * @throws Conflict when a check fails (nothing was changed); Unavailable (nothing was changed, or, when an engine is
   * lost between commit and answer, the change is complete).
   */
  commit(commit: Commit): Promise<void>;
  close(): Promise<void>;
}

/** The number in a counter's entry; an absent counter is 0. */
export function counterValue(entry: Entry | undefined): bigint {
  if (entry === undefined) return 0n;
  return new DataView(entry.value.buffer, entry.value.byteOffset, 8).getBigInt64(0);
}

/**
 * Runs `attempt` (read, decide, commit) until its commit meets no Conflict, with a short random pause that grows.
 * @throws Conflict when `attempts` runs in a row met one; whatever else `attempt` throws, at once.
 */
export async function retrying<T>(attempt: () => Promise<T>, attempts = 50): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Conflict) || run >= attempts) throw error;
      const pause = Math.random() * Math.min(50, 2 ** Math.min(run, 6));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
