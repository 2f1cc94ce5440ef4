/** PutBucketEncryption: what is written from now on is encrypted. */
import { setBucketEncryption } from '../../../core/buckets/encryption.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { checkBucketEncryption } from '../documents/bucket-encryption.ts';
import { xmlBody } from '../documents/read-document.ts';

export const putBucketEncryptionOperation = s3Operation({
  name: 'PutBucketEncryption',
  route: { method: 'PUT', scope: 'bucket', query: ['encryption'] },
  body: xmlBody(64 * 1024, checkBucketEncryption),
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, input: { bucket } }) => setBucketEncryption(core, bucket, true),
  reply: () => ({ status: 200 }),
});
