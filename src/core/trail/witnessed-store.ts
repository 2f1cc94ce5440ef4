/** Owns the metadata store as one call sees it: reads pass through, every commit takes the call's event along. */
import type { Commit, Entry, Key, KeyRange, MetaStore } from '../../engines/meta/meta-store.ts';

/** Who knows the event of the call. */
interface CommitWitness {
  /** The event's entry for a commit, as it is to be should the call succeed. */
  draft(): readonly [Key, Buffer];
  /** The entry's value has been committed. */
  committed(value: Buffer): void;
}

export class WitnessedStore implements MetaStore {
  readonly inner: MetaStore;
  readonly #witness: CommitWitness;

  constructor(inner: MetaStore, witness: CommitWitness) {
    this.inner = inner;
    this.#witness = witness;
  }

  get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    return this.inner.get(keys);
  }

  range(range: KeyRange): Promise<Entry[]> {
    return this.inner.range(range);
  }

  async commit(commit: Commit): Promise<void> {
    const entry = this.#witness.draft();
    await this.inner.commit({ ...commit, puts: [...(commit.puts ?? []), entry] });
    this.#witness.committed(entry[1]);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** The store itself, the same object for all calls: what memories of records hang on. */
export function sharedStore(meta: MetaStore): MetaStore {
  return meta instanceof WitnessedStore ? sharedStore(meta.inner) : meta;
}
