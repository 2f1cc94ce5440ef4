/** CRC-64/NVME against its definition, bit by bit. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { crc64nvme } from './crc64.ts';

/** Bit by bit from the definition. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  }
  return crc ^ 0xffffffffffffffffn;
}

it('agrees with the definition for any bytes and any start', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
      assert.equal(crc64nvme(a), slowCrc64(a));
      assert.equal(crc64nvme(b, crc64nvme(a)), slowCrc64(Buffer.concat([a, b])));
    }),
  );
});

it('agrees with the definition around the window of the fast loop', () => {
  const bytes = Buffer.alloc(0x10000 * 2 + 17, 'onggi');
  for (const length of [0xffff, 0x10000, 0x10001, 0x20000, bytes.length]) {
    const some = bytes.subarray(0, length);
    assert.equal(crc64nvme(some), slowCrc64(some), `${length} bytes`);
  }
});
