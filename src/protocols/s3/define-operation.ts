/**
 * Owns what all S3 operations have in common: the view they parse, and the check of `x-amz-expected-bucket-owner` before any
 * of them runs. Refuses knowing any single operation.
 */
import { getBucket } from '../../core/buckets/get.ts';
import type { Core } from '../../core/core.ts';
import type { BucketName, NameLimits } from '../../core/model/names.ts';
import { type AnyOperation, type Operation, operationsFor } from '../operation.ts';
import { bucketOf } from './address.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';
import type { S3Route } from './routes.ts';

/** A request as operations see it: its address, and the limits that names in it must keep. */
export interface S3Request extends S3View {
  readonly limits: NameLimits;
}

export type S3Operation = AnyOperation<S3Request, S3Route>;

const define = operationsFor<S3Request, S3Route>();

/** The maker of S3's operations. */
export function s3Operation<Input, Body, Output>(
  literal: Operation<S3Request, S3Route, Input, Body, Output>,
): S3Operation {
  const { authorize } = literal;
  return define({
    ...literal,
    parse: (view) => ({ own: literal.parse(view), expected: expectedOwnerOf(view) }),
    authorize: typeof authorize === 'function' ? ({ own }, actor) => authorize(own, actor) : authorize,
    run: async ({ input: { own, expected }, ...rest }) => {
      if (expected !== undefined) await requireOwner(rest.core, expected.bucket, expected.owner);
      return literal.run({ ...rest, input: own });
    },
    reply: (output, { own }, view) => literal.reply(output, own, view),
  });
}

function expectedOwnerOf(view: S3Request): { bucket: BucketName; owner: string } | undefined {
  const owner = view.request.header('x-amz-expected-bucket-owner');
  return owner === undefined || view.bucket === undefined ? undefined : { bucket: bucketOf(view), owner };
}

/** An account is a project here, but clients are also shown the owner's user id: both are right. @throws S3Error AccessDenied */
export async function requireOwner(core: Core, bucket: BucketName, owner: string): Promise<void> {
  const { projectId, ownerId } = await getBucket(core, bucket);
  if (owner !== projectId && owner !== ownerId) throw s3Error('AccessDenied');
}
