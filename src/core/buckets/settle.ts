/**
 * Owns the second half of a bucket's deletion: once a bucket is marked `deleting` no object can come or go, so whoever meets the
 * mark (its maker, or anyone after a crash) looks for objects and removes the bucket or takes the mark back. A bucket thus is
 * never seen half deleted.
 */
import { Conflict } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import { Draft, type Loaded } from '../model/draft.ts';
import {
  bucketBytesKey,
  bucketDocumentKeys,
  bucketKey,
  bucketNameKey,
  bucketObjectsKey,
  objectsPrefix,
  projectBucketKey,
  projectBucketsKey,
  spanOf,
  uploadsPrefix,
  versionsPrefix,
} from '../model/keys.ts';

/** Whether anything keeps the bucket from being deleted. Unfinished uploads do not. */
export async function hasObjects(core: Core, bucketId: string): Promise<boolean> {
  return (await hasAny(core, objectsPrefix(bucketId))) || (await hasAny(core, versionsPrefix(bucketId)));
}

async function hasAny(core: Core, prefix: Buffer): Promise<boolean> {
  const found = await core.meta.range({ ...spanOf(prefix), limit: 1 });
  return found.length > 0;
}

/** Ends the deletion that `marked` is in: `conflict` when somebody else did so meanwhile. */
export async function settleDeletion(
  core: Core,
  marked: Loaded<BucketRecord>,
): Promise<'removed' | 'kept' | 'conflict'> {
  const kept = await hasObjects(core, marked.record.id);
  const draft = kept ? unmark(core, marked) : await removal(core, marked);
  try {
    await draft.commit();
  } catch (error) {
    if (error instanceof Conflict) return 'conflict';
    throw error;
  }
  return kept ? 'kept' : 'removed';
}

function unmark(core: Core, { record, version }: Loaded<BucketRecord>): Draft {
  const key = bucketKey(record.name);
  return new Draft(core).check(key, version).put(key, bucketFormat.encode({ ...record, state: 'active' }));
}

/** Uploads that are still open go with the bucket; the collector gives their parts back. */
async function removal(core: Core, { record, version }: Loaded<BucketRecord>): Promise<Draft> {
  const draft = new Draft(core)
    .check(bucketKey(record.name), version)
    .delete(bucketKey(record.name))
    .delete(projectBucketKey(record.projectId, record.name))
    .delete(bucketNameKey(record.id))
    .delete(bucketObjectsKey(record.id))
    .delete(bucketBytesKey(record.id))
    .add(projectBucketsKey(record.projectId), -1);
  for (const key of bucketDocumentKeys(record.id)) draft.delete(key);
  if (await hasAny(core, uploadsPrefix(record.id))) draft.enqueue(core.clock(), 'bucket', record.id);
  return draft;
}
