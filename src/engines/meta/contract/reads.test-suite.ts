/** The contract's tests of `get` and `range`. Refuses what only writes can show. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { afterKey, hex } from '../../../base/bytes.ts';
import type { Key, KeyRange } from '../meta-store.ts';
import { maxKeyBytes } from '../meta-store.ts';
import type { RoomTest } from './room.test-suite.ts';
import { bytes, filled, getOne, keysOf, presentEntry, textOf } from './room.test-suite.ts';

/** Registers them. */
export function readTests(test: RoomTest): void {
  describe('get', () => {
    test('answers in the order asked for, undefined where nothing is', async ({ store, key }) => {
      await store.commit({
        puts: [
          [key('a'), bytes('1')],
          [key('b'), bytes('2')],
        ],
      });
      const entries = await store.get([key('b'), key('none'), key('a'), key('b')]);
      assert.deepEqual(entries.map(textOf), ['2', undefined, '1', '2']);
      assert.deepEqual(await store.get([]), []);
    });

    test('gives back the key, the bytes and a version', async ({ store, key }) => {
      const value = randomBytes(300);
      await store.commit({ puts: [[key('k'), value]] });
      const entry = await presentEntry(store, key('k'));
      assert.equal(hex(entry.key), hex(key('k')));
      assert.equal(hex(entry.value), hex(value));
      assert.equal(typeof entry.version, 'bigint');
    });

    test('answers thousands of keys at once', async ({ store, key }) => {
      const keys = Array.from({ length: 3000 }, (_, index) => key(`many-${index}`));
      await store.commit({ puts: keys.map((each, index) => [each, bytes(String(index))]) });
      const entries = await store.get(keys.toReversed());
      assert.deepEqual(entries.map(textOf).toReversed(), [...keys.keys()].map(String));
    });

    test('shows one moment, while writers go on', async ({ store, key, page }) => {
      const pair = [key('left'), key('right')] as const;
      const write = (text: string) =>
        store.commit({ puts: pair.map((each) => [each, bytes(text)] as const) });
      await write('0');
      const writers = Array.from({ length: 60 }, (_, index) => write(String(index)));
      for (let read = 0; read < 40; read += 1) {
        const [left, right] = (await store.get(pair)).map(textOf);
        assert.equal(left, right);
        const both = (await page()).map(textOf);
        assert.equal(both[0], both[1]);
      }
      await Promise.all(writers);
    });

    test('sees every commit that has resolved', async ({ store, key, page }) => {
      for (let count = 0; count < 50; count += 1) {
        await store.commit({ puts: [[key('k'), bytes(String(count))]] });
        assert.equal(textOf(await getOne(store, key('k'))), String(count));
        assert.deepEqual((await page()).map(textOf), [String(count)]);
      }
    });
  });

  describe('range', () => {
    test('orders keys as unsigned bytes, a prefix first', async ({ store, key, page }) => {
      const tails = [
        '00',
        '0000',
        '0001',
        '01',
        '61',
        '6100',
        '617a',
        '7f',
        '7fff',
        '80',
        'c3a9',
        'fe',
        'feff',
      ];
      const keys = tails.map((tail) => key(Buffer.from(tail, 'hex')));
      const shuffled = keys.toSorted(() => Math.random() - 0.5);
      await store.commit({ puts: shuffled.map((each) => [each, each]) });
      assert.deepEqual(keysOf(await page()), keys.map(hex));
      assert.deepEqual(keysOf(await page({ reverse: true })), keys.map(hex).toReversed());
    });

    test('starts with its start, stops before its end and at its limit', async ({
      store,
      prefix,
      key,
      page,
    }) => {
      const keys = ['a', 'b', 'c', 'd', 'e'].map(key);
      await store.commit({ puts: keys.map((each) => [each, bytes('')]) });
      const names = async (range: Partial<KeyRange>) =>
        (await page(range)).map((entry) => Buffer.from(entry.key).toString().slice(prefix.length)).join('');
      const inner = { start: key('b'), end: key('d') };
      assert.equal(await names(inner), 'bc');
      assert.equal(await names({ ...inner, reverse: true }), 'cb');
      assert.equal(await names({ start: key('a1'), end: key('d1') }), 'bcd');
      assert.equal(await names({ start: key('a1'), end: key('d1'), reverse: true }), 'dcb');
      assert.equal(await names({ limit: 2 }), 'ab');
      assert.equal(await names({ limit: 2, reverse: true }), 'ed');
      assert.equal(await names({ limit: 0 }), '');
      assert.equal(await names({ start: afterKey(key('b')) }), 'cde');
      assert.equal(await names({ end: afterKey(key('b')) }), 'ab');
    });

    test('is empty when nothing lies in it', async ({ store, key, page }) => {
      await store.commit({ puts: [[key('b'), bytes('')]] });
      for (const [start, end] of [
        ['b', 'b'],
        ['c', 'a'],
        ['b1', 'c'],
        ['a', 'b'],
      ] as const) {
        for (const reverse of [false, true]) {
          assert.deepEqual(await page({ start: key(start), end: key(end), reverse }), []);
        }
      }
    });

    test('takes bounds that are no keys', async ({ store, prefix, key, page }) => {
      await store.commit({ puts: [[key(filled(maxKeyBytes - prefix.length, 0x61)), bytes('long')]] });
      const start = new Uint8Array();
      assert.equal(textOf((await page({ start, limit: 100_000 })).at(-1)), 'long');
      assert.equal(textOf((await page({ start, reverse: true }))[0]), 'long');
      const bound = key(filled(maxKeyBytes + 500, 0x61));
      assert.deepEqual(await page({ start: bound }), []);
      assert.deepEqual((await page({ end: bound, reverse: true })).map(textOf), ['long']);
    });

    test('pages through by its last key, both ways', async ({ store, prefix, key, page }) => {
      const keys = Array.from({ length: 25 }, (_, index) => key(String(index).padStart(3, '0')));
      await store.commit({ puts: keys.map((each) => [each, bytes('')]) });
      const upwards: string[] = [];
      const downwards: string[] = [];
      let [start, end]: [Key, Key] = [prefix, key(filled(1, 0xff))];
      for (let pages = 0; pages < 10; pages += 1) {
        const up = await page({ start, limit: 4 });
        const down = await page({ end, limit: 4, reverse: true });
        upwards.push(...keysOf(up));
        downwards.push(...keysOf(down));
        start = afterKey(up.at(-1)?.key ?? start);
        end = down.at(-1)?.key ?? prefix;
      }
      assert.deepEqual(upwards, keys.map(hex));
      assert.deepEqual(downwards, keys.map(hex).toReversed());
    });
  });
}
