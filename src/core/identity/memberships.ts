/**
 * Who is in which project, and the roles given to users themselves. Those of groups are `group-roles.ts`; how the two make a
 * membership is `ways.ts`.
 */
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { membershipFormat, projectFormat } from './codecs.ts';
import {
  allMemberships,
  memberKey,
  membershipKey,
  membershipsOf,
  membersOf,
  projectKey,
  userKey,
  userOfMemberKey,
} from './keys.ts';
import type { MembershipRecord, ProjectRecord } from './records.ts';
import { entriesOf, joinCommits, readStored } from './stored.ts';
import { rolesOf, waysCommit, writtenAgain } from './ways.ts';

/** The puts of a new membership. */
export function membershipCreation(membership: MembershipRecord): Commit {
  const { userId, projectId } = membership;
  return {
    checks: [[membershipKey(userId, projectId), null]],
    puts: [
      [membershipKey(userId, projectId), membershipFormat.encode(membership)],
      [memberKey(projectId, userId), Buffer.alloc(0)],
    ],
  };
}

/**
 * Gives `userId` exactly these roles of its own in the project, making the user a member where needed.
 * @throws CoreError NoSuchUser, NoSuchProject, InvalidArgument for an empty list
 */
export async function setRoles(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  roles: readonly ProjectRole[],
): Promise<void> {
  if (roles.length === 0)
    throw new CoreError('InvalidArgument', { what: 'roles', reason: 'must not be empty' });
  await changeRoles(core, userId, projectId, () => roles);
}

/** One role more; the first makes the user a member. @throws CoreError NoSuchUser, NoSuchProject, Busy */
export async function addRole(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  role: ProjectRole,
): Promise<void> {
  await changeRoles(core, userId, projectId, (roles) => [...roles, role]);
}

/**
 * One role less; where it was the last way into the project, the membership ends, and its keys and tokens.
 * @throws CoreError NoSuchRole when the user itself does not have it there, Busy
 */
export async function removeRole(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  role: ProjectRole,
): Promise<void> {
  await committing('membership', async () => {
    const { commit } = await waysCommit(core, [{ userId, projectId }], ({ own, groups }) => {
      if (!own.includes(role)) throw new CoreError('NoSuchRole', { role });
      return { own: own.filter((one) => one !== role), groups };
    });
    await core.meta.commit(commit);
  });
}

async function changeRoles(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  change: (roles: readonly ProjectRole[]) => readonly ProjectRole[],
): Promise<void> {
  return committing('membership', async () => {
    const [userEntry, projectEntry] = await core.meta.get([userKey(userId), projectKey(projectId)]);
    if (userEntry === undefined) throw new CoreError('NoSuchUser', { user: userId });
    if (projectEntry === undefined) throw new CoreError('NoSuchProject', { project: projectId });
    const { commit, begun } = await waysCommit(core, [{ userId, projectId }], ({ own, groups }) => ({
      own: [...new Set(change(own))],
      groups,
    }));
    // Makes a deletion of either, which reads memberships as a range, start over.
    const again = begun.length === 0 ? [] : [writtenAgain(userEntry), writtenAgain(projectEntry)];
    await core.meta.commit(joinCommits(commit, ...again));
  });
}

/** The part of a commit that ends a membership, by whatever ways it is, with its keys: for a user or project that goes. */
export async function leavingCommit(core: Core, userId: UserId, projectId: ProjectId): Promise<Commit> {
  const { commit } = await waysCommit(core, [{ userId, projectId }], () => ({ own: [], groups: [] }));
  return commit;
}

/**
 * Takes all the user's own roles in the project; who is not there by a group leaves it, and keys and tokens of the pair are dead at
 * once. @throws CoreError NoSuchUser when it has none, Busy
 */
export async function removeMember(core: Core, userId: UserId, projectId: ProjectId): Promise<void> {
  await committing('membership', async () => {
    const { commit } = await waysCommit(core, [{ userId, projectId }], ({ own, groups }) => {
      if (own.length === 0) throw new CoreError('NoSuchUser', { user: userId });
      return { own: [], groups };
    });
    await core.meta.commit(commit);
  });
}

export async function findMembership(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
): Promise<MembershipRecord | undefined> {
  return (await readStored(core.meta, membershipFormat, membershipKey(userId, projectId)))?.record;
}

/** A user's memberships, by project id. */
export async function listMemberships(core: Core, userId: UserId): Promise<MembershipRecord[]> {
  const entries = await entriesOf(core.meta, membershipsOf(userId));
  return entries.map((entry) => membershipFormat.decode(entry.value));
}

/** Of the whole service, by user. */
export async function listAllMemberships(core: Core): Promise<MembershipRecord[]> {
  const entries = await entriesOf(core.meta, allMemberships());
  return entries.map((entry) => membershipFormat.decode(entry.value));
}

/** By whatever way; none when the user is not in the project. */
export async function rolesIn(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
): Promise<readonly ProjectRole[]> {
  const membership = await findMembership(core, userId, projectId);
  return membership === undefined ? [] : rolesOf(membership);
}

/** Those given to the user itself. */
export async function ownRolesIn(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
): Promise<readonly ProjectRole[]> {
  return (await findMembership(core, userId, projectId))?.ownRoles ?? [];
}

/** The projects a user belongs to, by name. */
export async function projectsOfUser(core: Core, userId: UserId): Promise<ProjectRecord[]> {
  const memberships = await listMemberships(core, userId);
  const entries = await core.meta.get(memberships.map(({ projectId }) => projectKey(projectId)));
  const projects = entries.flatMap((entry) =>
    entry === undefined ? [] : [projectFormat.decode(entry.value)],
  );
  return projects.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A project's memberships, by user id. */
export async function listMembers(core: Core, projectId: ProjectId): Promise<MembershipRecord[]> {
  const entries = await entriesOf(core.meta, membersOf(projectId));
  const users = entries.map(({ key }) => userOfMemberKey(key));
  const memberships = await core.meta.get(users.map((user) => membershipKey(user, projectId)));
  return memberships.flatMap((entry) => (entry === undefined ? [] : [membershipFormat.decode(entry.value)]));
}
