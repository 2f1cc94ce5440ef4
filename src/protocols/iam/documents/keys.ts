/** IAM access keys as application credentials, S3 access keys as EC2 credentials. Secrets appear at creation alone. */

import type { ProjectRole } from '../../../core/access/roles.ts';
import type { IamKeyRecord, S3KeyRecord } from '../../../core/identity/records.ts';
import { microseconds } from './names.ts';
import { roleOfKey } from './roles.ts';

/** `roles`: those of the key's user in the key's project now. `secret` only when it has just been made. */
export function applicationCredential(
  key: IamKeyRecord,
  roles: readonly ProjectRole[],
  publicUrl: string,
  secret?: string,
) {
  return {
    id: key.id,
    name: key.name,
    description: key.description,
    user_id: key.userId,
    project_id: key.projectId,
    system: null,
    expires_at: key.expiresAt === undefined ? null : microseconds(key.expiresAt),
    // Their tokens may make further keys (DESIGN 12, Identity).
    unrestricted: true,
    roles: roles.map(roleOfKey),
    ...(secret === undefined ? {} : { secret }),
    links: { self: `${publicUrl}/identity/v3/users/${key.userId}/application_credentials/${key.id}` },
  };
}

/** `secret` only when it has just been made. */
export function ec2Credential(key: S3KeyRecord, publicUrl: string, secret?: string) {
  return {
    access: key.access,
    ...(secret === undefined ? {} : { secret }),
    user_id: key.userId,
    tenant_id: key.projectId,
    trust_id: null,
    links: { self: `${publicUrl}/identity/v3/users/${key.userId}/credentials/OS-EC2/${key.access}` },
  };
}
