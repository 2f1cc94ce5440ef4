/** Every operation of this door. */
import type { KosOperation } from '../request.ts';
import { createAccessKey } from './create-access-key.ts';
import { createBucket } from './create-bucket.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { deleteAllAccessKeys } from './delete-all-access-keys.ts';
import { deleteBucket } from './delete-bucket.ts';
import { getBucket } from './get-bucket.ts';
import { listAccessKeys } from './list-access-keys.ts';
import { listBuckets } from './list-buckets.ts';
import { updateBucket } from './update-bucket.ts';

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
];
