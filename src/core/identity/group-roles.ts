/**
 * Roles of groups in projects: whoever is in the group has them there. They are kept with the group, and copied into the membership
 * of every member in the same commit, so that who asks is known without a look at groups. Every change writes the group's record
 * again: so changes of one group's roles and members never pass each other unseen.
 */
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { rolesOfGroupFormat } from './codecs.ts';
import { isHexId } from './identity-names.ts';
import {
  allRolesOfGroups,
  groupKey,
  groupOfProjectGroupKey,
  groupsOfProject,
  membersOfGroup,
  projectGroupKey,
  projectKey,
  rolesOfGroupIn,
  rolesOfGroupKey,
  splitRolesOfGroupKey,
  userOfMemberKey,
} from './keys.ts';
import { entriesOf, joinCommits, readStored, storedAs, unchanged } from './stored.ts';
import { projectsWrittenAgain, waysCommit, withGroup, writtenAgain } from './ways.ts';

/** What a group has in a project. */
export interface GroupInProject {
  readonly group: string;
  readonly projectId: ProjectId;
  readonly roles: readonly ProjectRole[];
}

/** One role more, for every member at once. @throws CoreError NoSuchGroup, NoSuchProject, Busy */
export async function addGroupRole(
  core: Core,
  group: string,
  project: ProjectId,
  role: ProjectRole,
): Promise<void> {
  await changeGroupRoles(core, group, project, (roles) => [...roles, role]);
}

/**
 * One role less; members for whom it was the last way into the project leave it, with their keys and tokens there.
 * @throws CoreError NoSuchGroup, NoSuchProject, NoSuchRole when the group does not have it there, Busy
 */
export async function removeGroupRole(
  core: Core,
  group: string,
  project: ProjectId,
  role: ProjectRole,
): Promise<void> {
  await changeGroupRoles(core, group, project, (roles) => {
    if (!roles.includes(role)) throw new CoreError('NoSuchRole', { role });
    return roles.filter((one) => one !== role);
  });
}

/** Exactly these roles; none of them takes the group out of the project. @throws CoreError NoSuchGroup, NoSuchProject, Busy */
export async function setGroupRoles(
  core: Core,
  group: string,
  project: ProjectId,
  roles: readonly ProjectRole[],
): Promise<void> {
  await changeGroupRoles(core, group, project, () => roles);
}

async function changeGroupRoles(
  core: Core,
  group: string,
  projectId: ProjectId,
  change: (roles: readonly ProjectRole[]) => readonly ProjectRole[],
): Promise<void> {
  if (!isHexId(group)) throw new CoreError('NoSuchGroup', { group });
  await committing('group', async () => {
    const key = rolesOfGroupKey(group, projectId);
    const [groupEntry, projectEntry, entry] = await core.meta.get([
      groupKey(group),
      projectKey(projectId),
      key,
    ]);
    if (groupEntry === undefined) throw new CoreError('NoSuchGroup', { group });
    if (projectEntry === undefined) throw new CoreError('NoSuchProject', { project: projectId });
    const roles = [...new Set(change(storedAs(rolesOfGroupFormat, entry)?.record.roles ?? []))];
    const members = (await entriesOf(core.meta, membersOfGroup(group))).map(({ key }) => ({
      userId: userOfMemberKey(key),
      projectId,
    }));
    const ways = await waysCommit(core, members, (now) => withGroup(now, { group, roles }));
    await core.meta.commit(
      joinCommits(
        ways.commit,
        writtenAgain(groupEntry),
        {
          checks: [unchanged(key, entry)],
          ...(roles.length === 0
            ? { deletes: [key, projectGroupKey(projectId, group)] }
            : {
                puts: [
                  [key, rolesOfGroupFormat.encode({ roles })],
                  [projectGroupKey(projectId, group), Buffer.alloc(0)],
                ],
              }),
        },
        // The project's deletion, which reads groups and members as ranges, starts over.
        writtenAgain(projectEntry),
      ),
    );
  });
}

/** The roles of one group in one project. */
export async function groupRolesIn(
  core: Core,
  group: string,
  project: ProjectId,
): Promise<readonly ProjectRole[]> {
  if (!isHexId(group)) return [];
  return (
    (await readStored(core.meta, rolesOfGroupFormat, rolesOfGroupKey(group, project)))?.record.roles ?? []
  );
}

/** Of one group in all projects. */
export async function listRolesOfGroup(core: Core, group: string): Promise<GroupInProject[]> {
  return isHexId(group) ? rolesInSpan(core, rolesOfGroupIn(group)) : [];
}

/** Of all groups in all projects. */
export async function listAllGroupRoles(core: Core): Promise<GroupInProject[]> {
  return rolesInSpan(core, allRolesOfGroups());
}

async function rolesInSpan(core: Core, span: ReturnType<typeof allRolesOfGroups>): Promise<GroupInProject[]> {
  return (await entriesOf(core.meta, span)).map(({ key, value }) => {
    const { group, project } = splitRolesOfGroupKey(key);
    return { group, projectId: project, roles: rolesOfGroupFormat.decode(value).roles };
  });
}

/** Of all groups in one project. */
export async function listGroupRolesOf(core: Core, projectId: ProjectId): Promise<GroupInProject[]> {
  const entries = await entriesOf(core.meta, groupsOfProject(projectId));
  const groups = entries.map(({ key }) => groupOfProjectGroupKey(key));
  const records = await core.meta.get(groups.map((group) => rolesOfGroupKey(group, projectId)));
  return groups.flatMap((group, i) => {
    const stored = storedAs(rolesOfGroupFormat, records[i]);
    return stored === undefined ? [] : [{ group, projectId, roles: stored.record.roles }];
  });
}

/** The part of a commit by which a user who comes into a group is in all its projects. */
export async function joiningWays(core: Core, group: string, userId: UserId): Promise<Commit> {
  const places = (await listRolesOfGroup(core, group)).map((place) => ({ ...place, userId }));
  const { commit, begun } = await waysCommit(core, places, (now, place) => withGroup(now, place));
  return joinCommits(commit, await projectsWrittenAgain(core, begun));
}

/** The part of a commit by which these users no longer are in projects by this group. */
export async function leavingWays(core: Core, group: string, users: readonly UserId[]): Promise<Commit> {
  const places = await listRolesOfGroup(core, group);
  const pairs = users.flatMap((userId) => places.map(({ projectId }) => ({ userId, projectId })));
  return (await waysCommit(core, pairs, (now) => withGroup(now, { group, roles: [] }))).commit;
}

/** The part of a commit that forgets all roles of a group that goes. */
export async function forgettingGroup(core: Core, group: string): Promise<Commit> {
  const places = await listRolesOfGroup(core, group);
  return {
    deletes: places.flatMap(({ projectId }) => [
      rolesOfGroupKey(group, projectId),
      projectGroupKey(projectId, group),
    ]),
  };
}

/** The part of a commit that forgets the roles of all groups in a project that goes. */
export async function forgettingProject(core: Core, project: ProjectId): Promise<Commit> {
  const entries = await entriesOf(core.meta, groupsOfProject(project));
  return {
    deletes: entries.flatMap(({ key }) => [rolesOfGroupKey(groupOfProjectGroupKey(key), project), key]),
  };
}
