/** Who has which role in which project, as Keystone lists it. */
import type { ProjectRole } from '../../../core/model/records.ts';
import { roleReference } from './roles.ts';

export interface Assignment {
  readonly userId: string;
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
  readonly projects: ReadonlyMap<string, Named>;
}

/** `names` undefined: ids alone. */
export function assignmentDocument(
  { userId, projectId, role }: Assignment,
  names: AssignmentNames | undefined,
  publicUrl: string,
) {
  const { id, name } = roleReference(role);
  return {
    role: names === undefined ? { id } : { id, name },
    user: { id: userId, ...names?.users.get(userId) },
    scope: { project: { id: projectId, ...names?.projects.get(projectId) } },
    links: { assignment: `${publicUrl}/identity/v3/projects/${projectId}/users/${userId}/roles/${id}` },
  };
}
