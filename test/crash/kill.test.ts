// SIGKILL in the middle of a mixed load, again and again (ONGGI_TEST_CRASH_ROUNDS, ONGGI_TEST_CRASH_SEED).
import { describe, it } from 'node:test';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { survive } from './rounds.ts';
import { clear, prepare } from './stage.ts';
import { Victim } from './victim.ts';

const rounds = Number(process.env.ONGGI_TEST_CRASH_ROUNDS ?? 6);
const seed = Number(process.env.ONGGI_TEST_CRASH_SEED ?? Date.now() % 1_000_000_007);

/** The rounds on one server and one store, from empty to empty. */
async function keepEverything(count: number, metaUrl?: string): Promise<void> {
  // Encryption is half of the choices of a seed.
  const encrypted = seed % 2 === 1;
  console.log(`crash rounds: ONGGI_TEST_CRASH_SEED=${seed}${encrypted ? ', encrypted' : ''}`);
  const stage = await prepare(await Victim.start(metaUrl), encrypted);
  await survive(stage, count, new SeededRandom(seed));
  const swept = await clear(stage);
  console.log(`crash rounds: ${count} passed; nothing is left (${swept} blobs of dead writers were swept)`);
}

describe('a server that is killed keeps every acknowledged write, and leaves nothing behind', () => {
  it('on LMDB', () => keepEverything(rounds));

  it('on PostgreSQL', { skip: postgresMissing() }, async () => {
    const postgres = await startPostgres();
    try {
      await keepEverything(Math.ceil(rounds / 3), `${postgres.url}?schema=crash`);
    } finally {
      await postgres.stop();
    }
  });
});
