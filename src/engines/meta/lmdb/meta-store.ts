/**
 * The metadata engine on LMDB. Owns the records' layout (8 bytes of version, then the value) and the grouping of
 * concurrent commits into one transaction with one sync. Refuses knowledge of what the keys mean.
 */
import type { Database, RootDatabase } from 'lmdb';
import { compareBytes } from '../../../base/bytes.ts';
import { Conflict, Unavailable } from '../../errors.ts';
import { assertCommitKeys, assertKeyLength, clipBound } from '../key-length.ts';
import type { Commit, Entry, Key, KeyRange, MetaStore, Version } from '../meta-store.ts';
import { asReadFailure, asUnavailable } from './failure.ts';

export interface LmdbParts {
  readonly root: RootDatabase<Buffer, Uint8Array>;
  /** Plain keys. */
  readonly entries: Database<Buffer, Uint8Array>;
  /** Counters: 8 bytes, two's complement, big-endian. Apart, so that ranges never meet them. */
  readonly counters: Database<Buffer, Uint8Array>;
  readonly path: string;
  /** Milliseconds that a commit may wait for its answer. */
  readonly patience: number;
}

/** A commit on its way: waiting for the write lock, then for the disk. */
interface Job {
  readonly commit: Commit;
  /** The puts as they will lie on disk, but for the version. */
  readonly records: readonly (readonly [Key, Buffer])[];
  conflict: boolean;
  resolve(): void;
  reject(error: Error): void;
}

const versionBytes = 8;
/** A version is the transaction's number, unique among all processes, and the commit's place in it. */
const placeBits = 20n;

export class LmdbMetaStore implements MetaStore {
  readonly #parts: LmdbParts;
  #waiting: Job[] = [];
  readonly #running = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(parts: LmdbParts) {
    this.#parts = parts;
  }

  async get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    keys.forEach(assertKeyLength);
    return this.#reading(() => keys.map((key) => this.#entry(key) ?? this.#counter(key)));
  }

  async range({ start, end, limit, reverse = false }: KeyRange): Promise<Entry[]> {
    const [low, high] = [clipBound(start), clipBound(end)];
    if (limit <= 0 || compareBytes(low, high) >= 0) return this.#reading(() => []);
    const bounds = reverse
      ? { start: high, exclusiveStart: true, end: low, inclusiveEnd: true, reverse }
      : { start: low, end: high };
    return this.#reading(() => {
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
    const records = (commit.puts ?? []).map(([key, value]) => [key, toRecord(value)] as const);
    return new Promise((resolve, reject) => {
      const job: Job = { commit, records, conflict: false, resolve, reject };
      this.#limitPatience(job);
      if (this.#waiting.push(job) === 1) this.#startGroup();
    });
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(() => this.#parts.root.close());
    return this.#closing;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new Unavailable('the metadata store is closed');
  }

  /** Runs reads, without a pause between them, on the newest state: LMDB's binding would keep an older one for a while. */
  #reading<T>(read: () => T): T {
    this.#assertOpen();
    try {
      this.#parts.root.resetReadTxn();
      return read();
    } catch (error) {
      throw asReadFailure(error, this.#parts.path);
    }
  }

  #entry(key: Key): Entry | undefined {
    const record = this.#parts.entries.getBinary(key);
    return record && toEntry(key, record);
  }

  #counter(key: Key): Entry | undefined {
    const value = this.#parts.counters.getBinary(key);
    return value && { key, value, version: 0n };
  }

  /** Never lets a commit hang, whatever holds the write lock or the disk: a commit that has not begun never will. */
  #limitPatience(job: Job): void {
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((other) => other !== job);
      job.reject(new Unavailable('the metadata store gave no answer in time'));
    }, this.#parts.patience);
    const { resolve, reject } = job;
    job.resolve = () => {
      clearTimeout(timer);
      resolve();
    };
    job.reject = (error) => {
      clearTimeout(timer);
      reject(error);
    };
  }

  #startGroup(): void {
    const group = this.#writeGroup();
    this.#running.add(group);
    void group.finally(() => this.#running.delete(group));
  }

  /** Asks for the write lock; once it is held, everything that waits by then is one transaction. */
  async #writeGroup(): Promise<void> {
    let group: readonly Job[] | undefined;
    try {
      // A child transaction, because only a child can be taken back when a write in the middle of the group fails.
      await this.#parts.root.childTransaction(() => {
        group = this.#takeWaiting();
        const first = BigInt(this.#parts.root.getWriteTxnId()) << placeBits;
        group.forEach((job, place) => {
          job.conflict = !this.#holds(job.commit);
          if (!job.conflict) this.#apply(job, first + BigInt(place));
        });
      });
    } catch (error) {
      const failure = asUnavailable(await causeOf(error), this.#parts.path, 'cannot write the metadata');
      for (const job of group ?? this.#takeWaiting()) job.reject(failure);
      return;
    }
    for (const job of group ?? []) {
      if (job.conflict) job.reject(new Conflict());
      else job.resolve();
    }
  }

  #takeWaiting(): readonly Job[] {
    const jobs = this.#waiting;
    this.#waiting = [];
    return jobs;
  }

  #holds({ checks = [] }: Commit): boolean {
    return checks.every(([key, version]) => {
      const record = this.#parts.entries.getBinaryFast(key);
      return (record === undefined ? null : versionOf(record)) === version;
    });
  }

  #apply({ commit, records }: Job, version: Version): void {
    const { entries, counters } = this.#parts;
    for (const [key, record] of records) {
      record.writeBigUInt64BE(version);
      entries.putSync(key, record);
    }
    for (const key of commit.deletes ?? []) {
      entries.removeSync(key);
      counters.removeSync(key);
    }
    for (const [key, amount] of commit.adds ?? []) {
      const sum = Buffer.alloc(8);
      const before = counters.getBinary(key)?.readBigInt64BE() ?? 0n;
      sum.writeBigInt64BE(BigInt.asIntN(64, before + amount));
      counters.putSync(key, sum);
    }
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

/** A failed transaction's error names its cause only through a promise that rejects with it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).then(
    () => error,
    (cause: unknown) => cause,
  );
}
