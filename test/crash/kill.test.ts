// SIGKILL in the middle of a mixed load, again and again (ONGGI_TEST_CRASH_ROUNDS, ONGGI_TEST_CRASH_SEED).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect } from '../../src/core/objects/collect.ts';
import { sweepOrphans } from '../../src/core/objects/sweep-orphans.ts';
import { blobFiles, countersLeft, withStore } from '../support/offline-store.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { auditCounters, auditNothingLeft } from '../support/store-audit.ts';
import { partBytes } from './contents.ts';
import { logInToSwift } from './doors.ts';
import { client } from './load.ts';
import { putObject } from './objects.ts';
import { basePlace, Scene, steadyBuckets } from './scene.ts';
import { checkTruth, deleteEverything } from './truth.ts';
import { Uploads } from './uploads.ts';
import { type Death, deaths, Victim } from './victim.ts';

const rounds = Number(process.env.ONGGI_TEST_CRASH_ROUNDS ?? 6);
const seed = Number(process.env.ONGGI_TEST_CRASH_SEED ?? Date.now() % 1_000_000_007);
/** Clients at once. */
const clients = 5;
/** Milliseconds of load before and after a death. */
const before = [100, 1500] as const;
const after = [100, 700] as const;
const days = 24 * 3600 * 1000;

describe('a server that is killed', () => {
  it(`keeps every acknowledged write through ${rounds} deaths, and leaves nothing behind`, async () => {
    console.log(`crash rounds: ONGGI_TEST_CRASH_SEED=${seed}`);
    const random = new SeededRandom(seed);
    const victim = await Victim.start();
    const { scene, uploads } = await prepare(victim);
    for (let number = 1; number <= rounds; number += 1) {
      const death = deaths[number % deaths.length] ?? 'everything';
      console.log(`crash round ${number}, ${await round(victim, scene, uploads, death, random.fork())}`);
      assert.deepEqual(scene.recorder.violations, [], `round ${number} of seed ${seed}`);
    }
    await deleteEverything(scene);
    scene.recorder.conclude();
    assert.deepEqual(scene.recorder.violations, []);
    assert.equal(await victim.stop(), 0);
    checkLog(victim, scene);
    assert.deepEqual(scene.recorder.violations, []);
    const swept = await emptyStore(victim.dataDir);
    console.log(`crash rounds: ${rounds} passed; nothing is left, ${swept} blobs of dead writers were swept`);
  });
});

async function prepare(victim: Victim): Promise<{ scene: Scene; uploads: Uploads }> {
  const scene = new Scene(victim);
  scene.token = await logInToSwift(victim, scene.user);
  for (const bucket of steadyBuckets) {
    const { verdict, told } = await scene.ask('S3', { method: 'PUT', target: `/${bucket}` });
    assert.equal(verdict, 'done', told);
  }
  const base = scene.contents.make(partBytes);
  await putObject(scene, 'S3', basePlace, base);
  return { scene, uploads: new Uploads(scene, base) };
}

/** Load, death, load on what is there then, quiet, and the check of everything. Answers what happened, in one line. */
async function round(
  victim: Victim,
  scene: Scene,
  uploads: Uploads,
  death: Death,
  random: SeededRandom,
): Promise<string> {
  const tally = { ...scene.tally };
  let over = false;
  const load = Array.from({ length: clients }, () => client(scene, uploads, random.fork(), () => over));
  const moment = random.between(...before);
  await sleep(moment);
  await dieAndRise(victim, scene, death, random);
  await sleep(random.between(...after));
  over = true;
  await Promise.all(load);
  if (!(await victim.orphansGone())) scene.recorder.wrong('workers outlive their supervisor');
  await uploads.settle();
  await uploads.endUnknown(steadyBuckets);
  const { objects, bytes } = await checkTruth(scene);
  checkLog(victim, scene);
  const operations = scene.recorder.conclude();
  const since = (name: keyof typeof tally) => scene.tally[name] - tally[name];
  return (
    `${death} after ${moment} ms: ${since('answered')} answers, ${since('lost')} lost, ${since('busy')} busy; ` +
    `${operations} effects explained; ${objects} objects with ${bytes} bytes whole through both doors`
  );
}

async function dieAndRise(victim: Victim, scene: Scene, death: Death, random: SeededRandom): Promise<void> {
  scene.died();
  if (death === 'a worker') return victim.kill(death, random);
  const { promise, resolve, reject } = Promise.withResolvers<Victim>();
  scene.moveTo(promise);
  try {
    await victim.kill(death, random);
    if (death === 'everything') await withStore(victim.dataDir, auditCounters);
    resolve(await victim.startAgain());
    scene.died();
  } catch (error) {
    reject(error);
    throw error;
  }
}

/** Nothing but the deaths themselves is an error of the server. */
function checkLog(victim: Victim, scene: Scene): void {
  for (const line of victim.errors()) {
    if (!line.includes('a worker died')) scene.recorder.wrong(`logged: ${line}`);
  }
}

/** What the background jobs would do in the days after; then there must be nothing. Answers how many orphans there were. */
async function emptyStore(dataDir: string): Promise<number> {
  const swept = await withStore(
    dataDir,
    async (core) => {
      for (;;) {
        const { visited, failures } = await collect(core, 10_000);
        assert.deepEqual(failures, []);
        if (visited === 0) break;
      }
      const orphans = await sweepOrphans(core, 0);
      await auditNothingLeft(core);
      return orphans;
    },
    3 * days,
  );
  assert.deepEqual(await countersLeft(dataDir), []);
  assert.deepEqual(blobFiles(dataDir), []);
  return swept;
}
