/** GetBucketEncryption. */
import { getBucket } from '../../../core/buckets/get.ts';
import { encryptsAll } from '../../../core/crypt/keys.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { bucketEncryptionReply } from '../documents/bucket-encryption.ts';
import { s3Error } from '../errors.ts';

export const getBucketEncryptionOperation = s3Operation({
  name: 'GetBucketEncryption',
  route: { method: 'GET', scope: 'bucket', query: ['encryption'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.get', bucket }],
  run: async ({ core, input: { bucket } }) => {
    if (encryptsAll(await getBucket(core, bucket))) return;
    throw s3Error('ServerSideEncryptionConfigurationNotFoundError');
  },
  reply: bucketEncryptionReply,
});
