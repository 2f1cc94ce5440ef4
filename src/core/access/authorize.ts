/** The gate every operation passes: loads what a decision needs, asks `decide`, and refuses in the domain's words. */
import type { Actor } from '../actor.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import { projectFormat } from '../identity/codecs.ts';
import { projectKey } from '../identity/keys.ts';
import { storedAs } from '../identity/stored.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { BucketName, ObjectKey, ProjectId, UserId } from '../model/names.ts';
import { lookAt, type Sight } from '../objects/object-place.ts';
import { denialsElsewhere, policyStatements } from './account-policy.ts';
import { addressStatements } from './address-policy.ts';
import { containerStatements } from './container-acl.ts';
import { type Decision, decide, refusal, type Statement, type Target } from './decide.ts';
import type { BucketAction, ProjectAction, ServiceAction } from './roles.ts';
import { signedAddressStatement } from './signed-address.ts';

export type { Decision };

/**
 * One right an operation needs. For a bucket, `project` is the account named in the path where a protocol has one: a
 * bucket of another project then counts as absent. `prefix` is what the keys of a listing begin with. `service` is the service as a whole.
 */
export type Permission =
  | { action: BucketAction; bucket: BucketName; project?: ProjectId; key?: ObjectKey; prefix?: string }
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
  const { sight, ...facts } = await look(core, actor, permissions);
  for (const permission of permissions) {
    const decision = judge(actor, permission, facts);
    if (!decision.allow) throw denied(actor, permission, decision.reason);
  }
  return sight;
}

/** As `authorize`, for one of many items of a batch: answers instead of throwing AccessDenied. @throws CoreError NoSuchBucket */
export async function may(core: Core, actor: Actor, permission: Permission): Promise<Decision> {
  return judge(actor, permission, await look(core, actor, [permission]));
}

/**
 * The right to `action` on a bucket that is being made, as it is going to be.
 * @throws CoreError AccessDenied
 */
export async function authorizeOnNew(
  core: Core,
  actor: Actor,
  action: BucketAction,
  record: BucketRecord,
): Promise<void> {
  const permission = { action, bucket: record.name };
  const buckets = new Map([[record.name, record]]);
  const policies = await policyStatements(core, actor);
  const decision = judge(actor, permission, { buckets, disabled: new Set(), policies });
  if (!decision.allow) throw denied(actor, permission, decision.reason);
}

/** What decisions are made from. */
interface Facts {
  /** The buckets named, each once; absent ones are left out. */
  readonly buckets: ReadonlyMap<BucketName, BucketRecord>;
  /** Their projects that are disabled: whatever was granted there gives nothing. */
  readonly disabled: ReadonlySet<ProjectId>;
  /** Of the policies attached to who asks; of other projects than that of the proof, what they deny. */
  readonly policies: readonly Statement[];
}

async function look(
  core: Core,
  actor: Actor,
  permissions: readonly Permission[],
): Promise<Facts & { sight: Sight | undefined }> {
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
  const policies = await policyStatements(core, actor);
  const strange = strangeProjects(actor, buckets);
  if (strange.length === 0) return { buckets, disabled: nothing, policies, sight };
  const abroad = await lookAbroad(core, actor, strange);
  return { buckets, disabled: abroad.disabled, policies: [...policies, ...abroad.denials], sight };
}

const nothing: ReadonlySet<ProjectId> = new Set();

/** A proof for a project holds as long as that is enabled, and knows its policies, so only strangers to a bucket's project need the look at it. */
function strangeProjects(actor: Actor, buckets: Facts['buckets']): readonly ProjectId[] {
  const proven = projectOf(actor);
  const strange = new Set<ProjectId>();
  for (const { projectId } of buckets.values()) if (projectId !== proven) strange.add(projectId);
  return [...strange];
}

async function lookAbroad(
  core: Core,
  actor: Actor,
  strange: readonly ProjectId[],
): Promise<Pick<Facts, 'disabled'> & { denials: readonly Statement[] }> {
  const entries = await core.meta.get(strange.map(projectKey));
  const projects = entries.flatMap((entry) => storedAs(projectFormat, entry)?.record ?? []);
  const disabled = projects.filter(({ enabled }) => !enabled).map(({ id }) => id);
  const denials = await Promise.all(projects.map((project) => denialsElsewhere(core, actor, project)));
  return { disabled: new Set(disabled), denials: denials.flat() };
}

/** Of a token, a key or a signed address. */
function projectOf(actor: Actor): ProjectId | undefined {
  return actor.kind === 'user' ? actor.projectId : actor.signed?.project;
}

/** @throws CoreError NoSuchBucket */
function judge(actor: Actor, permission: Permission, { buckets, disabled, policies }: Facts): Decision {
  if (!('bucket' in permission)) return decide(actor, targetOf(permission), { statements: policies });
  const { action, project, key, prefix } = permission;
  const bucket = buckets.get(permission.bucket);
  if (bucket === undefined || (project !== undefined && bucket.projectId !== project)) {
    const mayKnow = project === undefined || projectOf(actor) === project;
    if (mayKnow) throw new CoreError('NoSuchBucket', { bucket: permission.bucket });
    // In the same words as for a bucket that is there: strangers must not learn which it is.
    return refusal(action);
  }
  if (disabled.has(bucket.projectId)) {
    return { allow: false, reason: "the bucket's project is disabled" };
  }
  const target = {
    kind: 'bucket',
    action,
    bucket,
    ...(key === undefined ? {} : { key }),
    ...(prefix === undefined ? {} : { prefix }),
  } as const;
  return decide(actor, target, {
    statements: [
      ...containerStatements(bucket),
      ...addressStatements(bucket),
      ...policies,
      signedAddressStatement,
    ],
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
