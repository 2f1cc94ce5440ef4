/**
 * Every promise of the metadata engine's interface as a test, for each engine to pass. Refuses anything that only one
 * engine promises; that stands in the engine's own test file.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Unavailable } from '../errors.ts';
import { commitTests } from './contract/commits.test-suite.ts';
import { counterAndByteTests } from './contract/counters-and-bytes.test-suite.ts';
import { compareWithModel } from './contract/random-calls.test-suite.ts';
import { readTests } from './contract/reads.test-suite.ts';
import type { RoomTest } from './contract/room.test-suite.ts';
import { bytes, getOne, openRoom } from './contract/room.test-suite.ts';
import type { MetaStore } from './meta-store.ts';
import { counterValue } from './meta-store.ts';

export interface OpenedStore {
  readonly store: MetaStore;
  /** Closes the store and opens its data again as a later process would; absent for engines that keep nothing. */
  readonly reopen?: () => Promise<MetaStore>;
  /** Frees everything, whichever store is open. */
  close(): Promise<void>;
}

/**
 * Registers the contract's tests under `name`. `openStore` gives a store without entries.
 * @param skip the reason why this engine cannot run here, if so.
 */
export function metaStoreContract(
  name: string,
  openStore: () => Promise<OpenedStore>,
  skip: string | false = false,
): void {
  describe(`metadata engine ${name}`, { skip }, () => {
    let opened: OpenedStore;
    let store: MetaStore;
    let rooms = 0;

    const test: RoomTest = (title, run) => {
      it(title, async () => {
        rooms += 1;
        await run(openRoom(store, bytes(`room${String(rooms).padStart(3, '0')}/`)));
      });
    };

    before(async () => {
      opened = await openStore();
      store = opened.store;
    });
    after(() => opened.close());

    readTests(test);
    commitTests(test);
    counterAndByteTests(test);

    test('behaves like a plain map under random calls', ({ store: real }) => compareWithModel(real));

    it('keeps every acknowledged commit when it is opened again', async (context) => {
      if (opened.reopen === undefined) return context.skip('this engine keeps nothing');
      const { key, page: pageBefore } = openRoom(store, bytes('durable/'));
      const writers = Array.from({ length: 100 }, (_, index) =>
        store.commit({
          puts: [[key(String(index).padStart(3, '0')), bytes(`v${index}`)]],
          adds: [[key('count'), 2n]],
        }),
      );
      await Promise.all(writers);
      await store.commit({ deletes: [key('000')] });
      const before = await pageBefore();
      assert.equal(before.length, 99);

      store = await opened.reopen();
      assert.deepEqual(await openRoom(store, bytes('durable/')).page(), before);
      assert.equal(counterValue(await getOne(store, key('count'))), 200n);
      const names = [key('000'), key('001')];
      await store.commit({ puts: names.map((name) => [name, bytes('again')]) });
      const seen = before.map((entry) => entry.version);
      for (const entry of await store.get(names)) assert.ok(!seen.includes(entry?.version ?? 0n));
    });

    it('answers Unavailable after close, and closes twice', async () => {
      const { store: closing, close } = await openStore();
      await closing.commit({ puts: [[bytes('k'), bytes('v')]] });
      const late = closing.commit({ puts: [[bytes('k'), bytes('w')]] });
      await closing.close();
      await late;
      await closing.close();
      await assert.rejects(closing.get([bytes('k')]), Unavailable);
      await assert.rejects(closing.range({ start: bytes('a'), end: bytes('z'), limit: 1 }), Unavailable);
      await assert.rejects(closing.commit({ puts: [[bytes('k'), bytes('x')]] }), Unavailable);
      await close();
    });
  });
}
