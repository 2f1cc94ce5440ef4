/** The table of the Extension's operations. */
import type { ExtOperation } from '../request.ts';
import { addBucketPolicy } from './add-bucket-policy.ts';
import { createBucketOperation } from './create-bucket.ts';
import { deleteBucketOperation } from './delete-bucket.ts';
import { deleteBucketLifecycle } from './delete-bucket-lifecycle-configuration.ts';
import { deleteBucketPolicy } from './delete-bucket-policy.ts';
import { getBucketCors } from './get-bucket-cors.ts';
import { getBucketLifecycle } from './get-bucket-lifecycle-configuration.ts';
import { getBucketMeta } from './get-bucket-meta.ts';
import { getBucketPolicy } from './get-bucket-policy.ts';
import { listBucketPolicies } from './list-bucket-policies.ts';
import { listBucketsOperation } from './list-buckets.ts';
import { putBucketCors } from './put-bucket-cors.ts';
import { putBucketLifecycle } from './put-bucket-lifecycle-configuration.ts';
import { putBucketPolicy } from './put-bucket-policy.ts';
import { updateBucketAcl } from './update-bucket-acl.ts';

export const operations: readonly ExtOperation[] = [
  createBucketOperation,
  deleteBucketOperation,
  getBucketMeta,
  listBucketsOperation,
  putBucketLifecycle,
  getBucketLifecycle,
  deleteBucketLifecycle,
  updateBucketAcl,
  putBucketCors,
  getBucketCors,
  listBucketPolicies,
  addBucketPolicy,
  getBucketPolicy,
  putBucketPolicy,
  deleteBucketPolicy,
];
