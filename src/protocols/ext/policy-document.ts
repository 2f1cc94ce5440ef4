/** A role grant of a bucket as the Extension reads and prints it (DESIGN 12, "Access"). */
import { type Static, Type } from 'typebox';
import { type Role, roles } from '../../core/access/roles.ts';
import type { Grant, GrantMember } from '../../core/model/bucket-records.ts';
import { ExtError } from './errors.ts';

const memberTypes = [
  'user',
  'service_account',
  'group',
  'role_group',
  'project_users',
  'all_users',
] as const satisfies readonly GrantMember['type'][];

const memberSchema = Type.Object({ type: Type.String(), id: Type.Optional(Type.String()) });

/** A new grant. */
export const grantSchema = Type.Object({ role: Type.String(), member: memberSchema });

/** A changed grant: who it is given to stays where nothing is said. */
export const grantChangeSchema = Type.Object({
  id: Type.Optional(Type.String()),
  role: Type.String(),
  member: Type.Optional(memberSchema),
});

/** `storage.objectReader`, or `objectReader` for short. @throws ExtError 400 */
export function roleOf(text: string): Role {
  const role = roles.find((one) => one === text || one === `storage.${text}`);
  if (role === undefined) throw new ExtError(400, `role must be one of ${roles.join(', ')}`);
  return role;
}

/** @throws ExtError 400 for an unknown type, or no id where one is needed */
export function memberOf({ type, id = '' }: Static<typeof memberSchema>): GrantMember {
  const known = memberTypes.find((one) => one === type);
  if (known === undefined) throw new ExtError(400, `member.type must be one of ${memberTypes.join(', ')}`);
  if (known === 'all_users' || known === 'project_users') return { type: known, id: '' };
  if (id === '') throw new ExtError(400, `member.id must name the ${known}`);
  return { type: known, id };
}

/** In the documented order of fields; members that are everybody have the empty id. */
export function grantDocument({ id, role, member }: Grant) {
  return { id, role, member: { type: member.type, id: member.id } };
}
