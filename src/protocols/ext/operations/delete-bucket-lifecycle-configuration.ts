/** DeleteBucketLifecycleConfiguration: DELETE /v1_ext/bucket/{name}/lifecycle. 200 here, where S3 has 204 (C23); also without a document. */
import { deleteLifecycle } from '../../../core/lifecycle/document.ts';
import { noBody } from '../../operation.ts';
import { bucketOf, operation } from '../request.ts';

export const deleteBucketLifecycle = operation({
  name: 'DeleteBucketLifecycleConfiguration',
  route: { methods: ['DELETE'], path: '/v1_ext/bucket/:name/lifecycle' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input }) => deleteLifecycle(core, actor, input),
  reply: () => ({ status: 200, body: '' }),
});
