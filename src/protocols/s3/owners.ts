/** Owns how users appear in answers: S3's canonical id is the user's id, the display name is the user's own. */

import type { Actor } from '../../core/actor.ts';
import { getBucket } from '../../core/buckets/get.ts';
import type { Core } from '../../core/core.ts';
import { findUser } from '../../core/identity/users.ts';
import type { BucketName } from '../../core/model/names.ts';

export interface Owner {
  readonly id: string;
  readonly displayName: string;
}

/** A user who is gone keeps the id, and shows it for a name. */
export async function ownerOf(core: Core, actor: Actor, id: string): Promise<Owner> {
  if (actor.kind === 'user' && actor.userId === id) return { id, displayName: actor.displayName };
  const user = await findUser(core, { id });
  return { id, displayName: user?.displayName ?? id };
}

/** The owner of a bucket, who owns its objects too. @throws CoreError NoSuchBucket */
export async function bucketOwner(core: Core, actor: Actor, bucket: BucketName): Promise<Owner> {
  const { ownerId } = await getBucket(core, bucket);
  return ownerOf(core, actor, ownerId);
}

/** As `ownerOf`, for a page of users, each looked up once. */
export async function ownersOf(
  core: Core,
  actor: Actor,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, Owner>> {
  const owners = await Promise.all([...new Set(ids)].map((id) => ownerOf(core, actor, id)));
  return new Map(owners.map((owner) => [owner.id, owner]));
}
