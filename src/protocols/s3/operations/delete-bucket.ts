/** DeleteBucket: empty ones only. */
import { deleteBucket } from '../../../core/buckets/delete.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const deleteBucketOperation = s3Operation({
  name: 'DeleteBucket',
  route: { method: 'DELETE', scope: 'bucket' },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.delete', bucket }],
  run: ({ core, input }) => deleteBucket(core, input.bucket),
  reply: () => ({ status: 204 }),
});
