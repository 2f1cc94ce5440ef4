/** HeadBucket: whether a bucket is there and readable for the caller. */
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const headBucketOperation = s3Operation({
  name: 'HeadBucket',
  route: { method: 'HEAD', scope: 'bucket' },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.objects.list', bucket }],
  run: async ({ core }) => core.settings.region,
  reply: (region) => ({
    status: 200,
    headers: {
      'Content-Type': 'application/xml',
      'x-amz-bucket-region': region,
      'x-amz-access-point-alias': 'false',
    },
  }),
});
