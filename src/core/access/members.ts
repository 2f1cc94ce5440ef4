/**
 * Owns who a grant may be given to: somebody who exists. Tells outsiders from the people of the bucket's project, because a grant
 * to an outsider is made on purpose and any other lives by the membership (DESIGN 5).
 */
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import { getGroup } from '../identity/groups.ts';
import { findMembership } from '../identity/memberships.ts';
import { findUser } from '../identity/users.ts';
import type { Grant, GrantMember } from '../model/bucket-records.ts';
import type { ProjectId } from '../model/names.ts';
import { projectRoles } from './roles.ts';

/** What a grant records about its member. */
export type Admitted = Pick<Grant, 'member' | 'outsider'>;

/** @throws CoreError InvalidArgument for somebody who is not there, or is of another kind */
export async function admitMember(core: Core, project: ProjectId, member: GrantMember): Promise<Admitted> {
  switch (member.type) {
    case 'all_users':
    case 'project_users':
      return { member: { type: member.type, id: '' } };
    case 'role_group':
      if (projectRoles.some((role) => role === member.id && role !== 'none')) return { member };
      throw noMember(member);
    case 'group':
      return { member: { type: 'group', id: await groupId(core, member) } };
    case 'user':
    case 'service_account': {
      const admitted = await admitUser(core, project, member.id);
      if (admitted?.member.type !== member.type) throw noMember(member);
      return admitted;
    }
  }
}

/** A user or service account by its id, whichever it is; undefined when there is none. */
export async function admitUser(core: Core, project: ProjectId, id: string): Promise<Admitted | undefined> {
  const user = await findUser(core, { id });
  if (user === undefined) return undefined;
  const member = { type: user.kind, id: user.id } as const;
  const membership = await findMembership(core, user.id, project);
  return membership === undefined ? { member, outsider: true } : { member };
}

async function groupId(core: Core, member: GrantMember): Promise<string> {
  try {
    return (await getGroup(core, member.id)).id;
  } catch (error) {
    if (isCoreError(error, 'NoSuchGroup')) throw noMember(member);
    throw error;
  }
}

function noMember({ type, id }: GrantMember): CoreError {
  return new CoreError('InvalidArgument', {
    what: 'member',
    reason: `names no ${type}: ${id.slice(0, 100)}`,
  });
}
