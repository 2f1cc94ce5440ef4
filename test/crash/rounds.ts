/** Owns a round of load, death, recovery and check. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { withStore } from '../support/offline-store.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { auditCounters } from '../support/store-audit.ts';
import { client } from './load.ts';
import { steadyBuckets } from './scene.ts';
import type { Stage } from './stage.ts';
import { checkTruth } from './truth.ts';
import { type Death, deaths } from './victim.ts';

/** Clients at once. */
const clients = 5;
/** Milliseconds of load before and after a death. */
const before = [100, 1500] as const;
const after = [100, 700] as const;

/** `count` rounds, the kinds of death in turn. Prints a line for each. @throws AssertionError after the first with anything wrong */
export async function survive(stage: Stage, count: number, random: SeededRandom): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const death = deaths[number % deaths.length] ?? 'everything';
    const moment = random.between(...before);
    const told = await underLoad(stage, random.fork(), async (choices) => {
      await sleep(moment);
      await dieAndRise(stage, death, choices);
      await sleep(choices.between(...after));
    });
    console.log(`crash round ${number}, ${death} after ${moment} ms: ${told}`);
    checkLog(stage);
    assert.deepEqual(stage.scene.recorder.violations, [], `round ${number}`);
  }
}

/** Load while `story` goes on, then quiet, and the check of everything. Answers what was seen, in one line. */
export async function underLoad(
  { victim, scene, uploads }: Stage,
  random: SeededRandom,
  story: (random: SeededRandom) => Promise<void>,
): Promise<string> {
  const tally = { ...scene.tally };
  let over = false;
  const load = Array.from({ length: clients }, () => client(scene, uploads, random.fork(), () => over));
  try {
    await story(random);
  } finally {
    over = true;
    await Promise.allSettled(load);
  }
  // Nothing is expected to throw.
  await Promise.all(load);
  if (!(await victim.orphansGone())) scene.recorder.wrong('workers outlive their supervisor');
  await uploads.settle();
  await uploads.endUnknown(steadyBuckets);
  const { objects, bytes } = await checkTruth(scene);
  const effects = scene.recorder.conclude();
  const since = (name: keyof typeof tally) => scene.tally[name] - tally[name];
  return (
    `${since('answered')} answers, ${since('lost')} lost, ${since('busy')} times 503; ${effects} effects explained; ` +
    `${objects} objects with ${bytes} bytes whole through both doors`
  );
}

/** Kills, and starts again where that is ours to do; requests meanwhile wait for the new server. */
export async function dieAndRise(
  { victim, scene }: Pick<Stage, 'victim' | 'scene'>,
  death: Death,
  random: SeededRandom,
): Promise<void> {
  scene.died();
  if (death.startsWith('a worker')) return victim.kill(death, random);
  const { promise, resolve, reject } = Promise.withResolvers<{ url: string }>();
  scene.moveTo(promise);
  try {
    await victim.kill(death, random);
    if (death === 'everything') await withStore(victim, auditCounters);
    resolve(await victim.startAgain());
    scene.died();
  } catch (error) {
    reject(error);
    throw error;
  }
}

/** Nothing but the deaths themselves is an error of the server. */
export function checkLog({ victim, scene }: Pick<Stage, 'victim' | 'scene'>): void {
  for (const line of victim.errors()) {
    if (!line.includes('a worker died')) scene.recorder.wrong(`logged: ${line}`);
  }
}
