/** GetBucket: GET /kos/v1/buckets/{bucketId} (reference 10.2). */
import { json } from '../../../base/http/reply.ts';
import { getBucket as get } from '../../../core/buckets/get.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { noBody } from '../../operation.ts';
import { bucketDocument, bucketSchema } from '../bucket-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucket = operation({
  name: 'GetBucket',
  route: { methods: ['GET'], path: '/kos/v1/buckets/:bucketId' },
  document: {
    summary: 'A bucket',
    success: { status: 200, schema: bucketSchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.get', ...place }],
  run: async ({ core, input }) => ({
    bucket: await get(core, input.bucket),
    accountNumber: await accountNumberOf(core, input.project),
  }),
  reply: ({ bucket, accountNumber }, _input, view) =>
    json(200, bucketDocument(bucket, { accountNumber }, view)),
});
