/** The contract's tests of `commit` and its checks. Refuses counters and sizes; they have a file of their own. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { hex } from '../../../base/bytes.ts';
import { Conflict, Unavailable } from '../../errors.ts';
import type { Commit, Key } from '../meta-store.ts';
import { counterValue, retrying } from '../meta-store.ts';
import type { RoomTest } from './room.test-suite.ts';
import { bytes, countWinners, getOne, keysOf, presentEntry, textOf } from './room.test-suite.ts';

/** Registers them. */
export function commitTests(test: RoomTest): void {
  describe('commit', () => {
    test('does everything or, when one check fails, nothing', async ({ store, key }) => {
      await store.commit({
        puts: [
          [key('kept'), bytes('old')],
          [key('other'), bytes('old')],
        ],
        adds: [[key('count'), 5n]],
      });
      const before = await store.get([key('kept'), key('other')]);
      const change: Commit = {
        puts: [
          [key('kept'), bytes('new')],
          [key('fresh'), bytes('new')],
        ],
        deletes: [key('other')],
        adds: [[key('count'), 1n]],
      };
      const right = [key('kept'), before[0]?.version ?? null] as const;
      await assert.rejects(store.commit({ ...change, checks: [right, [key('other'), null]] }), Conflict);
      const after = await store.get([key('kept'), key('other'), key('fresh'), key('count')]);
      assert.deepEqual(after.slice(0, 3).map(textOf), ['old', 'old', undefined]);
      assert.deepEqual(
        after.slice(0, 2).map((each) => each?.version),
        before.map((each) => each?.version),
      );
      assert.equal(counterValue(after[3]), 5n);

      await store.commit({ ...change, checks: [right, [key('fresh'), null]] });
      const done = await store.get([key('kept'), key('other'), key('fresh'), key('count')]);
      assert.deepEqual(done.slice(0, 3).map(textOf), ['new', undefined, 'new']);
      assert.equal(counterValue(done[3]), 6n);
    });

    test('checks versions, present and absent', async ({ store, key }) => {
      await store.commit({ puts: [[key('a'), bytes('1')]] });
      const { version } = await presentEntry(store, key('a'));
      const attempt = (...checks: [Key, bigint | null][]) => store.commit({ checks });
      await attempt([key('a'), version], [key('b'), null]);
      await assert.rejects(attempt([key('a'), version + 1n]), Conflict);
      await assert.rejects(attempt([key('a'), null]), Conflict);
      await assert.rejects(attempt([key('b'), version]), Conflict);
      await assert.rejects(attempt([key('a'), version], [key('b'), version]), Conflict);
      await store.commit({ puts: [[key('a'), bytes('1')]] });
      await assert.rejects(attempt([key('a'), version]), Conflict, 'a write of equal bytes is a write');
    });

    test('of nothing at all, or of deletes of nothing, is fine', async ({ store, key }) => {
      await store.commit({});
      await store.commit({ checks: [], puts: [], deletes: [key('none')], adds: [] });
    });

    test('never gives a key the same version twice, also across deletes', async ({ store, key }) => {
      const seen = new Set<bigint>();
      for (let count = 0; count < 20; count += 1) {
        for (let write = 0; write < 3; write += 1) {
          await store.commit({ puts: [[key('k'), bytes('same')]] });
          seen.add((await presentEntry(store, key('k'))).version);
        }
        await store.commit({ deletes: [key('k')] });
      }
      assert.equal(seen.size, 60);
    });

    test('lets exactly one of hundreds of rivals win each version', async ({ store, key, page }) => {
      await store.commit({ puts: [[key('k'), bytes('start')]] });
      for (let battle = 0; battle < 3; battle += 1) {
        const { version } = await presentEntry(store, key('k'));
        const rivals = Array.from({ length: 200 }, (_, index) =>
          store.commit({
            checks: [[key('k'), version]],
            puts: [
              [key('k'), bytes(`${battle}.${index}`)],
              [key(`mark-${battle}-${index}`), bytes('')],
            ],
          }),
        );
        assert.equal(await countWinners(rivals), 1);
        const marks = await page({ start: key(`mark-${battle}`), end: key(`mark-${battle}.`) });
        const winner = textOf(await getOne(store, key('k')))?.split('.')[1];
        assert.deepEqual(keysOf(marks), [hex(key(`mark-${battle}-${winner}`))]);
      }
    });

    test('lets exactly one of hundreds create an absent key', async ({ store, key }) => {
      const rivals = Array.from({ length: 200 }, (_, index) =>
        store.commit({ checks: [[key('new'), null]], puts: [[key('new'), bytes(String(index))]] }),
      );
      assert.equal(await countWinners(rivals), 1);
    });

    test('lets no two commits both miss what the other writes', async ({ store, key }) => {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const [left, right] = [key(`left-${attempt}`), key(`right-${attempt}`)];
        const winners = await countWinners([
          store.commit({ checks: [[left, null]], puts: [[right, bytes('')]] }),
          store.commit({ checks: [[right, null]], puts: [[left, bytes('')]] }),
        ]);
        assert.equal(winners, 1);
      }
    });

    test('lets commits that share only a check run side by side', async ({ store, key }) => {
      await store.commit({ puts: [[key('bucket'), bytes('')]] });
      const { version } = await presentEntry(store, key('bucket'));
      const writers = Array.from({ length: 100 }, (_, index) =>
        store.commit({
          checks: [
            [key('bucket'), version],
            [key(`object-${index}`), null],
          ],
          puts: [[key(`object-${index}`), bytes('')]],
        }),
      );
      assert.equal(await countWinners(writers), 100);
    });

    test('loses no increment under `retrying`', async ({ store, key }) => {
      const increment = () =>
        retrying(async () => {
          const entry = await getOne(store, key('n'));
          const next = String(Number(textOf(entry) ?? '0') + 1);
          await store.commit({
            checks: [[key('n'), entry?.version ?? null]],
            puts: [[key('n'), bytes(next)]],
          });
        }, 500);
      await Promise.all(Array.from({ length: 60 }, increment));
      assert.equal(textOf(await getOne(store, key('n'))), '60');
    });

    test('`retrying` gives up after its attempts, and passes other errors on at once', async ({
      store,
      key,
    }) => {
      let runs = 0;
      const stubborn = retrying(() => {
        runs += 1;
        return store.commit({ checks: [[key('none'), 1n]] });
      }, 3);
      await assert.rejects(stubborn, Conflict);
      assert.equal(runs, 3);
      const broken = () => Promise.reject(new Unavailable('gone'));
      await assert.rejects(retrying(broken), Unavailable);
    });

    test('moves thousands of keys at once', async ({ store, key, page }) => {
      const keys = Array.from({ length: 5000 }, (_, index) => key(String(index).padStart(5, '0')));
      await store.commit({ puts: keys.map((each) => [each, each]) });
      assert.equal((await page({ limit: 6000 })).length, 5000);
      const versions = await store.get(keys);
      await store.commit({
        checks: keys.map((each, index) => [each, versions[index]?.version ?? null]),
        deletes: keys,
      });
      assert.deepEqual(await page(), []);
    });
  });
}
