/**
 * Owns what all S3 operations have in common: the view they parse, and the check of `x-amz-expected-bucket-owner` before any
 * of them runs. Refuses knowing any single operation.
 */
import { getBucket } from '../../core/buckets/get.ts';
import type { Core } from '../../core/core.ts';
import type { BucketName, NameLimits } from '../../core/model/names.ts';
import { type AnyOperation, operationsFor } from '../operation.ts';
import { bucketOf } from './address.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';
import type { S3Route } from './routes.ts';

/** A request as operations see it: its address, and the limits that names in it must keep. */
export interface S3Request extends S3View {
  readonly limits: NameLimits;
}

export type S3Operation = AnyOperation<S3Request, S3Route>;

/** The maker of S3's operations. */
export const s3Operation = operationsFor<S3Request, S3Route>((core, view) => {
  const owner = view.request.header('x-amz-expected-bucket-owner');
  if (owner === undefined || view.bucket === undefined) return undefined;
  return requireOwner(core, bucketOf(view), owner);
});

/** An account is a project here, but clients are also shown the owner's user id: both are right. @throws S3Error AccessDenied */
export async function requireOwner(core: Core, bucket: BucketName, owner: string): Promise<void> {
  const { projectId, ownerId } = await getBucket(core, bucket);
  if (owner !== projectId && owner !== ownerId) throw s3Error('AccessDenied');
}
