/** DeleteBucket: DELETE /kos/v1/buckets/{bucketId} (reference 10.2), an empty one. */
import { deleteBucket as remove } from '../../../core/buckets/delete.ts';
import { authorizeDeletion } from '../../../core/identity/mfa-delete.ts';
import { optionalJsonBody } from '../json-body.ts';
import { otpSchema } from '../otp.ts';
import { bucketOf, operation, userOf } from '../request.ts';

export const deleteBucket = operation({
  name: 'DeleteBucket',
  route: { methods: ['DELETE'], path: '/kos/v1/buckets/:bucketId' },
  document: {
    summary: 'Deletes an empty bucket',
    body: { schema: otpSchema, optional: true },
    success: { status: 204 },
    refusals: [400, 403, 404, 409],
  },
  body: optionalJsonBody(otpSchema),
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.delete', ...place }],
  run: async ({ core, actor, input, body }) => {
    await authorizeDeletion(core, userOf(actor), input.project, body?.otp ?? undefined);
    return remove(core, input.bucket);
  },
  reply: () => ({ status: 204 }),
});
