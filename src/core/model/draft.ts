/**
 * Owns the making of one commit: checks, writes and counters gathered in any order, with the references on blobs and manifests
 * settled at the end. Refuses to decide what is written: that is each use case's.
 */
import { byteName } from '../../base/bytes.ts';
import { Conflict } from '../../engines/errors.ts';
import { type Commit, type Key, retrying, type Version } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { queueFormat } from './codecs.ts';
import { blobReferencesKey, manifestReferencesKey, type QueueKind, queueKey } from './keys.ts';
import type { ObjectData, Segment } from './object-records.ts';
import { ownData } from './own-data.ts';

/** A record as read, with the version a commit must check to rely on it. */
export interface Loaded<T> {
  readonly record: T;
  readonly version: Version;
}

const counted = ['blob', 'manifest'] as const;
type Counted = (typeof counted)[number];

const referenceKeys: Readonly<Record<Counted, (id: string) => Key>> = {
  blob: blobReferencesKey,
  manifest: manifestReferencesKey,
};

export class Draft {
  readonly #core: Core;
  readonly #checks: [Key, Version | null][] = [];
  readonly #puts: [Key, Uint8Array][] = [];
  readonly #deletes: Key[] = [];
  readonly #adds = new Map<string, [Key, bigint]>();
  readonly #references: Readonly<Record<Counted, Map<string, number>>> = {
    blob: new Map(),
    manifest: new Map(),
  };

  constructor(core: Core) {
    this.#core = core;
  }

  /** The commit fails when `key` no longer has this version (`undefined`: when it is there at all). */
  check(key: Key, version: Version | undefined): this {
    this.#checks.push([key, version ?? null]);
    return this;
  }

  /** Each key is written once: put or deleted. */
  put(key: Key, value: Uint8Array): this {
    this.#puts.push([key, value]);
    return this;
  }

  delete(key: Key): this {
    this.#deletes.push(key);
    return this;
  }

  /** Adds to a counter; amounts for one key are summed. */
  add(key: Key, amount: number): this {
    if (amount === 0) return this;
    const name = byteName(key);
    const sum = this.#adds.get(name);
    if (sum === undefined) this.#adds.set(name, [key, BigInt(amount)]);
    else sum[1] += BigInt(amount);
    return this;
  }

  /** A record that this commit writes holds `data`. */
  retain(data: ObjectData): this {
    return this.#count(data, 1);
  }

  /** A record that this commit replaces or deletes held `data`. */
  release(data: ObjectData): this {
    return this.#count(data, -1);
  }

  retainSegments(segments: readonly Segment[]): this {
    return this.#count({ kind: 'segments', segments }, 1);
  }

  releaseSegments(segments: readonly Segment[]): this {
    return this.#count({ kind: 'segments', segments }, -1);
  }

  /** Has the collector look at something at `due`, in milliseconds since the epoch. */
  enqueue(due: number, kind: QueueKind, id: string): this {
    return this.put(queueKey(due, kind, id), queueFormat.encode({ failures: 0 }));
  }

  async commit(): Promise<void> {
    this.#settleReferences();
    await this.#core.meta.commit({
      checks: this.#checks,
      puts: this.#puts,
      deletes: this.#deletes,
      adds: [...this.#adds.values()].filter(([, amount]) => amount !== 0n),
    } satisfies Commit);
  }

  #count(data: ObjectData, amount: number): this {
    const own = ownData(data);
    if (own.kind === 'manifest') this.#countOne('manifest', own.manifest, amount);
    else
      for (const segment of own.segments)
        if (segment.kind === 'blob') this.#countOne('blob', segment.blob, amount);
    return this;
  }

  #countOne(kind: Counted, id: string, amount: number): void {
    const counts = this.#references[kind];
    counts.set(id, (counts.get(id) ?? 0) + amount);
  }

  /** What went down may have reached zero, which only the collector can see: counters are added to without being read. */
  #settleReferences(): void {
    const due = this.#core.clock() + this.#core.settings.collectGrace;
    for (const kind of counted) {
      for (const [id, amount] of this.#references[kind]) {
        this.add(referenceKeys[kind](id), amount);
        if (amount < 0) this.enqueue(due, kind, id);
      }
      this.#references[kind].clear();
    }
  }
}

/**
 * Runs `attempt` (read, decide, commit a draft) again while others are faster.
 * @throws CoreError Busy when they stay faster; `what` names the thing written. Whatever else `attempt` throws.
 */
export async function committing<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await retrying(attempt);
  } catch (error) {
    if (error instanceof Conflict) throw new CoreError('Busy', { what }, error);
    throw error;
  }
}
