/**
 * Where identity records lie in the metadata engine (the tags are in `../model/keys.ts`). Ids are their 16 raw bytes; names
 * are UTF-8 at the end of a key, behind NUL where something of no fixed length precedes them. Refuses values: `codecs.ts`.
 */
import type { Key } from '../../engines/meta/meta-store.ts';
import { idBytes, type KeySpan, spanOf, taggedKey, tags } from '../model/keys.ts';
import type { ProjectId, UserId } from '../model/names.ts';

const nul = Uint8Array.of(0);

export const domainKey = (id: string): Key => taggedKey(tags.domain, id);
/** Holds the domain's id; names differ in more than case, as clients write both `Default` and `default`. */
export const domainNameKey = (name: string): Key => taggedKey(tags.domainName, name.toLowerCase());

export const projectKey = (id: ProjectId): Key => taggedKey(tags.project, idBytes(id));
/** Holds the project's id; names are unique within a domain. */
export const projectNameKey = (domainId: string, name: string): Key =>
  taggedKey(tags.projectName, domainId, nul, name);
/** Holds the project's id. */
export const accountNumberKey = (number: string): Key => taggedKey(tags.accountNumber, number);
export const allProjects = (): KeySpan => spanOf(taggedKey(tags.project));

export const userKey = (id: UserId): Key => taggedKey(tags.user, idBytes(id));
/** Holds the user's id; names are unique within a domain. */
export const userNameKey = (domainId: string, name: string): Key =>
  taggedKey(tags.userName, domainId, nul, name);
export const allUsers = (): KeySpan => spanOf(taggedKey(tags.user));

/** The membership itself. */
export const membershipKey = (user: UserId, project: ProjectId): Key =>
  taggedKey(tags.membership, idBytes(user), idBytes(project));
export const membershipsOf = (user: UserId): KeySpan => spanOf(taggedKey(tags.membership, idBytes(user)));
export const allMemberships = (): KeySpan => spanOf(taggedKey(tags.membership));
/** The membership seen from the project; holds nothing. */
export const memberKey = (project: ProjectId, user: UserId): Key =>
  taggedKey(tags.member, idBytes(project), idBytes(user));
export const membersOf = (project: ProjectId): KeySpan => spanOf(taggedKey(tags.member, idBytes(project)));
/** The user of a `memberKey` or a `groupMemberKey`. */
export const userOfMemberKey = (key: Key): UserId => Buffer.from(key).toString('hex', 17) as UserId;

export const keyRingKey = (user: UserId, project: ProjectId): Key =>
  taggedKey(tags.keyRing, idBytes(user), idBytes(project));
/** The rings of a user in all projects. */
export const keyRingsOf = (user: UserId): KeySpan => spanOf(taggedKey(tags.keyRing, idBytes(user)));

export const iamKeyKey = (id: string): Key => taggedKey(tags.iamKey, idBytes(id));
/** Holds the key's id; names are unique within a user. */
export const iamKeyNameKey = (user: UserId, name: string): Key =>
  taggedKey(tags.iamKeyName, idBytes(user), name);
export const s3KeyKey = (access: string): Key => taggedKey(tags.s3Key, access);

/** The one session of a pair. */
export const kosSessionKey = (access: string): Key => taggedKey(tags.kosSession, access);

export const oneTimePasswordKey = (user: UserId): Key => taggedKey(tags.oneTimePassword, idBytes(user));

export const policyKey = (project: ProjectId, id: string): Key =>
  taggedKey(tags.policy, idBytes(project), idBytes(id));
export const policiesOf = (project: ProjectId): KeySpan => spanOf(taggedKey(tags.policy, idBytes(project)));
/** Holds the policy's id; names are unique within a project. */
export const policyNameKey = (project: ProjectId, name: string): Key =>
  taggedKey(tags.policyName, idBytes(project), name);

export const groupKey = (id: string): Key => taggedKey(tags.group, idBytes(id));
/** Holds the group's id; names are unique within a domain. */
export const groupNameKey = (domainId: string, name: string): Key =>
  taggedKey(tags.groupName, domainId, nul, name);
export const allGroups = (): KeySpan => spanOf(taggedKey(tags.group));
/** All groups of a user in one record, so that who asks is known with a single read. */
export const groupsOfUserKey = (user: UserId): Key => taggedKey(tags.groupsOfUser, idBytes(user));
/** Holds nothing. */
export const groupMemberKey = (group: string, user: UserId): Key =>
  taggedKey(tags.groupMember, idBytes(group), idBytes(user));
export const membersOfGroup = (group: string): KeySpan => spanOf(taggedKey(tags.groupMember, idBytes(group)));

export const rolesOfGroupKey = (group: string, project: ProjectId): Key =>
  taggedKey(tags.rolesOfGroup, idBytes(group), idBytes(project));
export const rolesOfGroupIn = (group: string): KeySpan =>
  spanOf(taggedKey(tags.rolesOfGroup, idBytes(group)));
export const allRolesOfGroups = (): KeySpan => spanOf(taggedKey(tags.rolesOfGroup));
/** The group and the project of a `rolesOfGroupKey`. */
export const splitRolesOfGroupKey = (key: Key): { group: string; project: ProjectId } => {
  const bytes = Buffer.from(key);
  return { group: bytes.toString('hex', 1, 17), project: bytes.toString('hex', 17) as ProjectId };
};
/** A group with roles in a project, seen from the project; holds nothing. */
export const projectGroupKey = (project: ProjectId, group: string): Key =>
  taggedKey(tags.projectGroup, idBytes(project), idBytes(group));
export const groupsOfProject = (project: ProjectId): KeySpan =>
  spanOf(taggedKey(tags.projectGroup, idBytes(project)));
/** The group of a `projectGroupKey`. */
export const groupOfProjectGroupKey = (key: Key): string => Buffer.from(key).toString('hex', 17);

/** Holds nothing: its being there revokes the token. `auditId` in URL-safe base64. */
export const revocationKey = (auditId: string): Key =>
  taggedKey(tags.revocation, Buffer.from(auditId, 'base64url'));
/** `expiresAt` in milliseconds since the epoch. */
export const revocationByExpiryKey = (expiresAt: number, auditId: string): Key =>
  taggedKey(tags.revocationByExpiry, time(expiresAt), Buffer.from(auditId, 'base64url'));
/** Revocations of tokens that have expired before `now`. */
export const revocationsExpiredBefore = (now: number): KeySpan => ({
  start: taggedKey(tags.revocationByExpiry),
  end: taggedKey(tags.revocationByExpiry, time(now)),
});
/** The audit id of a `revocationByExpiryKey`. */
export const auditIdOfExpiryKey = (key: Key): string => Buffer.from(key).toString('base64url', 7);

function time(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(milliseconds, 0, 6);
  return bytes;
}
