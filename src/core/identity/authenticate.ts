/** From a proof to an actor: what every front-end's authentication ends in. */
import type { Key } from '../../engines/meta/meta-store.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Proof, UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { RecordFormat } from '../model/record-format.ts';
import { policiesFor } from './account-policies.ts';
import { membershipFormat, projectFormat, s3KeyFormat, userFormat } from './codecs.ts';
import { lastEndOfTokens } from './disabling.ts';
import { groupsIn } from './groups.ts';
import { groupsOfUserKey, membershipKey, projectKey, s3KeyKey, userKey } from './keys.ts';
import { type LiveToken, readToken } from './live-token.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { type Derivation, rememberUpTo } from './remembered.ts';
import { findS3Key, openS3Secret } from './s3-keys.ts';
import { storedAs } from './stored.ts';
import { rolesOf } from './ways.ts';

/**
 * The actor behind a token, with its rights of this moment: roles at issue ∩ roles now; key, user, project and membership
 * must still exist and be enabled; revoked and expired tokens are refused.
 * @throws CoreError Unauthenticated
 */
export async function actorOfToken(core: Core, token: string, address: string): Promise<UserActor> {
  const found = await readToken(core, token);
  if (!found.alive) throw new CoreError('Unauthenticated', { reason: `the token is ${found.why}` });
  return actorOfLife(found, address);
}

/** The bearer of a token that holds, or of what was made from it. */
export function actorOfLife({ claims, user, project, roles, groups }: LiveToken, address: string): UserActor {
  return actorOf(user, project, roles, groups, { kind: 'token', id: claims.auditId, claims }, address);
}

/**
 * The secret of an S3 access key and the actor it speaks for, for a signature check by the caller; undefined when the key is
 * unknown, or its user, project or membership is gone or disabled.
 */
export async function s3KeyOf(core: Core, access: string, address: string): Promise<S3Identity | undefined> {
  const found = await recallS3Key(core, access, () => deriveS3Key(core, access));
  return found === undefined ? undefined : { ...found, actor: { ...found.actor, address } };
}

interface S3Identity {
  readonly secret: string;
  readonly actor: UserActor;
  /** When what had been made from the key ended last, as its user or project was disabled. */
  readonly tokensAfter: number;
}

const recallS3Key = rememberUpTo<S3Identity>(10_000);

async function deriveS3Key(core: Core, access: string): Promise<Derivation<S3Identity> | undefined> {
  const owned = await deriveKeyOwner(core, await findS3Key(core, access), {
    key: s3KeyKey(access),
    format: s3KeyFormat,
    proof: { kind: 's3-key', id: access },
  });
  if (owned === undefined) return undefined;
  const { key, actor, tokensAfter } = owned.value;
  return { ...owned, value: { secret: openS3Secret(core.masterKey, key), actor, tokensAfter } };
}

/** Any key of a user for a project. */
interface OwnedKey {
  readonly userId: UserId;
  readonly projectId: ProjectId;
}

/**
 * The owner of `seen`, a key read before, with all that the key's life depends on; undefined when the key is gone or another, or its
 * user, project or membership is gone or disabled.
 */
export async function deriveKeyOwner<K extends OwnedKey>(
  core: Core,
  seen: K | undefined,
  {
    key: place,
    format,
    proof,
  }: { readonly key: Key; readonly format: RecordFormat<K>; readonly proof: Proof },
): Promise<
  Derivation<{ readonly key: K; readonly actor: UserActor; readonly tokensAfter: number }> | undefined
> {
  if (seen === undefined) return undefined;
  const { userId, projectId } = seen;
  const keys = [
    place,
    userKey(userId),
    projectKey(projectId),
    membershipKey(userId, projectId),
    groupsOfUserKey(userId),
  ];
  const entries = await core.meta.get(keys);
  const [keyEntry, userEntry, projectEntry, memberEntry, groupsEntry] = entries;
  const key = storedAs(format, keyEntry)?.record;
  const user = storedAs(userFormat, userEntry)?.record;
  const project = storedAs(projectFormat, projectEntry)?.record;
  const membership = storedAs(membershipFormat, memberEntry)?.record;
  if (key?.userId !== userId || key.projectId !== projectId) return undefined;
  if (user?.enabled !== true || project?.enabled !== true || membership === undefined) return undefined;
  const actor = actorOf(user, project, rolesOf(membership), groupsIn(groupsEntry), proof, '');
  return { keys, entries, value: { key, actor, tokensAfter: lastEndOfTokens(user, project) } };
}

function actorOf(
  user: UserRecord,
  project: ProjectRecord | undefined,
  roles: readonly ProjectRole[],
  groups: readonly string[],
  proof: Proof,
  address: string,
): UserActor {
  const policies = project && policiesFor(project, user.id);
  return {
    kind: 'user',
    userId: user.id,
    userName: user.name,
    displayName: user.displayName,
    userKind: user.kind,
    domainId: user.domainId,
    serviceAdmin: user.serviceAdmin,
    ...(project === undefined ? {} : { projectId: project.id, projectName: project.name }),
    roles,
    groups,
    ...(policies === undefined ? {} : { policies }),
    proof,
    address,
  };
}
