/** ListBuckets: GET /kos/v1/buckets (reference 10.2), the account's buckets by name: in pages, or whole as the SDKs read them. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import type { BucketInfo } from '../../../core/buckets/buckets.ts';
import { listAllBuckets } from '../../../core/buckets/list.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { noBody } from '../../operation.ts';
import { bucketDocument, bucketSchema } from '../bucket-document.ts';
import { bucketPageSchema, pageOf, readBucketQuery } from '../bucket-list.ts';
import { accountOf, inAccount, operation } from '../request.ts';

export const listBuckets = operation({
  name: 'ListBuckets',
  route: { methods: ['GET'], path: '/kos/v1/buckets' },
  document: {
    summary: 'The buckets of the account',
    query: Type.Object({
      page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
      page_size: Type.Optional(
        Type.Integer({ minimum: 1, default: 20, description: 'more than 100 count as 100' }),
      ),
      name_filter: Type.Optional(Type.String({ description: 'a part of the name' })),
      refresh: Type.Optional(
        Type.Boolean({ default: false, description: 'figures are always of this moment' }),
      ),
    }),
    success: {
      status: 200,
      schema: Type.Union([
        bucketPageSchema,
        Type.Array(bucketSchema, {
          description: 'for a request with x-region-id and neither page nor page_size',
        }),
      ]),
    },
    refusals: [400, 403],
  },
  body: noBody,
  parse: (view) => ({ account: accountOf(view), ...readBucketQuery(view.request) }),
  authorize: ({ account }) => inAccount('storage.buckets.list', account),
  run: async ({ core, input: { account, nameFilter } }) => {
    const [all, accountNumber] = await Promise.all([
      listAllBuckets(core, { project: account }),
      accountNumberOf(core, account),
    ]);
    return { buckets: all.filter(({ name }) => name.includes(nameFilter)), accountNumber };
  },
  reply: ({ buckets, accountNumber }, { paging }, view) => {
    const print = (some: readonly BucketInfo[]) =>
      some.map((bucket) => bucketDocument(bucket, { accountNumber }, view));
    return json(200, paging === undefined ? print(buckets) : pageOf(buckets, paging, print));
  },
});
