/** DeleteBucketLifecycle: 204, also when there was no document. */
import { deleteLifecycle } from '../../../core/lifecycle/document.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const deleteBucketLifecycleOperation = s3Operation({
  name: 'DeleteBucketLifecycle',
  route: { method: 'DELETE', scope: 'bucket', query: ['lifecycle'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input: { bucket } }) => deleteLifecycle(core, actor, bucket),
  reply: () => ({ status: 204 }),
});
