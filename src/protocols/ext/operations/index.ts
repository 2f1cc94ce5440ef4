/** The table of the Extension's operations. */
import type { ExtOperation } from '../request.ts';
import { createBucketOperation } from './create-bucket.ts';
import { deleteBucketOperation } from './delete-bucket.ts';
import { getBucketMeta } from './get-bucket-meta.ts';
import { listBucketsOperation } from './list-buckets.ts';

export const operations: readonly ExtOperation[] = [
  createBucketOperation,
  deleteBucketOperation,
  getBucketMeta,
  listBucketsOperation,
];
