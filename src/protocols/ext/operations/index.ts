/** The table of the Extension's operations. */
import type { ExtOperation } from '../request.ts';
import { createBucketOperation } from './create-bucket.ts';
import { deleteBucketOperation } from './delete-bucket.ts';
import { deleteBucketLifecycle } from './delete-bucket-lifecycle-configuration.ts';
import { getBucketLifecycle } from './get-bucket-lifecycle-configuration.ts';
import { getBucketMeta } from './get-bucket-meta.ts';
import { listBucketsOperation } from './list-buckets.ts';
import { putBucketLifecycle } from './put-bucket-lifecycle-configuration.ts';

export const operations: readonly ExtOperation[] = [
  createBucketOperation,
  deleteBucketOperation,
  getBucketMeta,
  listBucketsOperation,
  putBucketLifecycle,
  getBucketLifecycle,
  deleteBucketLifecycle,
];
