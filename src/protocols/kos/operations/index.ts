/** Every operation of this door. */
import type { KosOperation } from '../request.ts';
import { activateSession } from './activate-session.ts';
import { attachPolicies } from './attach-policies.ts';
import { createAccessKey } from './create-access-key.ts';
import { createBucket } from './create-bucket.ts';
import { createBucketPolicy } from './create-bucket-policy.ts';
import { createLifecycleRule } from './create-lifecycle-rule.ts';
import { createPolicy } from './create-policy.ts';
import { deactivateSession } from './deactivate-session.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { deleteAllAccessKeys } from './delete-all-access-keys.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteBucketPolicy } from './delete-bucket-policy.ts';
import { deleteLifecycleRule } from './delete-lifecycle-rule.ts';
import { deleteObject } from './delete-object.ts';
import { deletePolicy } from './delete-policy.ts';
import { detachPolicies } from './detach-policies.ts';
import { downloadObject } from './download-object.ts';
import { getBucket } from './get-bucket.ts';
import { getBucketPolicy } from './get-bucket-policy.ts';
import { getLifecycleRule } from './get-lifecycle-rule.ts';
import { getNewestPolicy } from './get-newest-policy.ts';
import { getObjectMetadata } from './get-object-metadata.ts';
import { getPolicy } from './get-policy.ts';
import { getSessionStatus } from './get-session-status.ts';
import { listAccessKeys } from './list-access-keys.ts';
import { listBuckets } from './list-buckets.ts';
import { listLifecycleRules } from './list-lifecycle-rules.ts';
import { listObjects } from './list-objects.ts';
import { moveObject } from './move-object.ts';
import { refreshSession } from './refresh-session.ts';
import { renameObject } from './rename-object.ts';
import { updateBucket } from './update-bucket.ts';
import { updateBucketPolicy } from './update-bucket-policy.ts';
import { updateLifecycleRule } from './update-lifecycle-rule.ts';
import { updatePolicy } from './update-policy.ts';
import { uploadObject } from './upload-object.ts';

export const operations: readonly KosOperation[] = [
  listBuckets,
  createBucket,
  getBucket,
  updateBucket,
  deleteBucket,
  listAccessKeys,
  createAccessKey,
  deleteAccessKey,
  deleteAllAccessKeys,
  getBucketPolicy,
  createBucketPolicy,
  updateBucketPolicy,
  deleteBucketPolicy,
  listLifecycleRules,
  createLifecycleRule,
  getLifecycleRule,
  updateLifecycleRule,
  deleteLifecycleRule,
  activateSession,
  refreshSession,
  getSessionStatus,
  deactivateSession,
  listObjects,
  uploadObject,
  downloadObject,
  getObjectMetadata,
  deleteObject,
  moveObject,
  renameObject,
  getNewestPolicy,
  createPolicy,
  attachPolicies,
  detachPolicies,
  getPolicy,
  updatePolicy,
  deletePolicy,
];
