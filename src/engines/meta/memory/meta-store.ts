/**
 * The metadata engine in memory: a sorted array and a map of counters, for tests and trials. Refuses to keep anything:
 * it is gone with the process.
 */
import { compareBytes, hex } from '../../../base/bytes.ts';
import { Conflict, Unavailable } from '../../errors.ts';
import { assertCommitKeys, assertKeyLength } from '../key-length.ts';
import type { Commit, Entry, Key, KeyRange, MetaStore, Version } from '../meta-store.ts';

/** An empty store. */
export async function openMemory(): Promise<MetaStore> {
  return new MemoryMetaStore();
}

class MemoryMetaStore implements MetaStore {
  /** Ascending by key; an entry is replaced, never changed, so those given out stay valid. */
  readonly #entries: Entry[] = [];
  readonly #counters = new Map<string, bigint>();
  #lastVersion: Version = 0n;
  #closed = false;

  async get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    this.#assertOpen();
    keys.forEach(assertKeyLength);
    return keys.map((key) => this.#find(key) ?? this.#findCounter(key));
  }

  async range({ start, end, limit, reverse = false }: KeyRange): Promise<Entry[]> {
    this.#assertOpen();
    const [from, to] = [this.#place(start), this.#place(end)];
    if (!reverse) return this.#entries.slice(from, Math.min(to, from + limit));
    return this.#entries.slice(Math.max(from, to - limit), Math.max(from, to)).reverse();
  }

  async commit(commit: Commit): Promise<void> {
    this.#assertOpen();
    assertCommitKeys(commit);
    const { checks = [], puts = [], deletes = [], adds = [] } = commit;
    for (const [key, version] of checks) {
      if ((this.#find(key)?.version ?? null) !== version) throw new Conflict();
    }
    this.#lastVersion += 1n;
    for (const [key, value] of puts) this.#put(key, value);
    for (const key of deletes) this.#delete(key);
    for (const [key, amount] of adds) {
      const name = hex(key);
      this.#counters.set(name, BigInt.asIntN(64, (this.#counters.get(name) ?? 0n) + amount));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Unavailable('the metadata store is closed');
  }

  /** Where `key` stands or would stand: the number of keys before it. */
  #place(key: Uint8Array): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && compareBytes(entry.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #find(key: Key): Entry | undefined {
    const entry = this.#entries[this.#place(key)];
    return entry !== undefined && compareBytes(entry.key, key) === 0 ? entry : undefined;
  }

  #findCounter(key: Key): Entry | undefined {
    const sum = this.#counters.get(hex(key));
    if (sum === undefined) return undefined;
    const value = Buffer.alloc(8);
    value.writeBigInt64BE(sum);
    return { key, value, version: 0n };
  }

  #put(key: Key, value: Uint8Array): void {
    const entry = { key: Uint8Array.from(key), value: Uint8Array.from(value), version: this.#lastVersion };
    this.#entries.splice(this.#place(key), this.#find(key) === undefined ? 0 : 1, entry);
  }

  #delete(key: Key): void {
    if (this.#find(key) !== undefined) this.#entries.splice(this.#place(key), 1);
    this.#counters.delete(hex(key));
  }
}
