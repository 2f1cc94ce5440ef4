/** Every operation of this door. */
import type { KosOperation } from '../request.ts';
import { createBucket } from './create-bucket.ts';
import { deleteBucket } from './delete-bucket.ts';
import { getBucket } from './get-bucket.ts';
import { listBuckets } from './list-buckets.ts';
import { updateBucket } from './update-bucket.ts';

export const operations: readonly KosOperation[] = [
  listBuckets,
  createBucket,
  getBucket,
  updateBucket,
  deleteBucket,
];
