/** Who has which role in which project, found from either side; and the names of those concerned. */
import type { Core } from '../core.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { MembershipRecord, ProjectRole } from '../model/records.ts';
import { projectFormat, userFormat } from './codecs.ts';
import { findDomain } from './domains.ts';
import { projectKey, userKey } from './keys.ts';
import { findMembership, listAllMemberships, listMembers, listMemberships } from './memberships.ts';
import { storedAs } from './stored.ts';

export interface RoleAssignment {
  readonly userId: UserId;
  readonly projectId: ProjectId;
  readonly role: ProjectRole;
}

/** What is absent does not narrow. */
export interface AssignmentFilter {
  readonly userId?: UserId | undefined;
  readonly projectId?: ProjectId | undefined;
  readonly role?: ProjectRole | undefined;
}

export async function findAssignments(core: Core, filter: AssignmentFilter): Promise<RoleAssignment[]> {
  const memberships = await membershipsFor(core, filter);
  return memberships
    .flatMap(({ userId, projectId, roles }) => roles.map((role) => ({ userId, projectId, role })))
    .filter(({ role }) => filter.role === undefined || role === filter.role);
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

/** A name and the domain it is unique in. */
export interface QualifiedName {
  readonly name: string;
  readonly domain: { readonly id: string; readonly name: string };
}

/** The names of the users and projects of `assignments`, by id. */
export async function namesOfAssignments(core: Core, assignments: readonly RoleAssignment[]) {
  const users = [...new Set(assignments.map(({ userId }) => userId))];
  const projects = [...new Set(assignments.map(({ projectId }) => projectId))];
  const entries = await core.meta.get([...users.map(userKey), ...projects.map(projectKey)]);
  const userRecords = entries
    .slice(0, users.length)
    .flatMap((entry) => storedAs(userFormat, entry)?.record ?? []);
  const projectRecords = entries
    .slice(users.length)
    .flatMap((entry) => storedAs(projectFormat, entry)?.record ?? []);
  return { users: await qualified(core, userRecords), projects: await qualified(core, projectRecords) };
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
