/**
 * The S3 ACL of a bucket: the part of its grants that S3's five permissions can express. Roles of the project's members are no part of
 * it and stay as they are, but for `private`, which leaves the owner alone (DESIGN 12, "Access").
 */
import { newId } from '../../base/clock.ts';
import { type Admitted, admitUser } from '../access/members.ts';
import type { Role } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord, Grant } from '../model/bucket-records.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import type { BucketInfo } from './buckets.ts';
import { idOf, isSameMember } from './grants.ts';
import { openBucket } from './lookup.ts';
import { type BucketChange, updateBucket } from './update.ts';

/** The roles that S3's permissions give. */
export const aclRoles = [
  'storage.admin',
  'storage.objectReader',
  'storage.objectCreator',
  'storage.policyReader',
  'storage.policyWriter',
] as const satisfies readonly Role[];
export type AclRole = (typeof aclRoles)[number];

/** `user`: the id of a user or service account, as sent. */
export type Grantee = { readonly user: string } | 'all_users' | 'project_users';

export interface AclEntry {
  readonly role: AclRole;
  readonly grantee: Grantee;
}

/** `private` takes everything back; entries take the place of the ACL's part of the grants. */
export type AclChange = 'private' | readonly AclEntry[];

/** @throws CoreError NoSuchBucket, InvalidArgument for an unknown user, LastAdmin, Busy */
export async function setAcl(core: Core, bucket: BucketName, change: AclChange): Promise<BucketInfo> {
  const { projectId } = (await openBucket(core, bucket)).record;
  return updateBucket(core, bucket, await prepareAcl(core, projectId, change));
}

/** What `change` does to a bucket of `project`. @throws CoreError InvalidArgument for an unknown user */
export async function prepareAcl(
  core: Core,
  project: ProjectId,
  change: AclChange,
): Promise<(bucket: BucketRecord) => BucketChange> {
  if (change === 'private') {
    return ({ grants }) => ({
      grants: grants.filter(isOwners),
      publicAddresses: undefined,
      readAcl: undefined,
      writeAcl: undefined,
    });
  }
  const wanted: Omit<Grant, 'id'>[] = [];
  for (const { role, grantee } of change) {
    wanted.push({ role, ...(await admit(core, project, grantee)) });
  }
  return ({ grants }) => ({ grants: withAcl(core, grants, wanted) });
}

/** The grants that S3's ACL shows, the owner's first. */
export function aclOf({ grants }: Pick<BucketRecord, 'grants'>): readonly Grant[] {
  return [...grants.filter(isOwners), ...grants.filter(isAclPart)];
}

async function admit(core: Core, project: ProjectId, grantee: Grantee): Promise<Admitted> {
  if (typeof grantee === 'string') return { member: { type: grantee, id: '' } };
  const admitted = await admitUser(core, project, grantee.user);
  if (admitted !== undefined) return admitted;
  throw new CoreError('InvalidArgument', { what: 'grantee', reason: 'is no user' });
}

/** Grants that stay as they were keep their ids; what the owner may anyway is not written down twice. */
function withAcl(core: Core, grants: readonly Grant[], wanted: readonly Omit<Grant, 'id'>[]): Grant[] {
  const kept = grants.filter((grant) => !isAclPart(grant));
  const owners = grants.filter(isOwners);
  for (const { role, member, outsider } of wanted) {
    const isWanted = (one: Grant) => one.role === role && isSameMember(one.member, member);
    if (owners.some((owner) => isSameMember(owner.member, member)) || kept.some(isWanted)) continue;
    const id = idOf(grants, { role, member }) ?? newId(core.random);
    kept.push({ id, role, member, ...(outsider && { outsider }) });
  }
  return kept;
}

function isOwners({ role }: Grant): boolean {
  return role === 'storage.owner';
}

function isAclPart({ role, member }: Grant): boolean {
  return aclRoles.some((one) => one === role) && member.type !== 'role_group' && member.type !== 'group';
}
