/** Owns the mixed load of the crash rounds: one client is a loop of random operations, one at a time. Refuses to judge them. */
import type { SeededRandom } from '../support/seeded-random.ts';
import { createBucket, deleteBucket, listBucket } from './buckets.ts';
import { randomSize } from './contents.ts';
import type { DoorName, Place } from './doors.ts';
import {
  copyObject,
  deleteObject,
  deleteObjects,
  markObject,
  putObject,
  readObject,
  readRange,
} from './objects.ts';
import { absent, etagOf } from './recorder.ts';
import { hotKeys, passingBuckets, passingKeys, type Scene, steadyBuckets, steadyKeys } from './scene.ts';
import type { Uploads } from './uploads.ts';

/** How often each operation is chosen. */
const weights = {
  put: 28,
  putIfAbsent: 6,
  putIfMatch: 5,
  read: 12,
  head: 4,
  range: 4,
  delete: 11,
  deleteBatch: 3,
  copy: 10,
  mark: 8,
  upload: 5,
  list: 3,
  createBucket: 4,
  deleteBucket: 4,
  putPassing: 5,
  deletePassing: 5,
  raceForBucket: 3,
};
type Step = keyof typeof weights;

/** Runs one operation after the other until `over` says so. */
export async function client(
  scene: Scene,
  uploads: Uploads,
  random: SeededRandom,
  over: () => boolean,
): Promise<void> {
  while (!over()) await steps[random.weighted(weights)](scene, random, uploads);
}

const steps: Readonly<
  Record<Step, (scene: Scene, random: SeededRandom, uploads: Uploads) => Promise<unknown>>
> = {
  put: (scene, random) => putObject(scene, anyDoor(random), steadyPlace(random), content(scene, random)),
  putIfAbsent: (scene, random) =>
    putObject(scene, anyDoor(random), steadyPlace(random), content(scene, random), { kind: 'absent' }),
  async putIfMatch(scene, random) {
    const place = steadyPlace(random);
    const { state } = await readObject(scene, 'S3', place, 'HEAD');
    if (state === undefined || state === absent) return;
    const condition = { kind: 'etag', etag: etagOf(state) } as const;
    await putObject(scene, 'S3', place, content(scene, random), condition);
  },
  read: (scene, random) => readObject(scene, anyDoor(random), steadyPlace(random)),
  head: (scene, random) => readObject(scene, anyDoor(random), steadyPlace(random), 'HEAD'),
  range: (scene, random) =>
    readRange(
      scene,
      anyDoor(random),
      steadyPlace(random),
      random.between(0, 200_000),
      random.between(1, 300_000),
    ),
  delete: (scene, random) => deleteObject(scene, anyDoor(random), steadyPlace(random)),
  deleteBatch: (scene, random) => {
    const first = random.between(0, steadyKeys.length - 3);
    return deleteObjects(scene, random.pick(steadyBuckets), steadyKeys.slice(first, first + 3));
  },
  async copy(scene, random) {
    const [from, to] = [steadyPlace(random), steadyPlace(random)];
    if (from.bucket === to.bucket && from.key === to.key) return;
    await copyObject(scene, anyDoor(random), from, to);
  },
  mark: (scene, random) => markObject(scene, steadyPlace(random)),
  upload: (_, random, uploads) => uploads.live(random, steadyPlace(random)),
  list: (scene, random) => listBucket(scene, anyDoor(random), random.pick(steadyBuckets), steadyKeys),
  createBucket: (scene, random) => createBucket(scene, anyDoor(random), random.pick(passingBuckets)),
  deleteBucket: (scene, random) =>
    deleteBucket(scene, anyDoor(random), random.pick(passingBuckets), passingKeys),
  putPassing: (scene, random) =>
    putObject(scene, anyDoor(random), passingPlace(random), content(scene, random)),
  deletePassing: (scene, random) => deleteObject(scene, anyDoor(random), passingPlace(random)),
  async raceForBucket(scene, random) {
    const bucket = random.pick(passingBuckets);
    const keys = passingKeys.slice(0, 2);
    const places = keys.map((key) => ({ bucket, key }));
    for (const place of places) await deleteObject(scene, anyDoor(random), place);
    await createBucket(scene, anyDoor(random), bucket);
    await Promise.all([
      deleteBucket(scene, anyDoor(random), bucket, passingKeys),
      ...places.map((place) => putObject(scene, anyDoor(random), place, content(scene, random))),
    ]);
  },
};

function anyDoor(random: SeededRandom): DoorName {
  return random.pick(['S3', 'Swift']);
}

/** A third of all operations meet at few keys. */
function steadyPlace(random: SeededRandom): Place {
  return { bucket: random.pick(steadyBuckets), key: random.pick(random.chance(0.33) ? hotKeys : steadyKeys) };
}

function passingPlace(random: SeededRandom): Place {
  return { bucket: random.pick(passingBuckets), key: random.pick(passingKeys) };
}

function content(scene: Scene, random: SeededRandom) {
  return scene.contents.make(randomSize(random));
}
