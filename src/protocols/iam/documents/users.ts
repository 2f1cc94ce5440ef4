/** Users and service accounts, in lists and alone, and the filters of their lists. */
import type { Query } from '../../../base/http/query.ts';
import type { UserRecord } from '../../../core/identity/records.ts';
import { listLinks } from './lists.ts';
import { parseFlag } from './projects.ts';

/** `kind` and `service_admin` are ours beside Keystone's attributes; `description` is the display name. */
export function userDocument(user: UserRecord, publicUrl: string) {
  const { id, name, displayName, domainId, enabled, kind, serviceAdmin, email, defaultProjectId } = user;
  return {
    id,
    name,
    description: displayName,
    ...(email === undefined ? {} : { email }),
    domain_id: domainId,
    ...(defaultProjectId === undefined ? {} : { default_project_id: defaultProjectId }),
    enabled,
    kind,
    service_admin: serviceAdmin,
    password_expires_at: null,
    options: {},
    links: { self: `${publicUrl}/identity/v3/users/${id}` },
  };
}

export function userList(users: readonly UserRecord[], publicUrl: string, self: string) {
  return { users: users.map((user) => userDocument(user, publicUrl)), links: listLinks(self) };
}

export interface UserFilter {
  readonly domainId: string | undefined;
  readonly name: string | undefined;
  readonly enabled: boolean | undefined;
  readonly kind: string | undefined;
}

export function parseUserFilter(query: Query): UserFilter {
  return {
    domainId: query.get('domain_id'),
    name: query.get('name'),
    enabled: parseFlag(query.get('enabled')),
    kind: query.get('kind'),
  };
}

export function filterUsers(
  users: readonly UserRecord[],
  { domainId, name, enabled, kind }: UserFilter,
): UserRecord[] {
  return users.filter(
    (user) =>
      (domainId === undefined || user.domainId === domainId) &&
      (name === undefined || user.name === name) &&
      (enabled === undefined || user.enabled === enabled) &&
      (kind === undefined || user.kind === kind),
  );
}
