// The Range header: what is read, what is ignored, what is too much.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExcessive, multipartAnswer, parseRanges } from './byte-ranges.ts';

test('readable headers become ranges, anything else none', () => {
  assert.deepEqual(parseRanges('bytes=0-4,5-, -3'), [{ start: 0, end: 4 }, { start: 5 }, { suffix: 3 }]);
  for (const header of [
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=4-3',
    'bytes=1-2,x',
    'lines=1-2',
  ]) {
    assert.equal(parseRanges(header), undefined, String(header));
  }
});

test('no header breaks the parser, and what it gives is in order', () => {
  const text = fc.string({
    unit: fc.constantFrom('0', '9', '-', ',', ' ', '=', 'b', 'bytes='),
    maxLength: 20,
  });
  fc.assert(
    fc.property(text, (rest) => {
      for (const range of parseRanges(`bytes=${rest}`) ?? []) {
        if ('suffix' in range) assert.ok(range.suffix >= 0);
        else assert.ok(range.end === undefined || range.end >= range.start);
      }
    }),
  );
});

test('disorder and overlaps have a limit', () => {
  const spans = (...starts: number[]) => starts.map((start) => ({ start, end: start + 1 }));
  assert.ok(!isExcessive(spans(...Array.from({ length: 50 }, (_, i) => i))));
  assert.ok(isExcessive(spans(...Array.from({ length: 51 }, (_, i) => i))));
  assert.ok(!isExcessive(spans(6, 5, 4, 3, 2, 1, 0)));
  assert.ok(isExcessive(spans(7, 6, 5, 4, 3, 2, 1, 0)));
  const wide = [0, 2, 3].map((start) => ({ start, end: start + 6 }));
  assert.ok(isExcessive(wide));
  assert.ok(!isExcessive(wide.slice(0, 2)));
});

test('a multipart answer is as long as it says', async () => {
  const bytes = Buffer.from('0123456789');
  const span = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 10 }))
    .map(([start, length]) => ({ start, end: Math.min(10, start + length) }));
  await fc.assert(
    fc.asyncProperty(fc.array(span, { minLength: 2, maxLength: 5 }), async (spans) => {
      const object = { contentType: 'text/plain; charset=한글', size: 10 };
      const answer = multipartAnswer(object, spans, 'b'.repeat(32), ({ start, end }) =>
        bytes.subarray(start, end),
      );
      let length = 0;
      for await (const chunk of answer.body) length += chunk.length;
      assert.equal(length, answer.length);
    }),
  );
});
