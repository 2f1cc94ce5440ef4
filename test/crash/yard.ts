/** Owns the beginning and the end of the crash tests of moves: a bucket of each kind, contents, and what must hold in the days after. */
import assert from 'node:assert/strict';
import type { SeededRandom } from '../support/seeded-random.ts';
import { type Content, partBytes } from './contents.ts';
import { type Group, inspect, type MovingBucket, putInto } from './moving.ts';
import { Scene } from './scene.ts';
import { encryption, settleStore } from './stage.ts';
import type { Victim } from './victim.ts';

/** One for each state of versioning. */
export const buckets: readonly MovingBucket[] = (['off', 'enabled', 'suspended'] as const).map((state) => ({
  name: `moves-${state}`,
  state,
}));
/** Groups handled at once. */
const handlers = 4;

export interface Yard {
  readonly victim: Victim;
  readonly scene: Scene;
  /** What objects of parts are made of. */
  readonly base: { readonly content: Content; readonly target: string };
}

/** @param encrypted all objects are */
export async function prepare(victim: Victim, encrypted: boolean): Promise<Yard> {
  const scene = new Scene(victim, victim.metaUrl === undefined);
  const must = async (target: string, body: string | Uint8Array = '') => {
    const { verdict, told } = await scene.ask('S3', { method: 'PUT', target, body });
    assert.equal(verdict, 'done', told);
  };
  for (const { name, state } of buckets) {
    await must(`/${name}`);
    if (encrypted) await must(`/${name}?encryption`, encryption);
    if (state !== 'off') await setVersioning(scene, name, 'Enabled');
  }
  const content = scene.contents.make(partBytes);
  const target = `/${buckets[0]?.name}/base`;
  await must(target, content.bytes);
  return { victim, scene, base: { content, target } };
}

async function setVersioning(scene: Scene, bucket: string, status: 'Enabled' | 'Suspended'): Promise<void> {
  const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
  const { verdict, told } = await scene.ask('S3', { method: 'PUT', target: `/${bucket}?versioning`, body });
  assert.equal(verdict, 'done', told);
}

/**
 * Puts first objects into groups while the bucket that is suspended is enabled once more: so it has versions of both kinds. `first` tells
 * the names.
 */
export async function fill(
  scene: Scene,
  groups: readonly Group[],
  random: SeededRandom,
  first: (group: Group) => readonly string[],
): Promise<void> {
  const suspended = buckets.filter(({ state }) => state === 'suspended');
  for (const { name } of suspended) await setVersioning(scene, name, 'Enabled');
  await eachOf(groups, async (group) => {
    const state = group.bucket.state === 'off' ? 'off' : 'enabled';
    for (const name of first(group)) await putInto(scene, group, name, newContent(scene, random), state);
  });
  for (const { name } of suspended) await setVersioning(scene, name, 'Suspended');
}

/** Few large ones: it is names that move. */
export function newContent({ contents }: Scene, random: SeededRandom): Content {
  const sizes = { inline: [0, 16_384], blob: [16_385, 150_000], large: [500_000, 1_500_000] } as const;
  const [least, most] = sizes[random.weighted({ inline: 60, blob: 35, large: 5 })];
  return contents.make(random.between(least, most));
}

export async function eachOf<T>(list: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const waiting = list.values();
  const run = async () => {
    for (const one of waiting) await work(one);
  };
  await Promise.all(Array.from({ length: handlers }, run));
}

/** Ends the server and lets days pass: then nothing is left over, and no blob is gone that is referred to. */
export async function settle({ victim }: Yard): Promise<void> {
  assert.equal(await victim.stop(), 0);
  const swept = await settleStore(victim);
  console.log(`moves: ${swept} blobs of dead writers were swept`);
}

/** Serves once more what is settled: all that was there before is there, whole. */
export async function inspectAgain({ victim, scene }: Yard, groups: readonly Group[]): Promise<void> {
  scene.moveTo(Promise.resolve(await victim.startAgain()));
  await eachOf(groups, (group) => inspect(scene, group));
  scene.recorder.conclude();
  assert.deepEqual(scene.recorder.violations, [], 'after the collector');
  assert.equal(await victim.stop(), 0);
  console.log(`moves: ${groups.length} groups of names as they were`);
}
