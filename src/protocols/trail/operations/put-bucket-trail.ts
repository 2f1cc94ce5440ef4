/** PutBucketTrail: which reads of a bucket's objects are recorded, from the next request on. */
import { json } from '../../../base/http/reply.ts';
import { updateBucket } from '../../../core/buckets/update.ts';
import { bucketDocument, bucketSchema } from '../bucket-document.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';

export const putBucketTrail = operation({
  name: 'PutBucketTrail',
  route: { methods: ['PUT'], path: '/trail/v1/buckets/:name' },
  body: jsonBody(bucketSchema),
  parse(view) {
    requireJson(view);
    return bucketOf(view);
  },
  authorize: (bucket) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: ({ core, input, body: { objectReads } }) =>
    updateBucket(core, input, () => ({ objectReads: objectReads === 'service' ? undefined : objectReads })),
  reply: (bucket) => json(200, bucketDocument(bucket)),
});
