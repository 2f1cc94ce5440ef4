/** DeleteBucket: DELETE /v1_ext/bucket/{name} (reference 5.5). Only an empty bucket goes; unfinished uploads go with it. */
import { deleteBucket } from '../../../core/buckets/delete.ts';
import { noBody } from '../../operation.ts';
import { bucketOf, operation } from '../request.ts';

export const deleteBucketOperation = operation({
  name: 'DeleteBucket',
  route: { methods: ['DELETE'], path: '/v1_ext/bucket/:name' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.delete', bucket }],
  run: ({ core, input }) => deleteBucket(core, input),
  reply: () => ({ status: 204 }),
});
