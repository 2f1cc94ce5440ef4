import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deriveSigningKey } from '../../../base/wire/sigv4.ts';
import { SigningKeys } from './signing-keys.ts';

const scope = { date: '20130524', region: 'us-east-1', service: 's3' };

describe('remembered signing keys', () => {
  it('are those that would be derived', () => {
    const keys = new SigningKeys(2);
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(keys.get('a', 'secret', scope), deriveSigningKey('secret', scope));
    }
    const other = { ...scope, date: '20130525' };
    assert.deepEqual(keys.get('a', 'secret', other), deriveSigningKey('secret', other));
  });

  it('are made once, and anew for another secret', () => {
    const keys = new SigningKeys(2);
    const first = keys.get('a', 'secret', scope);
    assert.equal(keys.get('a', 'secret', scope), first);
    assert.deepEqual(keys.get('a', 'other', scope), deriveSigningKey('other', scope));
    assert.notDeepEqual(first, keys.get('a', 'other', scope));
  });

  it('are never more than allowed, and a full memory starts anew', () => {
    const keys = new SigningKeys(2);
    const a = keys.get('a', 'secret', scope);
    keys.get('b', 'secret', scope);
    assert.equal(keys.size, 2);
    keys.get('c', 'secret', scope);
    assert.equal(keys.size, 1);
    assert.notEqual(keys.get('a', 'secret', scope), a);
  });
});
