/** DeleteBucketEncryption: what is written from now on is encrypted only where the writer asks for it. */
import { setBucketEncryption } from '../../../core/buckets/encryption.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const deleteBucketEncryptionOperation = s3Operation({
  name: 'DeleteBucketEncryption',
  route: { method: 'DELETE', scope: 'bucket', query: ['encryption'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, input: { bucket } }) => setBucketEncryption(core, bucket, false),
  reply: () => ({ status: 204 }),
});
