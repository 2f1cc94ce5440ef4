/** The contract's tests of counters, and of which bytes go in and come out. Refuses rivalry between commits on plain keys. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { hex } from '../../../base/bytes.ts';
import { counterValue, maxKeyBytes } from '../meta-store.ts';
import type { Room, RoomTest } from './room.test-suite.ts';
import { bytes, filled, getOne, keysOf, presentEntry, textOf } from './room.test-suite.ts';

/** Registers them. */
export function counterAndByteTests(test: RoomTest): void {
  describe('counters', () => {
    const read = async ({ store, key }: Room, name: string) => counterValue(await getOne(store, key(name)));

    test('add up exactly, whoever adds at the same time', async (room) => {
      const { store, key } = room;
      const amounts = Array.from({ length: 300 }, (_, index) => BigInt(index) - 100n);
      await Promise.all(
        amounts.map((amount, index) =>
          store.commit({
            checks: [[key(`object-${index}`), null]],
            puts: [[key(`object-${index}`), bytes('')]],
            adds: [
              [key('bytes'), amount],
              [key('objects'), 1n],
            ],
          }),
        ),
      );
      assert.equal(
        await read(room, 'bytes'),
        amounts.reduce((sum, amount) => sum + amount),
      );
      assert.equal(await read(room, 'objects'), 300n);
    });

    test('take large and negative amounts', async (room) => {
      const { store, key } = room;
      await store.commit({ adds: [[key('n'), 2n ** 62n]] });
      await store.commit({ adds: [[key('n'), -(2n ** 62n) - 1n]] });
      assert.equal(await read(room, 'n'), -1n);
    });

    test('are absent before, read as eight bytes with version 0, and vanish by delete', async (room) => {
      const { store, key } = room;
      assert.equal(await getOne(store, key('n')), undefined);
      assert.equal(counterValue(undefined), 0n);
      await store.commit({ adds: [[key('n'), 258n]] });
      const entry = await presentEntry(store, key('n'));
      assert.equal(hex(entry.value), '0000000000000102');
      assert.equal(entry.version, 0n);
      await store.commit({ deletes: [key('n')] });
      assert.equal(await getOne(store, key('n')), undefined);
      await store.commit({ adds: [[key('n'), 3n]] });
      assert.equal(await read(room, 'n'), 3n);
    });

    test('never show in a range, and come with plain keys in one get', async ({ store, key, page }) => {
      await store.commit({
        puts: [
          [key('a'), bytes('plain')],
          [key('c'), bytes('plain')],
        ],
        adds: [
          [key('b'), 1n],
          [key('d'), 2n],
        ],
      });
      assert.deepEqual(keysOf(await page()), [hex(key('a')), hex(key('c'))]);
      assert.deepEqual(keysOf(await page({ reverse: true })), [hex(key('c')), hex(key('a'))]);
      const [plain, counter] = await store.get([key('a'), key('d')]);
      assert.equal(textOf(plain), 'plain');
      assert.equal(counterValue(counter), 2n);
    });
  });

  describe('bytes', () => {
    test('of keys as long as allowed stay apart and in order', async ({ store, prefix, key, page }) => {
      const length = maxKeyBytes - prefix.length;
      const keys = [1, 2, 255].map((last) => key(Buffer.concat([filled(length - 1, 0xfe), filled(1, last)])));
      await store.commit({
        puts: keys.map((each) => [each, each]),
        adds: [[key(filled(length, 0xfd)), 7n]],
      });
      assert.deepEqual(keysOf(await page()), keys.map(hex));
      assert.deepEqual(
        (await store.get(keys)).map((each) => hex(each?.value ?? bytes(''))),
        keys.map(hex),
      );
      assert.equal(counterValue(await getOne(store, key(filled(length, 0xfd)))), 7n);
    });

    test('of keys too long or empty are refused, and nothing else is written', async ({ store, key }) => {
      for (const bad of [new Uint8Array(), filled(maxKeyBytes + 1, 1)]) {
        const puts = [[key('innocent'), bytes('')]] as const;
        await assert.rejects(store.get([bad]), RangeError);
        await assert.rejects(store.commit({ puts: [...puts, [bad, bytes('')]] }), RangeError);
        await assert.rejects(store.commit({ puts, deletes: [bad] }), RangeError);
        await assert.rejects(store.commit({ puts, adds: [[bad, 1n]] }), RangeError);
        await assert.rejects(store.commit({ puts, checks: [[bad, null]] }), RangeError);
      }
      assert.equal(await getOne(store, key('innocent')), undefined);
    });

    test('of values from none to several MiB come back equal', async ({ store, prefix, key, page }) => {
      const values = [0, 1, 7, 8, 4096, 65_536, 1_000_003, 5 * 2 ** 20].map((size) => randomBytes(size));
      const keys = values.map((value) => key(String(value.length).padStart(9, '0')));
      await store.commit({ puts: values.map((value, index) => [keys[index] ?? prefix, value]) });
      const got = await store.get(keys);
      const listed = await page();
      values.forEach((value, index) => {
        assert.ok(value.equals(got[index]?.value ?? bytes('absent')), `get of ${value.length} bytes`);
        assert.ok(value.equals(listed[index]?.value ?? bytes('absent')), `range of ${value.length} bytes`);
      });
    });

    test('given out stay as they are when the store moves on', async ({ store, prefix, key, page }) => {
      const keys = Array.from({ length: 20 }, (_, index) => key(String(index).padStart(2, '0')));
      const write = (byte: number) => store.commit({ puts: keys.map((each) => [each, filled(5000, byte)]) });
      await write(1);
      const got = await store.get(keys);
      const listed = await page();
      for (let byte = 2; byte < 10; byte += 1) {
        await write(byte);
        await store.get(keys);
        await page();
      }
      await store.commit({ deletes: keys });
      for (const entries of [got, listed]) {
        assert.deepEqual(
          entries.map((each) => hex(each?.key ?? prefix)),
          keys.map(hex),
        );
        assert.ok(entries.every((each) => filled(5000, 1).equals(each?.value ?? prefix)));
      }
    });

    test('taken in may be used again by the caller once the commit has resolved', async ({
      store,
      key,
      page,
    }) => {
      const [ownKey, ownValue] = [key('k'), bytes('value')];
      await store.commit({ puts: [[ownKey, ownValue]] });
      ownKey.fill(0x7a);
      ownValue.fill(0x7a);
      assert.equal(textOf(await getOne(store, key('k'))), 'value');
      assert.deepEqual(keysOf(await page()), [hex(key('k'))]);
    });
  });
}
