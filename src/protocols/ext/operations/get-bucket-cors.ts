/** GetBucketCors: GET /v1_ext/bucket/{name}/cors (reference 5.6); the empty list when there are no rules. */
import { json } from '../../../base/http/reply.ts';
import { readCors } from '../../../core/buckets/cors.ts';
import { noBody } from '../../operation.ts';
import { corsDocument } from '../cors-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucketCors = operation({
  name: 'GetBucketCors',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket/:name/cors' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: ({ core, input }) => readCors(core, input),
  reply: (rules) => json(200, corsDocument(rules)),
});
