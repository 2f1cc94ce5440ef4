/** Owns the beginning and the end of a crash test: what is there before the load, and that nothing is there after the last look. */
import assert from 'node:assert/strict';
import type { Core } from '../../src/core/core.ts';
import { collect } from '../../src/core/objects/collect.ts';
import { sweepOrphans } from '../../src/core/objects/sweep-orphans.ts';
import { blobFiles, countersLeft, type StoreLocation, withStore } from '../support/offline-store.ts';
import { auditNothingLeft } from '../support/store-audit.ts';
import { partBytes } from './contents.ts';
import { logInToSwift } from './doors.ts';
import { putObject } from './objects.ts';
import { basePlace, Scene, steadyBuckets } from './scene.ts';
import { deleteEverything } from './truth.ts';
import { Uploads } from './uploads.ts';
import type { Victim } from './victim.ts';

/** Longer than anything in the collector's queue waits. */
const days = 3 * 24 * 3600 * 1000;

export interface Stage {
  readonly victim: Victim;
  readonly scene: Scene;
  readonly uploads: Uploads;
}

/** S3's document that has a bucket's objects encrypted. */
export const encryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>' +
  '</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';

/** @param encrypted the steady buckets; the passing ones are plain, so that copies go both ways */
export async function prepare(victim: Victim, encrypted = false): Promise<Stage> {
  const scene = new Scene(victim, victim.metaUrl === undefined);
  scene.token = await logInToSwift(victim, scene.user);
  for (const bucket of steadyBuckets) {
    const { verdict, told } = await scene.ask('S3', { method: 'PUT', target: `/${bucket}` });
    assert.equal(verdict, 'done', told);
    if (!encrypted) continue;
    const put = await scene.ask('S3', { method: 'PUT', target: `/${bucket}?encryption`, body: encryption });
    assert.equal(put.verdict, 'done', put.told);
  }
  const base = scene.contents.make(partBytes);
  await putObject(scene, 'S3', basePlace, base);
  return { victim, scene, uploads: new Uploads(scene, base) };
}

/** Deletes everything, ends the server, lets days pass. Answers how many blobs of dead writers were swept then. */
export async function clear({ victim, scene }: Stage): Promise<number> {
  await deleteEverything(scene);
  scene.recorder.conclude();
  assert.deepEqual(scene.recorder.violations, []);
  assert.equal(await victim.stop(), 0);
  return emptyStore(victim);
}

/** What the background jobs would do in the days after; then there must be nothing. */
async function emptyStore(store: StoreLocation): Promise<number> {
  const swept = await settleStore(store);
  assert.deepEqual(await countersLeft(store), []);
  assert.deepEqual(blobFiles(store), []);
  return swept;
}

/**
 * What the background jobs would do in the days after, on a store without a server; then every blob is there that is referred to, and no
 * other. Answers how many blobs of dead writers were swept.
 */
export function settleStore(store: StoreLocation): Promise<number> {
  const settle = async (core: Core) => {
    for (;;) {
      const { visited, failures } = await collect(core, 10_000);
      assert.deepEqual(failures, []);
      if (visited === 0) break;
    }
    const orphans = await sweepOrphans(core, 0);
    await auditNothingLeft(core);
    const kept: string[] = [];
    for await (const { id } of core.blobs.enumerate()) kept.push(id);
    assert.equal(blobFiles(store).length, kept.length, 'files beside the blobs');
    return orphans;
  };
  return withStore(store, settle, days);
}
