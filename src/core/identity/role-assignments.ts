/** Who has which role in which project, found from either side; and the names of those concerned. */
import type { Key } from '../../engines/meta/meta-store.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { RecordFormat } from '../model/record-format.ts';
import { groupFormat, projectFormat, userFormat } from './codecs.ts';
import { findDomain } from './domains.ts';
import { type GroupInProject, listAllGroupRoles, listGroupRolesOf, listRolesOfGroup } from './group-roles.ts';
import { groupKey, projectKey, userKey } from './keys.ts';
import { findMembership, listAllMemberships, listMembers, listMemberships } from './memberships.ts';
import type { MembershipRecord } from './records.ts';
import { storedAs } from './stored.ts';

/** A role of a user, of a group, or (with both) of a user by being in the group. */
export interface RoleAssignment {
  readonly userId?: UserId;
  readonly group?: string;
  readonly projectId: ProjectId;
  readonly role: ProjectRole;
}

/** What is absent does not narrow. */
export interface AssignmentFilter {
  readonly userId?: UserId | undefined;
  readonly group?: string | undefined;
  readonly projectId?: ProjectId | undefined;
  readonly role?: ProjectRole | undefined;
  /** What everybody has in the end, instead of what was given to users and to groups. */
  readonly effective?: boolean;
}

export async function findAssignments(core: Core, filter: AssignmentFilter): Promise<RoleAssignment[]> {
  const found = filter.effective === true ? await held(core, filter) : await given(core, filter);
  return found.filter(({ role }) => filter.role === undefined || role === filter.role);
}

async function held(core: Core, filter: AssignmentFilter): Promise<RoleAssignment[]> {
  return (await membershipsFor(core, filter)).flatMap((membership) => [
    ...ownAssignments(membership),
    ...(membership.groupRoles ?? []).flatMap(({ group, roles }) =>
      roles.map((role) => ({ userId: membership.userId, group, projectId: membership.projectId, role })),
    ),
  ]);
}

async function given(core: Core, filter: AssignmentFilter): Promise<RoleAssignment[]> {
  const [memberships, places] = await Promise.all([
    filter.group === undefined ? membershipsFor(core, filter) : [],
    filter.userId === undefined ? groupsFor(core, filter) : [],
  ]);
  return [
    ...memberships.flatMap(ownAssignments),
    ...places.flatMap(({ group, projectId, roles }) => roles.map((role) => ({ group, projectId, role }))),
  ];
}

function ownAssignments({ userId, projectId, ownRoles }: MembershipRecord): RoleAssignment[] {
  return ownRoles.map((role) => ({ userId, projectId, role }));
}

async function membershipsFor(
  core: Core,
  { userId, projectId }: AssignmentFilter,
): Promise<readonly MembershipRecord[]> {
  if (userId !== undefined && projectId !== undefined) {
    const membership = await findMembership(core, userId, projectId);
    return membership === undefined ? [] : [membership];
  }
  if (userId !== undefined) return listMemberships(core, userId);
  return projectId === undefined ? listAllMemberships(core) : listMembers(core, projectId);
}

async function groupsFor(
  core: Core,
  { group, projectId }: AssignmentFilter,
): Promise<readonly GroupInProject[]> {
  if (group !== undefined) {
    const places = await listRolesOfGroup(core, group);
    return places.filter((place) => projectId === undefined || place.projectId === projectId);
  }
  return projectId === undefined ? listAllGroupRoles(core) : listGroupRolesOf(core, projectId);
}

/** A name and the domain it is unique in. */
export interface QualifiedName {
  readonly name: string;
  readonly domain: { readonly id: string; readonly name: string };
}

/** The names of the users, groups and projects of `assignments`, by id. */
export async function namesOfAssignments(core: Core, assignments: readonly RoleAssignment[]) {
  const named = async <I extends string>(
    ids: readonly (I | undefined)[],
    format: RecordFormat<{ readonly id: string; readonly name: string; readonly domainId: string }>,
    keyOf: (id: I) => Key,
  ) => {
    const once = [...new Set(ids.filter((id) => id !== undefined))];
    const entries = await core.meta.get(once.map(keyOf));
    return qualified(
      core,
      entries.flatMap((entry) => storedAs(format, entry)?.record ?? []),
    );
  };
  const [users, groups, projects] = await Promise.all([
    named(
      assignments.map(({ userId }) => userId),
      userFormat,
      userKey,
    ),
    named(
      assignments.map(({ group }) => group),
      groupFormat,
      groupKey,
    ),
    named(
      assignments.map(({ projectId }) => projectId),
      projectFormat,
      projectKey,
    ),
  ]);
  return { users, groups, projects };
}

async function qualified(
  core: Core,
  records: readonly { readonly id: string; readonly name: string; readonly domainId: string }[],
): Promise<ReadonlyMap<string, QualifiedName>> {
  const ids = [...new Set(records.map(({ domainId }) => domainId))];
  const domains = new Map(
    await Promise.all(
      ids.map(async (id) => [id, (await findDomain(core, { id })) ?? { id, name: id }] as const),
    ),
  );
  return new Map(
    records.map(({ id, name, domainId }) => {
      const domain = domains.get(domainId) ?? { id: domainId, name: domainId };
      return [id, { name, domain }];
    }),
  );
}
