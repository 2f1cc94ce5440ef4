/** Project roles as Keystone's roles: their ids, alone and in lists. */
import { type ProjectRole, projectRoles } from '../../../core/access/roles.ts';
import { listLinks } from './lists.ts';
import { derivedId } from './names.ts';

export function roleReference(name: ProjectRole) {
  return { id: derivedId('role', name), name };
}

/** As application credentials list them. */
export function roleOfKey(name: ProjectRole) {
  return { ...roleReference(name), domain_id: null, description: null, options: {} };
}

export function roleDocument(name: ProjectRole, publicUrl: string) {
  const role = roleOfKey(name);
  return { ...role, links: { self: `${publicUrl}/identity/v3/roles/${role.id}` } };
}

export function roleList(roles: readonly ProjectRole[], publicUrl: string, self: string) {
  return { roles: roles.map((role) => roleDocument(role, publicUrl)), links: listLinks(self) };
}

/** By its id, or by its name where a script would rather not look the id up. */
export function findRole(idOrName: string): ProjectRole | undefined {
  return projectRoles.find((name) => name === idOrName || roleReference(name).id === idOrName);
}
