/** Joined CRCs against the CRC of the joined bytes. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CrcAlgorithm, combineCrc } from './crc-combine.ts';
import { createHasher } from './hash.ts';

function crc(algorithm: CrcAlgorithm, bytes: Uint8Array): Buffer {
  const hasher = createHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest();
}

/** The checksum of `first` and `count` zero bytes, fed for real. */
function crcWithZeros(algorithm: CrcAlgorithm, first: Uint8Array, count: number): Buffer {
  const hasher = createHasher(algorithm);
  hasher.update(first);
  const zeros = Buffer.alloc(1 << 20);
  for (let rest = count; rest > 0; rest -= zeros.length)
    hasher.update(zeros.subarray(0, Math.min(rest, zeros.length)));
  return hasher.digest();
}

for (const algorithm of ['crc32', 'crc32c', 'crc64nvme'] as const) {
  describe(`combineCrc ${algorithm}`, () => {
    it('equals the checksum of the joined bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
          const joined = combineCrc(algorithm, crc(algorithm, a), crc(algorithm, b), b.length);
          assert.deepEqual(joined, crc(algorithm, Buffer.concat([a, b])));
        }),
      );
    });

    it('joins many parts, whichever way they are grouped', () => {
      const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 });
      fc.assert(
        fc.property(parts, (list) => {
          let joined = crc(algorithm, Buffer.alloc(0));
          for (const part of list) joined = combineCrc(algorithm, joined, crc(algorithm, part), part.length);
          assert.deepEqual(joined, crc(algorithm, Buffer.concat(list)));
        }),
      );
    });

    it('handles long second parts and bigint lengths', () => {
      const first = Buffer.from('first');
      const length = 37 * 1024 * 1024 + 5;
      const zeros = crcWithZeros(algorithm, Buffer.alloc(0), length);
      const expected = crcWithZeros(algorithm, first, length);
      assert.deepEqual(combineCrc(algorithm, crc(algorithm, first), zeros, length), expected);
      assert.deepEqual(combineCrc(algorithm, crc(algorithm, first), zeros, BigInt(length)), expected);
    });

    it('is associative for lengths no test could feed', () => {
      const length = fc.bigInt({ min: 0n, max: 1n << 52n });
      const value = fc.uint8Array({ minLength: 8, maxLength: 8 });
      const size = algorithm === 'crc64nvme' ? 8 : 4;
      fc.assert(
        fc.property(value, value, value, length, length, (x, y, z, yLength, zLength) => {
          const [a, b, c] = [x, y, z].map((bytes) => Buffer.from(bytes.subarray(0, size))) as [
            Buffer,
            Buffer,
            Buffer,
          ];
          const left = combineCrc(algorithm, combineCrc(algorithm, a, b, yLength), c, zLength);
          const right = combineCrc(algorithm, a, combineCrc(algorithm, b, c, zLength), yLength + zLength);
          assert.deepEqual(left, right);
        }),
        { numRuns: 30 },
      );
    });

    it('refuses checksums of another size and negative lengths', () => {
      const good = crc(algorithm, Buffer.from('x'));
      assert.throws(() => combineCrc(algorithm, good.subarray(1), good, 1), RangeError);
      assert.throws(() => combineCrc(algorithm, good, Buffer.alloc(5), 1), RangeError);
      assert.throws(() => combineCrc(algorithm, good, good, -1), RangeError);
    });
  });
}
