/** Makes buckets: names are unique across the whole service. */
import { newId } from '../../base/clock.ts';
import { authorizeOnNew } from '../access/authorize.ts';
import type { Role } from '../access/roles.ts';
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { newBucketEncryption } from '../crypt/keys.ts';
import { CoreError, isCoreError } from '../errors.ts';
import { projectFormat } from '../identity/codecs.ts';
import { projectKey } from '../identity/keys.ts';
import type { ProjectRecord } from '../identity/records.ts';
import { readStored, type Stored } from '../identity/stored.ts';
import type { BucketRecord, BucketType, Grant, GrantMember, KosLabels } from '../model/bucket-records.ts';
import { bucketFormat, bucketIndexFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey, bucketNameKey, projectBucketKey, projectBucketsKey } from '../model/keys.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import type { Metadata } from '../model/object-records.ts';
import { type BucketInfo, bucketInfo } from './buckets.ts';
import { openBucket } from './lookup.ts';
import { sealTempUrlKeys } from './temp-url-keys.ts';
import { applied, type BucketChange } from './update.ts';

export interface CreateBucketInput {
  readonly name: BucketName;
  /** The project that will own it; the actor's own when absent. */
  readonly project?: ProjectId;
  readonly metadata?: Metadata;
  /** The standard type when absent. */
  readonly type?: BucketType;
  /** True: everything in it is encrypted. */
  readonly encrypted?: boolean;
  /** What Krutrim's API says of it. */
  readonly kos?: KosLabels;
  /** What access to it is to be, beside the grants every bucket begins with, and what else is to be so from the beginning. */
  readonly access?: (bucket: BucketRecord) => BucketChange;
}

/** @throws CoreError BucketExists, NoSuchProject; AccessDenied for others to be let in, where a policy denies that; InvalidArgument when neither the input nor the actor names a project */
export async function createBucket(
  core: Core,
  actor: UserActor,
  input: CreateBucketInput,
): Promise<BucketInfo> {
  const projectId = input.project ?? actor.projectId;
  if (projectId === undefined) {
    throw new CoreError('InvalidArgument', { what: 'project', reason: 'a bucket needs one' });
  }
  return committing('bucket', async () => {
    await refuseExisting(core, actor, projectId, input.name);
    const project = await openForBuckets(core, projectId);
    const made = newBucket(core, actor, projectId, input);
    const record = input.access === undefined ? made : applied(made, input.access(made));
    // Its maker may; but what a policy denies is not to be had by making a bucket anew.
    if (isShared(record, made)) await authorizeOnNew(core, actor, 'storage.buckets.setIamPolicy', record);
    await new Draft(core)
      .check(bucketKey(record.name), undefined)
      // No bucket appears in a project that is being deleted (`deleteProject`).
      .check(project.key, project.version)
      .put(bucketKey(record.name), bucketFormat.encode(record))
      .put(projectBucketKey(projectId, record.name), bucketIndexFormat.encode({ id: record.id }))
      .put(bucketNameKey(record.id), Buffer.from(record.name))
      .add(projectBucketsKey(projectId), 1)
      .commit();
    return bucketInfo(record, 0n, 0n);
  });
}

/** Whether more people reach `record` than reach a bucket by itself. */
function isShared({ grants, readAcl, writeAcl }: BucketRecord, made: BucketRecord): boolean {
  return readAcl !== undefined || writeAcl !== undefined || grants.some((one) => !made.grants.includes(one));
}

/** A project that takes new buckets. @throws CoreError NoSuchProject when it is absent or disabled */
async function openForBuckets(core: Core, project: ProjectId): Promise<Stored<ProjectRecord>> {
  const stored = await readStored(core.meta, projectFormat, projectKey(project));
  if (stored?.record.enabled !== true) throw new CoreError('NoSuchProject', { project });
  return stored;
}

async function refuseExisting(
  core: Core,
  actor: UserActor,
  project: ProjectId,
  bucket: BucketName,
): Promise<void> {
  try {
    const { record } = await openBucket(core, bucket);
    const sameProject = record.projectId === project;
    throw new CoreError('BucketExists', {
      bucket,
      sameProject,
      sameOwner: record.ownerId === actor.userId,
    });
  } catch (error) {
    if (!isCoreError(error, 'NoSuchBucket')) throw error;
  }
}

function newBucket(
  core: Core,
  actor: UserActor,
  projectId: ProjectId,
  { name, metadata = {}, type, encrypted = false, kos }: CreateBucketInput,
): BucketRecord {
  const now = core.clock();
  const id = newId(core.random);
  const grant = (role: Role, member: GrantMember): Grant => ({ id: newId(core.random), role, member });
  return {
    name,
    id,
    projectId,
    ownerId: actor.userId,
    createdAt: now,
    modifiedAt: now,
    state: 'active',
    // DESIGN 12, "Access": what a new bucket grants.
    grants: [
      grant('storage.owner', { type: actor.userKind, id: actor.userId }),
      grant('storage.editor', { type: 'role_group', id: 'project-member' }),
      grant('storage.viewer', { type: 'role_group', id: 'project-reader' }),
    ],
    metadata: sealTempUrlKeys(core, metadata),
    storageClass: 'STANDARD',
    hasLifecycle: false,
    ...(type === undefined ? {} : { type }),
    ...(kos === undefined ? {} : { kos }),
    ...(encrypted && { encryption: newBucketEncryption(core, id, true) }),
  };
}
