/**
 * Swift's container ACLs of a bucket. What a grant can express is a grant, so that every door sees and changes it; what is left is kept
 * beside them, element by element (`access/container-acl.ts`).
 */
import { newId } from '../../base/clock.ts';
import { admitUser } from '../access/members.ts';
import type { Core } from '../core.ts';
import type { BucketRecord, Grant, GrantMember } from '../model/bucket-records.ts';
import type { ProjectId } from '../model/names.ts';
import { idOf } from './grants.ts';
import type { BucketChange } from './update.ts';

/** Cleaned elements; an empty list takes the ACL away, an absent one leaves it. */
export interface ContainerAclChange {
  readonly read?: readonly string[] | undefined;
  readonly write?: readonly string[] | undefined;
}

export interface ContainerAcl {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Both ACLs as they are now, whoever made the grants. */
export function containerAclOf(bucket: BucketRecord): ContainerAcl {
  const granted = bucket.grants.filter(isReadGrant).flatMap((grant) => elementsOf(grant, bucket.projectId));
  return { read: [...granted, ...(bucket.readAcl ?? [])], write: bucket.writeAcl ?? [] };
}

/** What `change` does to a bucket of `project`; its users are looked up now, so that the answer needs no more reading. */
export async function prepareContainerAcl(
  core: Core,
  project: ProjectId,
  { read, write }: ContainerAclChange,
): Promise<(bucket: BucketRecord) => BucketChange> {
  const split = read === undefined ? undefined : await splitReadAcl(core, project, read);
  const orNothing = (elements: readonly string[]) => (elements.length === 0 ? undefined : elements);
  return ({ grants }) => ({
    ...(split !== undefined && {
      grants: [
        ...grants.filter((grant) => !isReadGrant(grant)),
        // What was granted already keeps its id, by which the Extension knows it.
        ...split.grants.map((wanted) => ({ ...wanted, id: idOf(grants, wanted) ?? newId(core.random) })),
      ],
      readAcl: orNothing(split.kept),
    }),
    ...(write !== undefined && { writeAcl: orNothing(write) }),
  });
}

function isReadGrant({ role, member }: Grant): boolean {
  return role === 'storage.objectReader' && member.type !== 'role_group' && member.type !== 'group';
}

function elementsOf({ member, outsider = false }: Grant, project: ProjectId): readonly string[] {
  if (member.type === 'all_users') return ['.r:*', '.rlistings'];
  if (member.type === 'project_users') return [`${project}:*`];
  return [outsider ? `*:${member.id}` : `${project}:${member.id}`];
}

/** The elements that mean exactly what a grant of `storage.objectReader` means, as grants; all others as they are. */
async function splitReadAcl(
  core: Core,
  project: ProjectId,
  elements: readonly string[],
): Promise<{ grants: readonly Omit<Grant, 'id'>[]; kept: readonly string[] }> {
  const grants: Omit<Grant, 'id'>[] = [];
  const kept: string[] = [];
  const grant = (member: GrantMember, outsider = false) =>
    grants.push({ role: 'storage.objectReader', member, ...(outsider && { outsider }) });
  const toAll =
    elements
      .filter((element) => element.startsWith('.'))
      .sort()
      .join() === '.r:*,.rlistings';
  if (toAll) grant({ type: 'all_users', id: '' });
  for (const element of new Set(elements)) {
    if (element.startsWith('.')) {
      if (!toAll) kept.push(element);
      continue;
    }
    if (element === `${project}:*`) {
      grant({ type: 'project_users', id: '' });
      continue;
    }
    const [, scope, user = ''] = /^([^:]*):([0-9a-f]{32})$/.exec(element) ?? [];
    const admitted = scope === project || scope === '*' ? await admitUser(core, project, user) : undefined;
    if (admitted !== undefined && (admitted.outsider === true) === (scope === '*')) {
      grant(admitted.member, scope === '*');
    } else kept.push(element);
  }
  return { grants, kept };
}
