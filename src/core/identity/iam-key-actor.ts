/** The actor an IAM access key speaks for without its secret: for work that the key's owner has asked the server to do in its name. */
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { actorOf } from './authenticate.ts';
import { iamKeyFormat, membershipFormat, projectFormat, userFormat } from './codecs.ts';
import { groupsIn } from './groups.ts';
import { isHexId } from './identity-names.ts';
import { groupsOfUserKey, iamKeyKey, membershipKey, projectKey, userKey } from './keys.ts';
import { readStored, storedAs } from './stored.ts';

/** `why` completes "the IAM access key ...". */
export type IamKeyLife = { readonly actor: UserActor } | { readonly why: string };

/** With the rights of this moment: the key, its user, project and membership must be there, enabled and not expired. */
export async function actorOfIamKey(core: Core, keyId: string): Promise<IamKeyLife> {
  const gone = { why: 'is deleted' };
  if (!isHexId(keyId)) return gone;
  const key = (await readStored(core.meta, iamKeyFormat, iamKeyKey(keyId)))?.record;
  if (key === undefined) return gone;
  if (key.expiresAt !== undefined && key.expiresAt <= core.clock()) return { why: 'has expired' };
  const { userId, projectId } = key;
  const [userEntry, projectEntry, memberEntry, groupsEntry] = await core.meta.get([
    userKey(userId),
    projectKey(projectId),
    membershipKey(userId, projectId),
    groupsOfUserKey(userId),
  ]);
  const user = storedAs(userFormat, userEntry)?.record;
  const project = storedAs(projectFormat, projectEntry)?.record;
  const membership = storedAs(membershipFormat, memberEntry)?.record;
  if (user?.enabled !== true) return { why: 'is of a user who is disabled' };
  if (project?.enabled !== true) return { why: 'is for a project that is disabled' };
  if (membership === undefined) return { why: 'is of a user who has left the project' };
  const proof = { kind: 'iam-key', id: key.id } as const;
  return { actor: actorOf(user, project, membership.roles, groupsIn(groupsEntry), proof, '') };
}
