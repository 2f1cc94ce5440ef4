/**
 * Owns what the server removes of itself, by a rule or a date: each removal is the ordinary use case, in the name of the system, and
 * touches nothing but what was judged. All of them pass here, and each one's commit carries its event.
 */
import type { SystemActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import type { BucketName, ObjectKey, VersionId } from '../model/names.ts';
import { abortUpload } from '../multipart/abort.ts';
import type { UploadAddress } from '../multipart/upload-place.ts';
import { type DeleteObjectInput, deleteObject } from '../objects/delete.ts';
import type { ObjectAddress } from '../objects/object-place.ts';
import { jobWitness } from '../trail/job-witness.ts';

/** In whose name rules are carried out. */
export const lifecycleActor: SystemActor = { kind: 'system', name: 'lifecycle' };

export interface Removal {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Whether an object is the one that is to go: what came in its place stays. */
  readonly only: NonNullable<DeleteObjectInput['only']>;
}

/** Whether an object went. @throws CoreError Busy */
export async function removeObject(core: Core, actor: SystemActor, removal: Removal): Promise<boolean> {
  try {
    return (await deleteObject(inTheName(core, actor, 'ExpireObject', removal), removal)).existed;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

export interface VersionRemoval {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly version: VersionId;
  readonly onlyVersion: NonNullable<DeleteObjectInput['onlyVersion']>;
}

/** Whether a version or delete marker is gone for ever. @throws CoreError Busy */
export async function removeVersion(
  core: Core,
  actor: SystemActor,
  removal: VersionRemoval,
): Promise<boolean> {
  try {
    return (await deleteObject(inTheName(core, actor, 'ExpireObjectVersion', removal), removal)).existed;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

/** Whether an upload ended by this. @throws CoreError Busy */
export async function removeUpload(core: Core, actor: SystemActor, address: UploadAddress): Promise<boolean> {
  try {
    await abortUpload(inTheName(core, actor, 'ExpireMultipartUpload', address), address);
    return true;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket') || isCoreError(error, 'NoSuchUpload')) return false;
    throw error;
  }
}

/** The core of one removal, whose commit carries the event; also where another call has brought the removal about. */
function inTheName(core: Core, { name }: SystemActor, event: string, { bucket, key }: ObjectAddress): Core {
  return jobWitness(core, { name }, event, { type: 'Object', name: key, bucket }).core;
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
