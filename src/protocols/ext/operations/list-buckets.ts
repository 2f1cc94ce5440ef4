/** ListBuckets: GET /v1_ext/bucket (reference 5.3), the buckets of the token's project. */
import { json } from '../../../base/http/reply.ts';
import { listAllBuckets } from '../../../core/buckets/list.ts';
import { noBody } from '../../operation.ts';
import { simpleBucket } from '../bucket-document.ts';
import { pageOf, parseListQuery } from '../bucket-list.ts';
import { inProject, operation, projectOf } from '../request.ts';

export const listBucketsOperation = operation({
  name: 'ListBuckets',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket' },
  body: noBody,
  parse: ({ request }) => parseListQuery(request.query),
  authorize: (_query, actor) => inProject('storage.buckets.list', actor),
  run: async ({ core, actor, input }) =>
    // The total and the orders other than by name need every bucket.
    pageOf(await listAllBuckets(core, { project: projectOf(actor), prefix: input.prefix }), input),
  reply: ({ total, buckets }, { offset }) =>
    json(200, { totalCount: total, offset, count: buckets.length, items: buckets.map(simpleBucket) }),
});
