/** DeleteAllAccessKeys: DELETE /internal/kos/v1/access_keys_all (reference 10.3), those of all users of the account. None are no failure. */
import { authorizeDeletion } from '../../../core/identity/mfa-delete.ts';
import { deleteAllS3Keys } from '../../../core/identity/s3-keys.ts';
import { optionalJsonBody } from '../json-body.ts';
import { otpSchema } from '../otp.ts';
import { accountOf, administersAccount, operation, userOf } from '../request.ts';

export const deleteAllAccessKeys = operation({
  name: 'DeleteAllAccessKeys',
  route: { methods: ['DELETE'], path: '/internal/kos/v1/access_keys_all' },
  document: {
    summary: 'Deletes every S3 access key of the account',
    body: { schema: otpSchema, optional: true },
    success: { status: 204 },
    refusals: [400, 403, 404],
  },
  body: optionalJsonBody(otpSchema),
  parse: accountOf,
  authorize: administersAccount,
  run: async ({ core, actor, input, body }) => {
    await authorizeDeletion(core, userOf(actor), input, body?.otp ?? undefined);
    await deleteAllS3Keys(core, input);
  },
  reply: () => ({ status: 204 }),
});
