/** Engines that fail when told, around real ones: what a full disk, a lost database or a lost answer looks like from inside. */
import type { BlobId, BlobInfo, BlobStore, ByteRange } from '../../src/engines/blob/blob-store.ts';
import { Corrupt, Unavailable } from '../../src/engines/errors.ts';
import type { Commit, Entry, Key, KeyRange, MetaStore } from '../../src/engines/meta/meta-store.ts';

/**
 * `down`: nothing answers. `full`: reads work, commits find no space. `mute`: commits are carried out, and their answers are lost.
 * `read only`: commits find nobody. `damaged`: what is stored differs from its checksum wherever one looks.
 */
export type MetaFault = 'none' | 'down' | 'full' | 'mute' | 'read only' | 'damaged';

export class FaultyMeta implements MetaStore {
  fault: MetaFault = 'none';
  /** Calls that still come through before the fault begins. */
  sparing = 0;
  readonly #inner: MetaStore;

  constructor(inner: MetaStore) {
    this.#inner = inner;
  }

  async get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    this.#refuseReads();
    return this.#inner.get(keys);
  }

  async range(range: KeyRange): Promise<Entry[]> {
    this.#refuseReads();
    return this.#inner.range(range);
  }

  async commit(commit: Commit): Promise<void> {
    const fault = this.#next();
    if (fault === 'full') throw new Unavailable('no space for metadata', 'full');
    if (fault === 'down' || fault === 'read only') throw new Unavailable('nobody answers');
    if (fault === 'damaged') throw new Corrupt('the checksum differs');
    await this.#inner.commit(commit);
    if (fault === 'mute') throw new Unavailable('the answer was lost');
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #refuseReads(): void {
    const fault = this.#next();
    if (fault === 'down') throw new Unavailable('nobody answers');
    if (fault === 'damaged') throw new Corrupt('the checksum differs');
  }

  /** What befalls this call. */
  #next(): MetaFault {
    if (this.fault === 'none' || this.sparing === 0) return this.fault;
    this.sparing -= 1;
    return 'none';
  }
}

/** `full`: a write finds no more space after `room` bytes. `down`: nothing answers. `damaged`: what is read differs from its checksum. */
export type BlobFault =
  | { readonly kind: 'none' | 'down' | 'damaged' }
  | { readonly kind: 'full'; readonly room: number };

export class FaultyBlobs implements BlobStore {
  fault: BlobFault = { kind: 'none' };
  readonly #inner: BlobStore;

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  async write(
    source: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ id: BlobId; size: number }> {
    this.#refuse();
    const room = this.fault.kind === 'full' ? this.fault.room : Number.POSITIVE_INFINITY;
    return this.#inner.write(within(source, room), signal);
  }

  async *read(id: BlobId, range: ByteRange): AsyncGenerator<Uint8Array> {
    this.#refuse();
    if (this.fault.kind === 'damaged') throw new Corrupt('the checksum differs');
    yield* this.#inner.read(id, range);
  }

  async delete(id: BlobId): Promise<void> {
    this.#refuse();
    await this.#inner.delete(id);
  }

  async *enumerate(): AsyncGenerator<BlobInfo> {
    this.#refuse();
    yield* this.#inner.enumerate();
  }

  async health(): Promise<void> {
    this.#refuse();
    await this.#inner.health();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #refuse(): void {
    if (this.fault.kind === 'down') throw new Unavailable('the blobs cannot be reached');
  }
}

async function* within(source: AsyncIterable<Uint8Array>, room: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > room) throw new Unavailable('no space for blobs', 'full');
    yield chunk;
  }
}
