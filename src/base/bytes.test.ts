/** Order, prefixes and printing of byte strings, by example and by property. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { afterKey, afterPrefix, compareBytes, hex } from './bytes.ts';

/** Short strings over few bytes, so that prefixes and runs of 0xff are common. */
const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x61, 0xfe, 0xff), { maxLength: 5 })
  .map((bytes) => Uint8Array.from(bytes));

describe('bytes', () => {
  it('compares as unsigned bytes with the prefix first', () => {
    const sorted = ['', '00', '0000', '7f', '80', '80ff', 'ff', 'ff00'].map((text) =>
      Buffer.from(text, 'hex'),
    );
    const shuffled = [...sorted].reverse();
    assert.deepEqual(shuffled.sort(compareBytes), sorted);
  });

  it('prints hex of views into larger buffers', () => {
    assert.equal(hex(Uint8Array.from([0, 1, 0xab, 0xcd, 2]).subarray(1, 4)), '01abcd');
  });

  it('finds the end of a prefix', () => {
    assert.deepEqual(afterPrefix(Buffer.from('a/')), Buffer.from('a0'));
    assert.deepEqual(afterPrefix(Uint8Array.from([1, 0xff, 0xff])), Buffer.from([2]));
    assert.equal(afterPrefix(Uint8Array.from([0xff, 0xff])), undefined);
    assert.equal(afterPrefix(new Uint8Array()), undefined);
  });

  it('splits all keys at the end of a prefix', () => {
    fc.assert(
      fc.property(key, key, (prefix, other) => {
        const end = afterPrefix(prefix);
        const inside = Buffer.from(other).subarray(0, prefix.length).equals(prefix);
        const between =
          compareBytes(other, prefix) >= 0 && (end === undefined || compareBytes(other, end) < 0);
        assert.equal(between, inside);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves no key between a key and the next', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const next = afterKey(one);
        assert.ok(compareBytes(one, next) < 0);
        assert.ok(compareBytes(other, one) <= 0 || compareBytes(other, next) >= 0);
      }),
      { numRuns: 1000 },
    );
  });
});
