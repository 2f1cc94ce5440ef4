/** The gate every operation passes: loads what a decision needs, asks `decide`, and refuses in the domain's words. */
import type { Actor } from '../actor.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import type { BucketName, ObjectKey, ProjectId, UserId } from '../model/names.ts';
import type { BucketRecord } from '../model/records.ts';
import { lookAt, type Sight } from '../objects/object-place.ts';
import { containerStatements } from './container-acl.ts';
import { type Decision, decide, refusal, type Target } from './decide.ts';
import type { BucketAction, ProjectAction, ServiceAction } from './roles.ts';
import { signedAddressStatement } from './signed-address.ts';

export type { Decision };

/**
 * One right an operation needs. For a bucket, `project` is the account named in the path where a protocol has one: a
 * bucket of another project then counts as absent. `service` is the service as a whole.
 */
export type Permission =
  | { action: BucketAction; bucket: BucketName; project?: ProjectId; key?: ObjectKey }
  | { action: ProjectAction; project: ProjectId }
  | { action: ProjectAction; user: UserId }
  | { action: ServiceAction; service: true };

/**
 * Answers what it has read of an object that a permission names, so that the use case need not read it again.
 * @throws CoreError AccessDenied; NoSuchBucket when a bucket is absent (for another project's account path: AccessDenied,
 * so that foreign names cannot be probed).
 */
export async function authorize(
  core: Core,
  actor: Actor,
  permissions: readonly Permission[],
): Promise<Sight | undefined> {
  const { buckets, sight } = await look(core, permissions);
  for (const permission of permissions) {
    const decision = judge(actor, permission, buckets);
    if (!decision.allow) throw denied(actor, permission, decision.reason);
  }
  return sight;
}

/** As `authorize`, for one of many items of a batch: answers instead of throwing AccessDenied. @throws CoreError NoSuchBucket */
export async function may(core: Core, actor: Actor, permission: Permission): Promise<Decision> {
  const { buckets } = await look(core, [permission]);
  return judge(actor, permission, buckets);
}

type Buckets = ReadonlyMap<BucketName, BucketRecord>;

/** The buckets named, each once; absent ones are left out. */
async function look(
  core: Core,
  permissions: readonly Permission[],
): Promise<{ buckets: Buckets; sight: Sight | undefined }> {
  const buckets = new Map<BucketName, BucketRecord>();
  let sight: Sight | undefined;
  for (const permission of permissions) {
    if (!('bucket' in permission) || buckets.has(permission.bucket)) continue;
    const { bucket, key } = permission;
    try {
      if (key === undefined) {
        buckets.set(bucket, (await openBucket(core, bucket)).record);
      } else {
        sight = await lookAt(core, { bucket, key });
        buckets.set(bucket, sight.opened.bucket.record);
      }
    } catch (error) {
      if (!isCoreError(error, 'NoSuchBucket')) throw error;
    }
  }
  return { buckets, sight };
}

/** @throws CoreError NoSuchBucket */
function judge(actor: Actor, permission: Permission, buckets: Buckets): Decision {
  if (!('bucket' in permission)) return decide(actor, targetOf(permission));
  const { action, project, key } = permission;
  const bucket = buckets.get(permission.bucket);
  if (bucket === undefined || (project !== undefined && bucket.projectId !== project)) {
    const mayKnow =
      project === undefined || (actor.kind === 'user' ? actor.projectId : actor.signed?.project) === project;
    if (mayKnow) throw new CoreError('NoSuchBucket', { bucket: permission.bucket });
    // In the same words as for a bucket that is there: strangers must not learn which it is.
    return refusal(action);
  }
  const target = { kind: 'bucket', action, bucket, ...(key === undefined ? {} : { key }) } as const;
  return decide(actor, target, {
    statements: [...containerStatements(bucket), signedAddressStatement],
  });
}

function targetOf(permission: Exclude<Permission, { bucket: BucketName }>): Target {
  if ('project' in permission) return { kind: 'project', ...permission };
  if ('user' in permission) return { kind: 'user', ...permission };
  return { kind: 'service', action: permission.action };
}

function denied(actor: Actor, permission: Permission, reason: string): CoreError {
  return new CoreError('AccessDenied', {
    action: permission.action,
    resource: resourceName(permission),
    anonymous: actor.kind === 'anonymous',
    reason,
  });
}

function resourceName(permission: Permission): string {
  if ('bucket' in permission) {
    return permission.key === undefined ? permission.bucket : `${permission.bucket}/${permission.key}`;
  }
  if ('project' in permission) return `project ${permission.project}`;
  return 'user' in permission ? `user ${permission.user}` : 'service';
}
