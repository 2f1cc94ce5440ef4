import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTimestamp } from './log.ts';

it('writes the time of a line to the millisecond', () => {
  let time = 0;
  const timestamp = createTimestamp(() => time);
  const first = Date.UTC(2026, 10, 21, 3, 12, 14, 7);
  for (const step of [0, 1, 92, 899, 900, 1000, 61_000, -5]) {
    time = first + step;
    assert.equal(timestamp(), `,"time":"${new Date(time).toISOString()}"`);
  }
});
