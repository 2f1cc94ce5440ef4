/** ListBuckets: GET /v1_ext/bucket (reference 5.3), the buckets of the token's project. */
import { json } from '../../../base/http/reply.ts';
import type { BucketInfo } from '../../../core/buckets/buckets.ts';
import { listBuckets } from '../../../core/buckets/list.ts';
import type { Core } from '../../../core/core.ts';
import type { ProjectId } from '../../../core/model/names.ts';
import { noBody } from '../../operation.ts';
import { simpleBucket } from '../bucket-document.ts';
import { pageOf, parseListQuery } from '../bucket-list.ts';
import { inProject, operation, projectOf } from '../request.ts';

/** The total and the orders other than by name need every bucket; projects have thousands at most. */
async function allBuckets(core: Core, project: ProjectId, prefix: string): Promise<BucketInfo[]> {
  const all: BucketInfo[] = [];
  for (;;) {
    const after = all.at(-1)?.name;
    const page = await listBuckets(core, {
      project,
      prefix,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page.buckets);
    if (!page.truncated || page.buckets.length === 0) return all;
  }
}

export const listBucketsOperation = operation({
  name: 'ListBuckets',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket' },
  body: noBody,
  parse: ({ request }) => parseListQuery(request.query),
  authorize: (_query, actor) => inProject('storage.buckets.list', actor),
  run: async ({ core, actor, input }) =>
    pageOf(await allBuckets(core, projectOf(actor), input.prefix), input),
  reply: ({ total, buckets }, { offset }) =>
    json(200, { totalCount: total, offset, count: buckets.length, items: buckets.map(simpleBucket) }),
});
