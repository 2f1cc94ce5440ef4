/**
 * Owns what must hold once it is quiet: both doors show the same objects, whole; listings and counters say what reading says. Its reads
 * enter the histories too, so that they are judged against everything that was acknowledged.
 */
import assert from 'node:assert/strict';
import { deleteBucket, type Listed, listBucket, listBuckets, usageOf } from './buckets.ts';
import { deleteObject, readObject } from './objects.ts';
import { absent, etagOf } from './recorder.ts';
import {
  basePlace,
  bucketRegister,
  isPassing,
  passingBuckets,
  passingKeys,
  type Scene,
  steadyBuckets,
  steadyKeys,
  there,
} from './scene.ts';

const doors = ['S3', 'Swift'] as const;
/** Requests at once. */
const readers = 3;

export interface Found {
  readonly objects: number;
  readonly bytes: number;
}

/** Reads everything there may be, through both doors. */
export async function checkTruth(scene: Scene): Promise<Found> {
  const buckets = await checkBuckets(scene);
  const total = { objects: 0, bytes: 0 };
  for (const bucket of buckets) {
    const objects = await readAll(scene, bucket, keysOf(bucket));
    for (const door of doors)
      compare(scene, objects, await listBucket(scene, door, bucket, keysOf(bucket)), door);
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    const claimed = await usageOf(scene, bucket);
    expect(scene, `counters of ${bucket}`, claimed, { objects: objects.length, bytes, buckets: undefined });
    total.objects += objects.length;
    total.bytes += bytes;
  }
  expect(scene, 'counters of the project', await usageOf(scene), { ...total, buckets: buckets.length });
  return total;
}

/** Deletes everything there may be; what is left then is the collector's. */
export async function deleteEverything(scene: Scene): Promise<void> {
  for (const bucket of [...steadyBuckets, ...passingBuckets]) {
    for (const key of keysOf(bucket)) await deleteObject(scene, 'S3', { bucket, key });
  }
  for (const bucket of passingBuckets) await deleteBucket(scene, 'Swift', bucket, passingKeys);
  for (const bucket of steadyBuckets) {
    const answer = await scene.ask('S3', { method: 'DELETE', target: `/${bucket}` });
    if (answer.verdict !== 'done') scene.unexpected(answer);
  }
  expect(scene, 'counters of an empty project', await usageOf(scene), { objects: 0, bytes: 0, buckets: 0 });
}

function keysOf(bucket: string): readonly string[] {
  if (isPassing(bucket)) return passingKeys;
  return bucket === basePlace.bucket ? [...steadyKeys, basePlace.key] : steadyKeys;
}

/** The buckets that are there, in order; listed alike by both doors, and as HEAD says. */
async function checkBuckets(scene: Scene): Promise<readonly string[]> {
  const names: string[] = [];
  for (const bucket of [...steadyBuckets, ...passingBuckets]) {
    const called = scene.recorder.moment();
    const answer = await scene.ask('S3', { method: 'HEAD', target: `/${bucket}` });
    if (answer.verdict === 'done') names.push(bucket);
    else if (answer.verdict !== 'absent' || !isPassing(bucket)) scene.unexpected(answer);
    const state = answer.verdict === 'done' ? there : absent;
    if (isPassing(bucket)) scene.recorder.saw(bucketRegister(bucket), called, answer.told, state);
  }
  names.sort();
  for (const door of doors) expect(scene, `${door}'s list of buckets`, await listBuckets(scene, door), names);
  return names;
}

async function readAll(scene: Scene, bucket: string, keys: readonly string[]): Promise<Listed[]> {
  const objects: Listed[] = [];
  const waiting = keys.values();
  const read = async () => {
    for (const key of waiting) {
      const place = { bucket, key };
      const { state, size } = await readObject(scene, 'S3', place);
      await readObject(scene, 'Swift', place);
      await readObject(scene, 'S3', place, 'HEAD');
      await readObject(scene, 'Swift', place, 'HEAD');
      if (state !== undefined && state !== absent) objects.push({ key, etag: etagOf(state), size });
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  return objects;
}

function compare(
  scene: Scene,
  objects: readonly Listed[],
  listed: readonly Listed[] | 'absent' | undefined,
  door: string,
): void {
  const byKey = objects.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  expect(scene, `${door}'s listing`, listed, byKey);
}

function expect(scene: Scene, what: string, found: unknown, expected: unknown): void {
  try {
    assert.deepEqual(found, expected);
  } catch (error) {
    scene.recorder.wrong(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}
