/** UpdateBucket: PUT /kos/v1/buckets/{bucketId} (reference 10.2). What is absent or null stays as it is (K10). */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { authorize } from '../../../core/access/authorize.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { setPublicAccess } from '../../../core/buckets/public-access.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { bucketDocument, bucketSchema } from '../bucket-document.ts';
import { jsonBody } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';
import { maybe } from '../schemas.ts';

const schema = Type.Object({ anonymous_access: maybe(Type.Boolean()) });

export const updateBucket = operation({
  name: 'UpdateBucket',
  route: { methods: ['PUT'], path: '/kos/v1/buckets/:bucketId' },
  document: {
    summary: 'Changes who may read a bucket',
    body: { schema },
    success: { status: 200, schema: bucketSchema },
    refusals: [400, 403, 404],
  },
  body: jsonBody(schema),
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.update', ...place }],
  run: async ({ core, actor, input, body: { anonymous_access: reading } }) => {
    const accountNumber = await accountNumberOf(core, input.project);
    if (reading == null) return { bucket: await getBucket(core, input.bucket), accountNumber };
    // Who may read is more than what a bucket is called.
    await authorize(core, actor, [{ action: 'storage.buckets.setIamPolicy', ...input }]);
    return { bucket: await setPublicAccess(core, input.bucket, { reading }), accountNumber };
  },
  reply: ({ bucket, accountNumber }, _input, view) =>
    json(200, bucketDocument(bucket, { accountNumber }, view)),
});
