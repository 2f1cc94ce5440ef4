/** PutBucketVersioning: on, or suspended. */
import { putVersioning } from '../../../core/buckets/versioning.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlBody } from '../documents/read-document.ts';
import { readVersioning } from '../documents/versioning-configuration.ts';

export const putBucketVersioningOperation = s3Operation({
  name: 'PutBucketVersioning',
  route: { method: 'PUT', scope: 'bucket', query: ['versioning'] },
  body: xmlBody(64 * 1024, readVersioning),
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input: { bucket }, body: versioning }) =>
    putVersioning(core, actor, { bucket, versioning }),
  reply: () => ({ status: 200 }),
});
