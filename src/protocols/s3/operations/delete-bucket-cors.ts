/** DeleteBucketCors. */
import { writeCors } from '../../../core/buckets/cors.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const deleteBucketCorsOperation = s3Operation({
  name: 'DeleteBucketCors',
  route: { method: 'DELETE', scope: 'bucket', query: ['cors'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: ({ core, input }) => writeCors(core, input.bucket, []),
  reply: () => ({ status: 204 }),
});
