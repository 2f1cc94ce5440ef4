/** Every hasher against published values, however the bytes are cut. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createHasher, type HashAlgorithm } from './hash.ts';

/** Digests of "123456789": the check values of the CRC catalogue, and FIPS 180 / RFC 1321 digests. */
const known: Record<HashAlgorithm, string> = {
  md5: '25f9e794323b453885f5181f1b624d0b',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
};
const algorithms = Object.keys(known) as HashAlgorithm[];

function digest(algorithm: HashAlgorithm, chunks: Uint8Array[]): string {
  const hasher = createHasher(algorithm);
  for (const chunk of chunks) hasher.update(chunk);
  return hasher.digest().toString('hex');
}

for (const algorithm of algorithms) {
  describe(`hash ${algorithm}`, () => {
    it('gives the published value', () => {
      assert.equal(digest(algorithm, [Buffer.from('123456789')]), known[algorithm]);
    });

    it('does not care how the bytes are cut into chunks', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 20 }), (chunks) => {
          assert.equal(digest(algorithm, chunks), digest(algorithm, [Buffer.concat(chunks)]));
        }),
      );
    });

    it('keeps two hashers apart', () => {
      const [a, b] = [createHasher(algorithm), createHasher(algorithm)];
      a.update(Buffer.from('1234'));
      b.update(Buffer.from('other'));
      a.update(Buffer.from('56789'));
      assert.equal(a.digest().toString('hex'), known[algorithm]);
    });
  });
}

it('has the digest of nothing', () => {
  for (const algorithm of ['crc32', 'crc32c', 'crc64nvme'] as const) {
    assert.match(digest(algorithm, []), /^0+$/);
  }
  assert.equal(digest('md5', []), createHash('md5').digest('hex'));
});
