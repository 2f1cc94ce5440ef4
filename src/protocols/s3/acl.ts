/**
 * Owns how S3 says who may what with a bucket: canned ACLs, grant headers, and the words for permissions and groups. There are no ACLs
 * of objects: theirs are accepted where they say what is the case anyway (reference, sections 1 and 7.1).
 */

import type { Role } from '../../core/access/roles.ts';
import type { AclChange, AclEntry, AclRole, Grantee } from '../../core/buckets/acl.ts';
import type { GrantMember } from '../../core/model/bucket-records.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

export const allUsersUri = 'http://acs.amazonaws.com/groups/global/AllUsers';
/** Here: the users of the bucket's project (DESIGN 12). */
export const authenticatedUsersUri = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';

const rolesByPermission: Readonly<Record<string, AclRole>> = {
  FULL_CONTROL: 'storage.admin',
  READ: 'storage.objectReader',
  WRITE: 'storage.objectCreator',
  READ_ACP: 'storage.policyReader',
  WRITE_ACP: 'storage.policyWriter',
};

const cannedAcls: Readonly<Record<string, AclChange>> = {
  private: 'private',
  'public-read': [{ role: 'storage.objectReader', grantee: 'all_users' }],
  'public-read-write': [
    { role: 'storage.objectReader', grantee: 'all_users' },
    { role: 'storage.objectCreator', grantee: 'all_users' },
  ],
  'authenticated-read': [{ role: 'storage.objectReader', grantee: 'project_users' }],
};

/** Canned ACLs that AWS knows and that have no meaning for a bucket here. */
const unservedCannedAcls = [
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
];

const grantHeaders = 'x-amz-grant-';

/** The change that headers ask for; undefined when none does. @throws S3Error InvalidRequest, InvalidArgument, NotImplemented */
export function aclOfHeaders({ request }: S3View): AclChange | undefined {
  const canned = request.header('x-amz-acl');
  const entries: AclEntry[] = [];
  let granted = false;
  for (const [header, value] of request.headers) {
    if (!header.startsWith(grantHeaders)) continue;
    granted = true;
    const role = roleOfPermission(header.slice(grantHeaders.length));
    if (role === undefined) throw invalid(header, value);
    entries.push(...granteesOf(header, value).map((grantee) => ({ role, grantee })));
  }
  if (canned === undefined) return granted ? entries : undefined;
  if (granted) {
    throw s3Error('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed');
  }
  const change = Object.hasOwn(cannedAcls, canned) ? cannedAcls[canned] : undefined;
  if (change !== undefined) return change;
  if (!unservedCannedAcls.includes(canned)) throw invalid('x-amz-acl', canned);
  throw s3Error('NotImplemented', `The canned ACL ${canned} is not implemented for buckets.`);
}

/** `FULL_CONTROL`, `READ_ACP`, `READ-ACP`, `read-acp`: as documents and headers spell it. Undefined for no permission. */
export function roleOfPermission(text: string): AclRole | undefined {
  const permission = text.toUpperCase().replaceAll('-', '_');
  return Object.hasOwn(rolesByPermission, permission) ? rolesByPermission[permission] : undefined;
}

/** The permission that a role is shown as: an owner has full control. */
export function permissionOfRole(role: Role): string {
  const found = Object.entries(rolesByPermission).find(([, one]) => one === role);
  return found?.[0] ?? 'FULL_CONTROL';
}

/** Undefined for a group that is none of ours. */
export function groupOfUri(uri: string): Grantee | undefined {
  if (uri === allUsersUri) return 'all_users';
  return uri === authenticatedUsersUri ? 'project_users' : undefined;
}

/** The URI of a group; undefined for a member that is a user. */
export function uriOfMember({ type }: GrantMember): string | undefined {
  if (type === 'all_users') return allUsersUri;
  return type === 'project_users' ? authenticatedUsersUri : undefined;
}

/** `id="...", uri="..."`, with or without quotes. */
function granteesOf(header: string, value: string): Grantee[] {
  return value.split(',').map((part) => {
    const [, kind = '', quoted, bare = ''] = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|([^"\s]+))\s*$/.exec(part) ?? [];
    const text = quoted ?? bare;
    const grantee =
      kind.toLowerCase() === 'id' && text !== ''
        ? { user: text }
        : kind.toLowerCase() === 'uri'
          ? groupOfUri(text)
          : undefined;
    if (grantee === undefined) throw invalid(header, value);
    return grantee;
  });
}

function invalid(header: string, value: string) {
  return s3Error('InvalidArgument', undefined, { ArgumentName: header, ArgumentValue: value.slice(0, 300) });
}
