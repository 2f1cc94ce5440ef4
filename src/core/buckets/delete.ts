/**
 * Deletes empty buckets. Checks of a commit name keys, not ranges, so emptiness cannot be checked in the commit that deletes:
 * the bucket is marked first, which every writer's commit notices, and looked through under the mark (`settle.ts`).
 */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { clearPastDue } from '../lifecycle/remove-past-due.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { openBucket } from './lookup.ts';
import { hasObjects, settleDeletion } from './settle.ts';

/** Unfinished uploads do not keep a bucket; they go with it. @throws CoreError NoSuchBucket, BucketNotEmpty, Busy */
export async function deleteBucket(core: Core, name: BucketName): Promise<void> {
  await committing('bucket', async () => {
    const id = await markDeleting(core, name);
    if (!(await removeMarked(core, name, id))) throw new CoreError('BucketNotEmpty', { bucket: name });
  });
}

/** Answers the id of the marked bucket. Full buckets are refused before, so that only races ever see the mark. */
async function markDeleting(core: Core, name: BucketName): Promise<string> {
  const { record, version } = await openBucket(core, name);
  await clearPastDue(core, name, record.id);
  if (await hasObjects(core, record.id)) throw new CoreError('BucketNotEmpty', { bucket: name });
  await new Draft(core)
    .check(bucketKey(name), version)
    .put(bucketKey(name), bucketFormat.encode({ ...record, state: 'deleting' }))
    .commit();
  return record.id;
}

/** Whether the bucket with this id is gone afterwards, by us or by whoever met our mark. */
async function removeMarked(core: Core, name: BucketName, id: string): Promise<boolean> {
  for (;;) {
    const [entry] = await core.meta.get([bucketKey(name)]);
    if (entry === undefined) return true;
    const record = bucketFormat.decode(entry.value);
    if (record.id !== id) return true;
    if (record.state === 'active') return false;
    const outcome = await settleDeletion(core, { record, version: entry.version });
    if (outcome !== 'conflict') return outcome === 'removed';
  }
}
