// A PostgreSQL that dies, or stands still, under load: refusals within seconds, and everything back afterwards.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresQuiet } from '../support/offline-store.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { childrenOf } from '../support/process-tree.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { underLoad } from './rounds.ts';
import { clear, prepare } from './stage.ts';
import { Victim } from './victim.ts';

/** Milliseconds after which an answer does not count as "within seconds" any more, on a machine that does other things too. */
const seconds = 25_000;

it('a PostgreSQL that fails under load is 503 for a while, and loses nothing', {
  skip: postgresMissing(),
}, async () => {
  const seed = Number(process.env.ONGGI_TEST_CRASH_SEED ?? Date.now() % 1_000_000_007);
  console.log(`database outages: ONGGI_TEST_CRASH_SEED=${seed}`);
  const random = new SeededRandom(seed);
  const postgres = await startPostgres();
  const victim = await Victim.start(`${postgres.url}?schema=outage`);
  const stage = await prepare(victim);
  const { scene } = stage;
  const freeze = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const pid of [postgres.pid, ...childrenOf(postgres.pid)]) process.kill(pid, signal);
  };
  const ready = async () => (await fetch(`${victim.url}/-/ready`)).status;
  const outages = {
    async dies() {
      await postgres.kill();
      await sleep(2000);
      assert.equal(await ready(), 503);
      assert.equal((await fetch(`${victim.url}/-/live`)).status, 200);
      await postgres.startAgain();
    },
    async 'stands still'() {
      freeze('SIGSTOP');
      await sleep(12_000);
      assert.equal(await ready(), 503);
      freeze('SIGCONT');
    },
  };
  try {
    for (const [name, happen] of Object.entries(outages)) {
      scene.slowest = 0;
      const told = await underLoad(stage, random.fork(), async () => {
        await sleep(1000);
        const { busy } = scene.tally;
        await happen();
        assert.ok(scene.tally.busy > busy, 'somebody was refused meanwhile');
        await sleep(3000);
      });
      const slowest = Math.round(scene.slowest);
      console.log(`database ${name}: ${told}; the slowest answer took ${slowest} ms`);
      assert.deepEqual(scene.recorder.violations, [], name);
      assert.ok(slowest < seconds, `an answer took ${slowest} ms`);
      assert.equal(await ready(), 200);
    }
    await clear(stage);
    await postgresQuiet(postgres.url);
  } finally {
    await postgres.stop();
  }
});
