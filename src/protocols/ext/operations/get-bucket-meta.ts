/** GetBucketMeta: GET and HEAD /v1_ext/bucket/{name} (reference 5.2); the two documented calls for it are one request (C8). */
import { json } from '../../../base/http/reply.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { noBody } from '../../operation.ts';
import { bucketDetail, metadataHeaders } from '../bucket-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucketMeta = operation({
  name: 'GetBucketMeta',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket/:name' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.get', bucket }],
  run: ({ core, input }) => getBucket(core, input),
  reply: (bucket) => json(200, bucketDetail(bucket), metadataHeaders(bucket)),
});
