import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { isCoreError } from '../errors.ts';
import { createMasterKey } from './master-key.ts';
import { hashIamSecret, hashPassword, passwordStamp, verifyIamSecret, verifyPassword } from './passwords.ts';

const masterKey = createMasterKey(Buffer.alloc(32, 1));
const otherKey = createMasterKey(Buffer.alloc(32, 2));

test('verifies what it hashed, and nothing else', async () => {
  const stored = await hashPassword(masterKey, randomBytes, 'pässword');
  assert.match(stored, /^\$scrypt\$ln=14,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/);
  assert.equal(await verifyPassword(masterKey, 'pässword', stored), true);
  assert.equal(
    await verifyPassword(masterKey, 'pa\u0308ssword', stored),
    true,
    'the same text, composed otherwise',
  );
  assert.equal(await verifyPassword(masterKey, 'password', stored), false);
  assert.equal(await verifyPassword(masterKey, '', stored), false);
  assert.equal(await verifyPassword(otherKey, 'pässword', stored), false);
  for (const broken of [undefined, '', 'pässword', '$scrypt$ln=14,r=8,p=1$$', '$x$y']) {
    assert.equal(await verifyPassword(masterKey, 'pässword', broken), false);
  }
});

test('the same password is hashed differently each time', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => hashPassword(masterKey, randomBytes, 'x')));
  assert.notEqual(a, b);
  assert.notDeepEqual(passwordStamp(masterKey, a ?? ''), passwordStamp(masterKey, b ?? ''));
});

test('a flood of guesses is refused before it takes the thread pool', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 210 }, () => verifyPassword(masterKey, 'x', '$scrypt$ln=4,r=1,p=1$AAAA$AAAA')),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 210 - 202);
  for (const outcome of refused) {
    assert.ok(outcome.status === 'rejected' && isCoreError(outcome.reason, 'Busy'));
  }
  assert.equal(await verifyPassword(masterKey, 'x', '$scrypt$ln=4,r=1,p=1$AAAA$AAAA'), false);
});

test('an IAM secret is bound to its key and to the master key', () => {
  const stored = hashIamSecret(masterKey, 'a'.repeat(32), 's3cret');
  assert.equal(verifyIamSecret(masterKey, 'a'.repeat(32), 's3cret', stored), true);
  assert.equal(verifyIamSecret(masterKey, 'a'.repeat(32), 's3cre', stored), false);
  assert.equal(verifyIamSecret(masterKey, 'b'.repeat(32), 's3cret', stored), false);
  assert.equal(verifyIamSecret(otherKey, 'a'.repeat(32), 's3cret', stored), false);
  assert.equal(verifyIamSecret(masterKey, 'a'.repeat(32), 's3cret', ''), false);
});
