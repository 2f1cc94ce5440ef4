// Patterns with stars, against the same in a regular expression.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

test('as a regular expression would have it', () => {
  const letters = (...more: string[]) =>
    fc.string({ unit: fc.constantFrom('a', 'b', ...more), maxLength: 9 });
  fc.assert(
    fc.property(letters('*', '*'), letters('.', '*'), (pattern, text) => {
      const parts = pattern.split('*').map((part) => part.replaceAll(/[.\\]/g, '\\$&'));
      assert.equal(matchesGlob(pattern, text), new RegExp(`^${parts.join('.*')}$`, 's').test(text));
    }),
    { numRuns: 2000 },
  );
});

test('many stars take no time', () => {
  const begun = performance.now();
  assert.equal(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(1024)), false);
  assert.ok(performance.now() - begun < 1000);
});

test('neither do long texts between them', () => {
  const text = 'a'.repeat(1024);
  const patterns = [
    `*${'a'.repeat(500)}b*`,
    `*b${'a'.repeat(500)}*`,
    `*${'a'.repeat(250)}b${'a'.repeat(250)}*`,
  ];
  const begun = performance.now();
  for (let n = 0; n < 500; n += 1) {
    for (const pattern of patterns) assert.equal(matchesGlob(pattern, text), false);
  }
  assert.ok(performance.now() - begun < 1000);
});
