/** Who has which role in which project, as Keystone lists it. */
import type { ProjectRole } from '../../../core/access/roles.ts';
import { roleReference } from './roles.ts';

/** With a user and a group: the user's, by being in the group. */
export interface Assignment {
  readonly userId?: string;
  readonly group?: string;
  readonly projectId: string;
  readonly role: ProjectRole;
}

/** A name and the domain it is of. */
export interface Named {
  readonly name: string;
  readonly domain: { readonly id: string; readonly name: string };
}

export interface AssignmentNames {
  readonly users: ReadonlyMap<string, Named>;
  readonly groups: ReadonlyMap<string, Named>;
  readonly projects: ReadonlyMap<string, Named>;
}

/** `names` undefined: ids alone. */
export function assignmentDocument(
  { userId, group, projectId, role }: Assignment,
  names: AssignmentNames | undefined,
  publicUrl: string,
) {
  const { id, name } = roleReference(role);
  const root = `${publicUrl}/identity/v3`;
  const giver = group === undefined ? `users/${userId}` : `groups/${group}`;
  const membership =
    userId === undefined || group === undefined
      ? {}
      : { membership: `${root}/groups/${group}/users/${userId}` };
  return {
    role: names === undefined ? { id } : { id, name },
    ...(userId === undefined
      ? { group: { id: group, ...(group === undefined ? {} : names?.groups.get(group)) } }
      : { user: { id: userId, ...names?.users.get(userId) } }),
    scope: { project: { id: projectId, ...names?.projects.get(projectId) } },
    links: { assignment: `${root}/projects/${projectId}/${giver}/roles/${id}`, ...membership },
  };
}
