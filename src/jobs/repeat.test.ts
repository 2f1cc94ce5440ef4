import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Job, repeat } from './repeat.ts';

it('runs at once while there is more, goes on after failures, and ends when told', async () => {
  const stop = new AbortController();
  const failure = new Error('down');
  const logged: object[] = [];
  let runs = 0;
  const job: Job = {
    name: 'trial',
    pause: 1,
    async run() {
      runs += 1;
      if (runs === 2) throw failure;
      if (runs === 5) stop.abort();
      return runs < 4 ? 'more' : 'idle';
    },
  };
  await repeat(job, { info: () => {}, error: (fields) => logged.push(fields) }, stop.signal);
  assert.equal(runs, 5);
  assert.deepEqual(logged, [{ job: 'trial', err: failure }]);
});

it('ends in the middle of a pause', async () => {
  const stop = new AbortController();
  const job: Job = {
    name: 'trial',
    pause: 1_000_000,
    async run() {
      setImmediate(() => stop.abort());
      return 'idle';
    },
  };
  await repeat(job, { info: () => {}, error: () => {} }, stop.signal);
  await repeat({ ...job, run: () => assert.fail('runs') }, { info: () => {}, error: () => {} }, stop.signal);
});
