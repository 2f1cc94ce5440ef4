// One-time passwords: the vectors of the RFCs, the window, and base32.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base32, findTotpStep, hotp, totpStep } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test('RFC 4226, appendix D', () => {
  const expected = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871'];
  expected.push('520489');
  assert.deepEqual(
    expected.map((_, counter) => hotp(secret, counter)),
    expected,
  );
});

test('RFC 6238, appendix B, SHA-1', () => {
  const vectors: readonly (readonly [seconds: number, code: string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of vectors) {
    assert.equal(hotp(secret, totpStep(seconds * 1000), 8), code);
    const step = totpStep(seconds * 1000);
    assert.equal(findTotpStep(secret, code.slice(2), { time: seconds * 1000, after: -1 }), step);
  }
});

test('one step to either side holds, no more, and nothing that was used', () => {
  const time = 1_700_000_010_000;
  const step = totpStep(time);
  for (const [away, holds] of [
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    const found = findTotpStep(secret, hotp(secret, step + away), { time, after: -1 });
    assert.equal(found, holds ? step + away : undefined, String(away));
  }
  assert.equal(findTotpStep(secret, hotp(secret, step), { time, after: step }), undefined);
  assert.equal(findTotpStep(secret, hotp(secret, step + 1), { time, after: step }), step + 1);
});

test('only six digits are a code', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 9 }), fc.nat(4_000_000_000_000), (code, time) => {
      const step = findTotpStep(secret, code, { time, after: -1 });
      assert.ok(step === undefined || hotp(secret, step) === code);
    }),
  );
});

test('base32: RFC 4648, section 10', () => {
  const vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'];
  assert.deepEqual(
    vectors.map((_, length) => base32(Buffer.from('foobar').subarray(0, length))),
    vectors,
  );
});
