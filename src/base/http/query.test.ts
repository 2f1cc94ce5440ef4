import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MalformedTarget, percentDecode, percentEncode, Query } from './query.ts';

describe('percent-encoding', () => {
  it('brings back every text, and leaves only unreserved characters as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = percentEncode(text);
        assert.match(encoded, /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
        assert.equal(percentDecode(encoded), text);
      }),
    );
  });

  it('takes raw bytes for what they are in UTF-8', () => {
    assert.equal(percentDecode(Buffer.from('옹기 %EC%98%B9').toString('latin1')), '옹기 옹');
    assert.equal(percentDecode("plain!'()*"), "plain!'()*");
  });

  it('refuses broken escapes and bytes that are not UTF-8', () => {
    for (const raw of ['%', '%4', '%zz', '%ff', '\xff', 'a%C3']) {
      assert.throws(() => percentDecode(raw), MalformedTarget, raw);
    }
  });
});

describe('a query', () => {
  it('keeps order, repetition and parameters without a value', () => {
    const { entries } = new Query('b=1&a=%3D%26&&b=2&flag&=x&c=');
    assert.deepEqual(entries, [
      ['b', '1'],
      ['a', '=&'],
      ['b', '2'],
      ['flag', ''],
      ['', 'x'],
      ['c', ''],
    ]);
  });

  it('answers the first value of a name, and reads + as a blank', () => {
    const query = new Query('q=a+b%2B&q=2&flag');
    assert.equal(query.get('q'), 'a b+');
    assert.equal(query.get('flag'), '');
    assert.ok(query.has('flag'));
    assert.equal(query.get('absent'), undefined);
    assert.ok(!query.has('absent'));
  });
});
