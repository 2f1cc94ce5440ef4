/** UpdateBucket: PUT /kos/v1/buckets/{bucketId} (reference 10.2). What is absent or null stays as it is (K10). */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { authorize } from '../../../core/access/authorize.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { updateBucket as update } from '../../../core/buckets/update.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { secondFactor } from '../../../core/identity/second-factor.ts';
import { bucketChange, bucketWish, changesNothing } from '../bucket-change.ts';
import { bucketDocument, bucketSchema } from '../bucket-document.ts';
import { jsonBody } from '../json-body.ts';
import { otpSchema } from '../otp.ts';
import { bucketOf, operation } from '../request.ts';

/** `otp`: for another versioning of a bucket whose MFA delete (S3) is on. */
const schema = Type.Object({ ...bucketWish, ...otpSchema.properties });

export const updateBucket = operation({
  name: 'UpdateBucket',
  route: { methods: ['PUT'], path: '/kos/v1/buckets/:bucketId' },
  document: {
    summary: 'Changes tags, versioning and who may read a bucket',
    body: { schema },
    success: { status: 200, schema: bucketSchema },
    refusals: [400, 403, 404],
  },
  body: jsonBody(schema),
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.update', ...place }],
  run: async ({ core, actor, input, body }) => {
    // Who may read is more than how a bucket keeps things.
    if (body.anonymous_access != null) {
      await authorize(core, actor, [{ action: 'storage.buckets.setIamPolicy', ...input }]);
    }
    const accountNumber = await accountNumberOf(core, input.project);
    const factor = body.otp == null ? undefined : secondFactor(core, actor, { code: body.otp });
    const bucket = changesNothing(body)
      ? await getBucket(core, input.bucket)
      : await update(core, input.bucket, bucketChange(core, body, 400), factor);
    return { bucket, accountNumber };
  },
  reply: ({ bucket, accountNumber }, _input, view) =>
    json(200, bucketDocument(bucket, { accountNumber }, view)),
});
