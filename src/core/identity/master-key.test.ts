import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMasterKey, parseMasterKey } from './master-key.ts';

const bytes = Buffer.alloc(32, 7);

test('opens what it sealed, for the same purpose only', () => {
  const key = createMasterKey(bytes);
  const sealed = key.seal('s3 secret', Buffer.from('hello'));
  assert.equal(key.open('s3 secret', sealed)?.toString(), 'hello');
  assert.equal(key.open('token', sealed), undefined);
  assert.equal(createMasterKey(Buffer.alloc(32, 8)).open('s3 secret', sealed), undefined);
});

test('refuses a sealed text with any one bit changed, cut or extended', () => {
  const key = createMasterKey(bytes);
  const sealed = key.seal('p', Buffer.from('hello'));
  for (let i = 0; i < sealed.length * 8; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
    assert.equal(key.open('p', changed), undefined, `bit ${i}`);
  }
  for (let i = 0; i < sealed.length; i += 1) assert.equal(key.open('p', sealed.subarray(0, i)), undefined);
  assert.equal(key.open('p', Buffer.concat([sealed, Buffer.alloc(1)])), undefined);
});

test('seals the same text differently each time', () => {
  const key = createMasterKey(bytes);
  assert.notDeepEqual(key.seal('p', Buffer.from('x')), key.seal('p', Buffer.from('x')));
});

test('digests depend on key, purpose and data', () => {
  const key = createMasterKey(bytes);
  const digest = key.digest('a', Buffer.from('x'));
  assert.equal(digest.length, 32);
  assert.deepEqual(key.digest('a', Buffer.from('x')), digest);
  assert.notDeepEqual(key.digest('b', Buffer.from('x')), digest);
  assert.notDeepEqual(key.digest('a', Buffer.from('y')), digest);
  assert.notDeepEqual(createMasterKey(Buffer.alloc(32, 8)).digest('a', Buffer.from('x')), digest);
});

test('reads hex and base64 texts', () => {
  assert.deepEqual(parseMasterKey(bytes.toString('hex')), bytes);
  assert.deepEqual(parseMasterKey(bytes.toString('hex').toUpperCase()), bytes);
  assert.deepEqual(parseMasterKey(` ${bytes.toString('base64')}\n`), bytes);
  assert.deepEqual(parseMasterKey(Buffer.alloc(32, 0xff).toString('base64url')), Buffer.alloc(32, 0xff));
  for (const bad of ['', 'short', 'z'.repeat(64), `${'A'.repeat(42)}==`, 'A'.repeat(44), 'a'.repeat(63)]) {
    assert.equal(parseMasterKey(bad), undefined, bad);
  }
  assert.throws(() => createMasterKey(Buffer.alloc(31)), RangeError);
});
