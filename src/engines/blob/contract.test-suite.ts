/** What every blob engine must do. Each engine's own test file calls `blobStoreContract`; nothing here knows an engine. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { collect } from '../../base/streams/collect.ts';
import { Corrupt, Unavailable } from '../errors.ts';
import type { BlobStore } from './blob-store.ts';

export interface OpenedBlobs {
  readonly store: BlobStore;
  /** How many files, connections and the like are open now, when the engine has any; read before and after. */
  openHandles?(): Promise<number>;
  /** Removes everything after a test; the store is closed by then. */
  dispose?(): Promise<void>;
}

const BLOCK = 64 * 1024;
const MIB = 1024 * 1024;
const absent = '0123456789abcdef0123456789abcdef';

/** Cuts `bytes` into chunks of `size`, each on its own turn of the event loop, and spoils each when the next is asked for. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const lent = new Uint8Array(Math.min(size, bytes.length));
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise(setImmediate);
    const chunk = bytes.subarray(at, at + size);
    lent.set(chunk);
    yield lent.subarray(0, chunk.length);
    lent.fill(0xdb);
  }
}

/** All bytes of a blob's range. */
export async function readAll(store: BlobStore, id: string, start: number, end: number): Promise<Buffer> {
  return collect(store.read(id, { start, end }), end - start);
}

/** Everything a loop over `source` meets. */
export async function listOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of source) list.push(item);
  return list;
}

/** @param open gives a new, empty store */
export function blobStoreContract(name: string, open: () => Promise<OpenedBlobs>): void {
  describe(`blob store: ${name}`, () => {
    let opened: OpenedBlobs;
    let store: BlobStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await store.close();
      await opened.dispose?.();
    });

    const put = async (bytes: Uint8Array, chunk = 50_000) => (await store.write(inChunks(bytes, chunk))).id;
    const ids = async () => (await listOf(store.enumerate())).map((blob) => blob.id).sort();
    const handles = async () => (await opened.openHandles?.()) ?? 0;

    const sizes = [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, MIB - 1, MIB, MIB + 1, 3 * MIB + 17];
    for (const size of sizes) {
      it(`gives back ${size} bytes`, async () => {
        const bytes = randomBytes(size);
        const written = await store.write(inChunks(bytes, 100_000));
        assert.equal(written.size, size);
        assert.match(written.id, /^[0-9a-f]{32}$/);
        assert.deepEqual(await readAll(store, written.id, 0, size), bytes);
      });
    }

    it('does not care about the size of chunks', async () => {
      const bytes = randomBytes(300_000);
      for (const chunk of [37, 4096, BLOCK, 300_000]) {
        assert.deepEqual(
          await readAll(store, await put(bytes, chunk), 0, bytes.length),
          bytes,
          `chunks of ${chunk}`,
        );
      }
      const withEmptyChunks = (async function* () {
        yield new Uint8Array();
        yield bytes.subarray(0, 10);
        yield new Uint8Array();
        yield bytes.subarray(10);
      })();
      const { id } = await store.write(withEmptyChunks);
      assert.deepEqual(await readAll(store, id, 0, bytes.length), bytes);
    });

    it('reads any range', async () => {
      const bytes = randomBytes(2 * MIB + 12_345);
      const id = await put(bytes);
      const edges = [
        0,
        1,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        512 * 1024,
        MIB - 1,
        MIB,
        MIB + 1,
        bytes.length - 1,
        bytes.length,
      ];
      const position = fc.oneof(fc.constantFrom(...edges), fc.nat(bytes.length));
      await fc.assert(
        fc.asyncProperty(position, position, async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          assert.deepEqual(await readAll(store, id, start, end), bytes.subarray(start, end));
        }),
        { numRuns: 150 },
      );
    });

    it('gives chunks that the reader may change', async () => {
      const bytes = randomBytes(2 * MIB + 5);
      const id = await put(bytes);
      for await (const chunk of store.read(id, { start: 0, end: bytes.length })) chunk.fill(0);
      assert.deepEqual(await readAll(store, id, 0, bytes.length), bytes);
    });

    it('leaves a chunk alone until the next is asked for, however long that takes', async () => {
      const contents = Array.from({ length: 4 }, () => randomBytes(3 * MIB));
      const stored = await Promise.all(contents.map(async (bytes) => ({ bytes, id: await put(bytes) })));
      const readSlowly = async ({ bytes, id }: { bytes: Buffer; id: string }, n: number) => {
        let at = 0;
        for await (const chunk of store.read(id, { start: 0, end: bytes.length })) {
          await sleep(n * 5);
          assert.equal(Buffer.compare(chunk, bytes.subarray(at, at + chunk.length)), 0, `at ${at}`);
          at += chunk.length;
        }
        assert.equal(at, bytes.length);
      };
      await Promise.all([...stored, ...stored].map(readSlowly));
    });

    it('never uses the memory of a chunk again whose reader left early', async () => {
      const bytes = randomBytes(3 * MIB);
      const id = await put(bytes);
      const other = await put(Buffer.alloc(3 * MIB));
      const kept: Uint8Array[] = [];
      for (let round = 0; round < 5; round++) {
        for await (const chunk of store.read(id, { start: 0, end: bytes.length })) {
          kept.push(chunk);
          break;
        }
        await readAll(store, other, 0, 3 * MIB);
      }
      for (const chunk of kept) assert.equal(Buffer.compare(chunk, bytes.subarray(0, chunk.length)), 0);
    });

    it('calls reads past the end and of absent blobs corrupt', async () => {
      const id = await put(randomBytes(1000));
      const empty = await put(new Uint8Array());
      await assert.rejects(readAll(store, id, 0, 1001), Corrupt);
      await assert.rejects(readAll(store, id, 1000, 1001), Corrupt);
      await assert.rejects(readAll(store, empty, 0, 1), Corrupt);
      await assert.rejects(readAll(store, absent, 0, 1), Corrupt);
      await assert.rejects(readAll(store, absent, 0, 0), Corrupt);
      await assert.rejects(readAll(store, '../../etc/passwd', 0, 1), Corrupt);
      assert.equal((await readAll(store, empty, 0, 0)).length, 0);
      assert.equal((await readAll(store, id, 1000, 1000)).length, 0);
    });

    it('refuses what is not a range', async () => {
      const id = await put(randomBytes(10));
      for (const [start, end] of [
        [-1, 5],
        [5, 4],
        [0.5, 2],
        [0, Number.NaN],
      ] as const) {
        await assert.rejects(listOf(store.read(id, { start, end })), RangeError);
      }
    });

    it('keeps many concurrent writes and reads apart', async () => {
      const contents = Array.from({ length: 40 }, (_, n) => randomBytes(n * 7_919));
      const written = await Promise.all(contents.map((bytes) => put(bytes, 10_000)));
      assert.equal(new Set(written).size, contents.length);
      const read = await Promise.all(written.map((id, n) => readAll(store, id, 0, contents[n]?.length ?? 0)));
      assert.deepEqual(read, contents);
      assert.deepEqual(await ids(), [...written].sort());
    });

    it('leaves nothing behind when the source fails', async () => {
      const before = await handles();
      const failure = new Error('the client left');
      for (const size of [0, 10, BLOCK, 3 * MIB]) {
        const source = (async function* () {
          yield* inChunks(randomBytes(size), BLOCK);
          throw failure;
        })();
        await assert.rejects(store.write(source), (error) => error === failure);
      }
      assert.deepEqual(await ids(), []);
      assert.equal(await handles(), before);
    });

    it('stops at once when the signal aborts, with its reason', async () => {
      const before = await handles();
      const reason = new Error('too slow');
      const abort = new AbortController();
      const stalled = (async function* () {
        yield randomBytes(BLOCK);
        setImmediate(() => abort.abort(reason));
        await new Promise(() => {});
      })();
      await assert.rejects(store.write(stalled, abort.signal), (error) => error === reason);
      await assert.rejects(
        store.write(inChunks(randomBytes(10), 5), abort.signal),
        (error) => error === reason,
      );
      assert.deepEqual(await ids(), []);
      assert.equal(await handles(), before);
    });

    it('closes the source when it aborts in the middle', async () => {
      const abort = new AbortController();
      let closed = false;
      const source = (async function* () {
        try {
          for (let n = 0; ; n++) {
            if (n === 3) abort.abort(new Error('enough'));
            yield randomBytes(1000);
          }
        } finally {
          closed = true;
        }
      })();
      await assert.rejects(store.write(source, abort.signal), /enough/);
      assert.ok(closed);
    });

    it('deletes, also what is not there', async () => {
      const [kept, gone] = [await put(randomBytes(10)), await put(randomBytes(10))];
      await store.delete(gone);
      await store.delete(gone);
      await store.delete(absent);
      await store.delete('..');
      await assert.rejects(readAll(store, gone, 0, 1), Corrupt);
      assert.deepEqual(await ids(), [kept]);
    });

    it('enumerates with the time of writing', async () => {
      const before = Date.now();
      const written = [await put(randomBytes(10)), await put(new Uint8Array())].sort();
      const after = Date.now();
      assert.deepEqual(await ids(), written);
      for await (const { createdAt } of store.enumerate()) {
        // File systems stamp with a coarse clock, a few milliseconds behind.
        assert.ok(
          createdAt >= before - 1000 && createdAt <= after + 1000,
          `${createdAt} in ${before}..${after}`,
        );
      }
    });

    it('frees everything when a reader leaves early or never starts', async () => {
      const id = await put(randomBytes(3 * MIB));
      const before = await handles();
      for (let round = 0; round < 20; round++) {
        for await (const _ of store.read(id, { start: round, end: 3 * MIB })) break;
        store.read(id, { start: 0, end: 3 * MIB });
      }
      assert.equal(await handles(), before);
    });

    it('is healthy until it is closed', async () => {
      const id = await put(randomBytes(10));
      await store.health();
      await store.close();
      await assert.rejects(store.health(), Unavailable);
      await assert.rejects(put(randomBytes(10)), Unavailable);
      await assert.rejects(readAll(store, id, 0, 1), Unavailable);
      await assert.rejects(store.delete(id), Unavailable);
      await assert.rejects(ids(), Unavailable);
    });
  });
}
