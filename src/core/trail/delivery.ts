/**
 * Owns the configuration of deliveries: one for each project, and one for the events of no project. Refuses keys that the caller
 * neither owns nor proves, since the server will write in their owners' names.
 */
import { authorize } from '../access/authorize.ts';
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { actorOfIamKey } from '../identity/iam-key-actor.ts';
import { findIamKey } from '../identity/iam-keys.ts';
import { verifyIamSecret } from '../identity/passwords.ts';
import { committing, Draft } from '../model/draft.ts';
import type { BucketName, ObjectKey, ProjectId } from '../model/names.ts';
import {
  type DeliveryRecord,
  deliveredKey,
  deliveryFormat,
  hourOf,
  loadDelivery,
} from './delivery-record.ts';
import { deliveryKey } from './keys.ts';

export interface DeliveryInput {
  /** Absent: the events of no project. */
  readonly project?: ProjectId | undefined;
  readonly bucket: BucketName;
  readonly iamKey: string;
  /** Needed for another user's key. */
  readonly secret?: string | undefined;
}

/** Undefined when nothing is configured. */
export async function readDelivery(
  core: Core,
  project: ProjectId | undefined,
): Promise<DeliveryRecord | undefined> {
  return (await loadDelivery(core, project))?.record;
}

/**
 * Begins with the hour it is; in the place of another configuration it goes on where that one was, and tries again at once what failed.
 * @throws CoreError NoSuchCredential (also for another's key without its secret), InvalidArgument for a key that is not in force,
 * NoSuchBucket, AccessDenied when the key's owner may not write there, Busy
 */
export async function configureDelivery(
  core: Core,
  actor: UserActor,
  input: DeliveryInput,
): Promise<DeliveryRecord> {
  const { project, bucket, iamKey } = input;
  await requireKey(core, actor, input);
  const life = await actorOfIamKey(core, iamKey);
  if ('why' in life) throw new CoreError('InvalidArgument', { what: 'accessKeyId', reason: life.why });
  const { trailHour } = core.settings;
  return committing('trail delivery', async () => {
    const now = core.clock();
    const was = await loadDelivery(core, project);
    const { createdAt = now, next = hourOf(now, trailHour), last } = was?.record ?? {};
    const key = deliveredKey(project, next, trailHour) as ObjectKey;
    await authorize(core, life.actor, [{ action: 'storage.objects.create', bucket, key }]);
    const record: DeliveryRecord = {
      ...(project !== undefined && { project }),
      bucket,
      iamKey,
      createdAt,
      modifiedAt: now,
      next,
      ...(last !== undefined && { last }),
    };
    const place = deliveryKey(project);
    await new Draft(core).check(place, was?.version).put(place, deliveryFormat.encode(record)).commit();
    return record;
  });
}

/** Answers whether there was one. What was delivered stays. @throws CoreError Busy */
export async function removeDelivery(core: Core, project: ProjectId | undefined): Promise<boolean> {
  return committing('trail delivery', async () => {
    const was = await loadDelivery(core, project);
    if (was === undefined) return false;
    const place = deliveryKey(project);
    await new Draft(core).check(place, was.version).delete(place).commit();
    return true;
  });
}

/** The caller's own key, or one whose secret the caller knows: all else is as if it were not there. */
async function requireKey(
  core: Core,
  { userId }: UserActor,
  { iamKey, secret }: DeliveryInput,
): Promise<void> {
  const key = await findIamKey(core, iamKey);
  const known =
    key !== undefined &&
    (secret === undefined
      ? key.userId === userId
      : verifyIamSecret(core.masterKey, key.id, secret, key.secretHash));
  if (!known) throw new CoreError('NoSuchCredential', { credential: iamKey });
}
