/**
 * Owns what the server removes of itself, by a rule or a date: each removal is the ordinary use case, in the name of the system, and
 * touches nothing but what was judged. All of them pass here, so here is where they can be seen.
 */
import type { SystemActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import { abortUpload } from '../multipart/abort.ts';
import type { UploadAddress } from '../multipart/upload-place.ts';
import { type DeleteObjectInput, deleteObject } from '../objects/delete.ts';

export interface Removal {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Whether an object is the one that is to go: what came in its place stays. */
  readonly only: NonNullable<DeleteObjectInput['only']>;
}

/** Whether an object went. @throws CoreError Busy */
export async function removeObject(core: Core, _actor: SystemActor, removal: Removal): Promise<boolean> {
  try {
    return (await deleteObject(core, removal)).existed;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

/** Whether an upload ended by this. @throws CoreError Busy */
export async function removeUpload(
  core: Core,
  _actor: SystemActor,
  address: UploadAddress,
): Promise<boolean> {
  try {
    await abortUpload(core, address);
    return true;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket') || isCoreError(error, 'NoSuchUpload')) return false;
    throw error;
  }
}

/** Removals under way at the same time: enough for commits to share a sync, too few to be in the way of requests. */
const atOnce = 16;

/** Runs `work` on each item, a few at a time. The first failure ends it, when what was begun has ended. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
