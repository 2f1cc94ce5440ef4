/** PutBucketVersioning: on, or suspended; and MFA delete, which asks for `x-amz-mfa`. */
import { putVersioning } from '../../../core/buckets/versioning.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlBody } from '../documents/read-document.ts';
import { readVersioning } from '../documents/versioning-configuration.ts';
import { factorOf, readMfa } from '../mfa-header.ts';

export const putBucketVersioningOperation = s3Operation({
  name: 'PutBucketVersioning',
  route: { method: 'PUT', scope: 'bucket', query: ['versioning'] },
  body: xmlBody(64 * 1024, readVersioning),
  parse: (view) => ({ bucket: bucketOf(view), mfa: readMfa(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input: { bucket, mfa }, body }) =>
    putVersioning(core, actor, { bucket, ...body, factor: factorOf(core, actor, mfa) }),
  reply: () => ({ status: 200 }),
});
