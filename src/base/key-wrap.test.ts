/** AES Key Wrap against the vector of RFC 3394, and against damage. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { unwrapKey, WRAPPED_BYTES, wrapKey } from './key-wrap.ts';

test('the vector of RFC 3394 4.6', () => {
  const by = Buffer.from('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F', 'hex');
  const key = Buffer.from('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F', 'hex');
  const wrapped = '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21';
  assert.equal(wrapKey(by, key).toString('hex').toUpperCase(), wrapped);
  assert.deepEqual(unwrapKey(by, Buffer.from(wrapped, 'hex')), key);
});

test('nothing opens that is damaged, cut, or of another key', () => {
  const [by, key] = [randomBytes(32), randomBytes(32)];
  const wrapped = wrapKey(by, key);
  assert.equal(wrapped.length, WRAPPED_BYTES);
  for (let at = 0; at < wrapped.length; at += 1) {
    const damaged = Buffer.from(wrapped);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    assert.equal(unwrapKey(by, damaged), undefined, `byte ${at}`);
  }
  for (const length of [0, 8, 32, 39, 41]) {
    assert.equal(unwrapKey(by, Buffer.concat([wrapped, wrapped]).subarray(0, length)), undefined);
  }
  assert.equal(unwrapKey(randomBytes(32), wrapped), undefined);
  assert.throws(() => wrapKey(by, randomBytes(31)), RangeError);
});
