/** GetBucketVersioning. */
import { getVersioning } from '../../../core/buckets/versioning.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { versioningReply } from '../documents/versioning-configuration.ts';

export const getBucketVersioningOperation = s3Operation({
  name: 'GetBucketVersioning',
  route: { method: 'GET', scope: 'bucket', query: ['versioning'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.get', bucket }],
  run: ({ core, input: { bucket } }) => getVersioning(core, bucket),
  reply: versioningReply,
});
