/**
 * The role grants of a bucket, one by one. They are the same grants that ACLs of S3 and Swift and public access change, so a grant
 * made at one door is seen at all. Refuses to leave a bucket without an administrator (`update.ts`).
 */
import { newId } from '../../base/clock.ts';
import { admitMember } from '../access/members.ts';
import type { Role } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord, Grant, GrantMember } from '../model/bucket-records.ts';
import type { BucketName } from '../model/names.ts';
import { openBucket } from './lookup.ts';
import { updateBucket } from './update.ts';

export interface GrantInput {
  readonly role: Role;
  readonly member: GrantMember;
}

/** @throws CoreError NoSuchBucket */
export async function listGrants(core: Core, bucket: BucketName): Promise<readonly Grant[]> {
  return (await openBucket(core, bucket)).record.grants;
}

/** @throws CoreError NoSuchBucket, NoSuchGrant */
export async function getGrant(core: Core, bucket: BucketName, id: string): Promise<Grant> {
  return requireGrant(await listGrants(core, bucket), id);
}

/** @throws CoreError NoSuchBucket, InvalidArgument for an unknown member, Duplicate, Busy */
export async function addGrant(core: Core, bucket: BucketName, input: GrantInput): Promise<Grant> {
  const grant = await newGrant(core, bucket, newId(core.random), input);
  await updateBucket(core, bucket, ({ grants }) => ({ grants: [...withoutTwin(grants, grant), grant] }));
  return grant;
}

/**
 * Another role, and where given another member, under the same id.
 * @throws CoreError NoSuchBucket, NoSuchGrant, InvalidArgument for an unknown member, Duplicate, LastAdmin, Busy
 */
export async function changeGrant(
  core: Core,
  bucket: BucketName,
  id: string,
  { role, member }: { readonly role: Role; readonly member?: GrantMember },
): Promise<Grant> {
  const current = await getGrant(core, bucket, id);
  const same = member === undefined || isSameMember(member, current.member);
  const grant = same ? { ...current, role } : await newGrant(core, bucket, id, { role, member });
  await updateBucket(core, bucket, ({ grants }) => {
    requireGrant(grants, id);
    const others = withoutTwin(
      grants.filter((other) => other.id !== id),
      grant,
    );
    return { grants: grants.flatMap((one) => (one.id === id ? grant : others.includes(one) ? one : [])) };
  });
  return grant;
}

/** @throws CoreError NoSuchBucket, NoSuchGrant, LastAdmin, Busy */
export async function removeGrant(core: Core, bucket: BucketName, id: string): Promise<void> {
  await updateBucket(core, bucket, ({ grants }) => {
    requireGrant(grants, id);
    return { grants: grants.filter((grant) => grant.id !== id) };
  });
}

/** Whether everybody may read, which is what public access means at every door (DESIGN 12). */
export function isPublic({ grants }: Pick<BucketRecord, 'grants'>): boolean {
  return grants.some(isPublicReading);
}

export function isPublicReading({ role, member }: GrantInput): boolean {
  return role === 'storage.objectReader' && member.type === 'all_users';
}

export function isSameMember(a: GrantMember, b: GrantMember): boolean {
  return a.type === b.type && (a.id === b.id || a.type === 'all_users' || a.type === 'project_users');
}

/** The id by which a grant of the same role to the same member is known already. */
export function idOf(grants: readonly Grant[], { role, member }: GrantInput): string | undefined {
  return grants.find((known) => known.role === role && isSameMember(known.member, member))?.id;
}

async function newGrant(
  core: Core,
  bucket: BucketName,
  id: string,
  { role, member }: GrantInput,
): Promise<Grant> {
  const { projectId } = (await openBucket(core, bucket)).record;
  return { id, role, ...(await admitMember(core, projectId, member)) };
}

function requireGrant(grants: readonly Grant[], id: string): Grant {
  const grant = grants.find((one) => one.id === id);
  if (grant === undefined) throw new CoreError('NoSuchGrant', { grant: id.slice(0, 100) });
  return grant;
}

/**
 * `others` without a grant of the same to somebody who has left the project since, which speaks for nobody.
 * @throws CoreError Duplicate where one speaks
 */
function withoutTwin(others: readonly Grant[], { role, member, outsider = false }: Grant): readonly Grant[] {
  const isTwin = (other: Grant) => other.role === role && isSameMember(other.member, member);
  const twin = others.find((other) => isTwin(other) && (other.outsider === true || !outsider));
  if (twin === undefined) return others.filter((other) => !isTwin(other));
  throw new CoreError('Duplicate', {
    what: 'role grant',
    name: `${role} ${member.type} ${member.id}`.trim(),
  });
}
