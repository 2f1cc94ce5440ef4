/** GetBucketTrail: which reads of a bucket's objects are recorded. */
import { json } from '../../../base/http/reply.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { noBody } from '../../operation.ts';
import { bucketDocument } from '../bucket-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucketTrail = operation({
  name: 'GetBucketTrail',
  route: { methods: ['GET', 'HEAD'], path: '/trail/v1/buckets/:name' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: ({ core, input }) => getBucket(core, input),
  reply: (bucket) => json(200, bucketDocument(bucket)),
});
