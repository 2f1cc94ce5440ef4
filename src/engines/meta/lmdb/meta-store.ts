/**
 * The metadata engine on LMDB. Owns the records' layout (8 bytes of version, then the value) and what makes a read fresh
 * and a commit atomic among processes. Refuses knowledge of what the keys mean.
 */
import type { Database, RootDatabase } from 'lmdb';
import { compareBytes } from '../../../base/bytes.ts';
import { Conflict, Unavailable } from '../../errors.ts';
import { assertCommitKeys, assertKeyLength, clipBound } from '../key-length.ts';
import type { Commit, Entry, Key, KeyRange, MetaStore, Version } from '../meta-store.ts';
import { CommitQueue } from './commit-queue.ts';
import { CounterSums, type Counters } from './counter-sums.ts';
import { asReadFailure, asUnavailable } from './failure.ts';
import { Slab } from './slab.ts';

export interface LmdbParts {
  /** An empty environment whose write lock everyone holds who commits to `root` or opens it; open.ts says why. */
  readonly gate: RootDatabase<Buffer, Uint8Array>;
  readonly root: RootDatabase<Buffer, Uint8Array>;
  /** Plain keys. */
  readonly entries: Database<Buffer, Uint8Array>;
  /** Apart, so that ranges never meet them. */
  readonly counters: Counters;
  readonly path: string;
  /** Milliseconds that a commit may wait for its answer. */
  readonly patience: number;
}

const versionBytes = 8;
/** A version is the transaction's number, unique among all processes, and the commit's place in it. */
const placeBits = 20n;

export class LmdbMetaStore implements MetaStore {
  readonly #parts: LmdbParts;
  readonly #queue: CommitQueue;
  readonly #slab = new Slab();
  /** Of the group being written. */
  #sums: CounterSums;
  #closing: Promise<void> | undefined;

  constructor(parts: LmdbParts) {
    this.#parts = parts;
    this.#sums = new CounterSums(parts.counters);
    this.#queue = new CommitQueue((write) => this.#transact(write), parts.patience);
  }

  async get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    keys.forEach(assertKeyLength);
    return this.#read(() => keys.map((key) => this.#entry(key) ?? this.#counter(key)));
  }

  async range({ start, end, limit, reverse = false }: KeyRange): Promise<Entry[]> {
    const [low, high] = [clipBound(start), clipBound(end)];
    if (limit <= 0 || compareBytes(low, high) >= 0) return this.#read(() => []);
    const bounds = reverse
      ? { start: high, exclusiveStart: true, end: low, inclusiveEnd: true, reverse }
      : { start: low, end: high };
    return this.#read(() => {
      const page: Entry[] = [];
      for (const { key, value } of this.#parts.entries.getRange(bounds)) {
        page.push(toEntry(key, value));
        if (page.length === limit) break;
      }
      return page;
    });
  }

  async commit(commit: Commit): Promise<void> {
    this.#assertOpen();
    assertCommitKeys(commit);
    // Copied now, so that the write lock is held for as short as can be.
    const records = (commit.puts ?? []).map(([key, value]) => [key, toRecord(value)] as const);
    await this.#queue.add((place) => {
      if (!this.#holds(commit)) throw new Conflict();
      this.#apply(commit, records, this.#version(place));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queue.idle();
    await this.#parts.root.close();
    await this.#parts.gate.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new Unavailable('the metadata store is closed');
  }

  /** Reads without a pause, so in one view, and the newest: LMDB's binding would keep an older one for a while. */
  #read<T>(read: () => T): T {
    this.#assertOpen();
    try {
      this.#parts.root.resetReadTxn();
      return read();
    } catch (error) {
      throw asReadFailure(error, this.#parts.path);
    }
  }

  #entry(key: Key): Entry | undefined {
    const record = this.#parts.entries.getBinaryFast(key);
    return record && toEntry(key, this.#slab.copy(record));
  }

  #counter(key: Key): Entry | undefined {
    const value = this.#parts.counters.getBinaryFast(key);
    return value && { key, value: this.#slab.copy(value), version: 0n };
  }

  /** One transaction; the gate's has no changes of its own and costs no sync. */
  async #transact(write: () => void): Promise<void> {
    const { gate, root, counters, path } = this.#parts;
    const writeGroup = () => {
      this.#sums = new CounterSums(counters);
      write();
      this.#sums.write();
    };
    try {
      // A child transaction, because only a child can be taken back when a write in the middle of the group fails.
      await gate.transaction(() => root.childTransaction(writeGroup).catch(throwCause));
    } catch (error) {
      throw asUnavailable(error, path, 'cannot write the metadata');
    }
  }

  #version(place: number): Version {
    return (BigInt(this.#parts.root.getWriteTxnId()) << placeBits) + BigInt(place);
  }

  #holds({ checks = [] }: Commit): boolean {
    return checks.every(([key, version]) => {
      const record = this.#parts.entries.getBinaryFast(key);
      return (record === undefined ? null : versionOf(record)) === version;
    });
  }

  #apply(
    { deletes = [], adds = [] }: Commit,
    records: readonly (readonly [Key, Buffer])[],
    version: Version,
  ): void {
    const { entries } = this.#parts;
    for (const [key, record] of records) {
      record.writeBigUInt64BE(version);
      entries.putSync(key, record);
    }
    for (const key of deletes) {
      entries.removeSync(key);
      this.#sums.delete(key);
    }
    for (const [key, amount] of adds) this.#sums.add(key, amount);
  }
}

/** A copy of the value behind room for its version. */
function toRecord(value: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(versionBytes + value.length);
  record.set(value, versionBytes);
  return record;
}

function toEntry(key: Key, record: Buffer): Entry {
  return { key, value: record.subarray(versionBytes), version: versionOf(record) };
}

function versionOf(record: Buffer): Version {
  return record.readBigUInt64BE();
}

/** A failed transaction's error names its cause only through a promise that rejects with it, and must be listened to at once. */
async function throwCause(error: unknown): Promise<never> {
  if (error instanceof Error && 'commitError' in error) await error.commitError;
  throw error;
}
