/**
 * Who is in which project with which roles. A membership begins with the first roles and ends when the user is removed;
 * keys and tokens of the pair end with it, in the same commit.
 */
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { MembershipRecord, ProjectRecord, ProjectRole } from '../model/records.ts';
import { membershipFormat, projectFormat } from './codecs.ts';
import { ringDestruction } from './key-rings.ts';
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
import { entriesOf, joinCommits, readStored, storedAs, unchanged } from './stored.ts';

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
 * Gives `userId` exactly these roles in the project, making the user a member where needed.
 * @throws CoreError NoSuchUser, NoSuchProject, InvalidArgument for an empty list
 */
export async function setRoles(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  roles: readonly ProjectRole[],
): Promise<MembershipRecord> {
  if (roles.length === 0)
    throw new CoreError('InvalidArgument', { what: 'roles', reason: 'must not be empty' });
  return changeRoles(core, userId, projectId, () => roles);
}

/** One role more; the first makes the user a member. @throws CoreError NoSuchUser, NoSuchProject, Busy */
export async function addRole(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  role: ProjectRole,
): Promise<MembershipRecord> {
  return changeRoles(core, userId, projectId, (roles) => [...roles, role]);
}

/**
 * One role less; with the last one the membership ends, and its keys and tokens.
 * @throws CoreError NoSuchRole when the user does not have it there, Busy
 */
export async function removeRole(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  role: ProjectRole,
): Promise<void> {
  await committing('membership', async () => {
    const stored = await readStored(core.meta, membershipFormat, membershipKey(userId, projectId));
    if (stored === undefined || !stored.record.roles.includes(role)) {
      throw new CoreError('NoSuchRole', { role });
    }
    const roles = stored.record.roles.filter((one) => one !== role);
    if (roles.length === 0) {
      // The second check of the same key is against what was read here: a role given in between keeps the membership.
      const leaving = await leavingCommit(core, userId, projectId);
      await core.meta.commit(joinCommits(leaving, { checks: [unchanged(stored.key, stored)] }));
      return;
    }
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, membershipFormat.encode({ ...stored.record, roles })]],
    });
  });
}

async function changeRoles(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
  change: (roles: readonly ProjectRole[]) => readonly ProjectRole[],
): Promise<MembershipRecord> {
  return committing('membership', async () => {
    const keys = [userKey(userId), projectKey(projectId), membershipKey(userId, projectId)];
    const [userEntry, projectEntry, memberEntry] = await core.meta.get(keys);
    if (userEntry === undefined) throw new CoreError('NoSuchUser', { user: userId });
    if (projectEntry === undefined) throw new CoreError('NoSuchProject', { project: projectId });
    const stored = storedAs(membershipFormat, memberEntry);
    const membership = {
      userId,
      projectId,
      roles: [...new Set(change(stored?.record.roles ?? []))],
      createdAt: stored?.record.createdAt ?? core.clock(),
    };
    if (stored !== undefined) {
      await core.meta.commit({
        checks: [unchanged(stored.key, stored)],
        puts: [[stored.key, membershipFormat.encode(membership)]],
      });
      return membership;
    }
    // Writing both records again makes a deletion of either, which reads memberships as a range, start over.
    await core.meta.commit(
      joinCommits(membershipCreation(membership), {
        checks: [unchanged(userEntry.key, userEntry), unchanged(projectEntry.key, projectEntry)],
        puts: [
          [userEntry.key, userEntry.value],
          [projectEntry.key, projectEntry.value],
        ],
      }),
    );
    return membership;
  });
}

/**
 * The part of a commit that ends a membership with its keys.
 * @throws CoreError NoSuchUser when the user is not in the project
 */
export async function leavingCommit(core: Core, userId: UserId, projectId: ProjectId): Promise<Commit> {
  const stored = await readStored(core.meta, membershipFormat, membershipKey(userId, projectId));
  if (stored === undefined) throw new CoreError('NoSuchUser', { user: userId });
  return joinCommits(await ringDestruction(core, userId, projectId), {
    checks: [unchanged(stored.key, stored)],
    deletes: [stored.key, memberKey(projectId, userId)],
  });
}

/** Ends a membership: keys and tokens of the pair are dead at once. @throws CoreError NoSuchUser */
export async function removeMember(core: Core, userId: UserId, projectId: ProjectId): Promise<void> {
  await committing('membership', async () => core.meta.commit(await leavingCommit(core, userId, projectId)));
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

/** None when the user is not in the project. */
export async function rolesIn(
  core: Core,
  userId: UserId,
  projectId: ProjectId,
): Promise<readonly ProjectRole[]> {
  return (await findMembership(core, userId, projectId))?.roles ?? [];
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
