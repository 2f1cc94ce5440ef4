/** DeleteAccessKey: DELETE /kos/v1/access_keys/{accessKey} (reference 10.3), of the caller's own. It signs nothing more, and its session ends. */
import { CoreError } from '../../../core/errors.ts';
import { authorizeDeletion } from '../../../core/identity/mfa-delete.ts';
import { deleteS3Key, getS3Key } from '../../../core/identity/s3-keys.ts';
import { optionalJsonBody } from '../json-body.ts';
import { otpSchema } from '../otp.ts';
import { accountOf, operation, ownKeys, userOf } from '../request.ts';

export const deleteAccessKey = operation({
  name: 'DeleteAccessKey',
  route: { methods: ['DELETE'], path: '/kos/v1/access_keys/:accessKey' },
  document: {
    summary: 'Deletes an S3 access key',
    body: { schema: otpSchema, optional: true },
    success: { status: 204 },
    refusals: [400, 404],
  },
  body: optionalJsonBody(otpSchema),
  parse: (view) => ({ account: accountOf(view), access: view.segments.accessKey ?? '' }),
  authorize: (_input, actor) => ownKeys(actor),
  run: async ({ core, actor, input: { account, access }, body }) => {
    const { userId } = userOf(actor);
    const key = await getS3Key(core, userId, access);
    if (key.projectId !== account) throw new CoreError('NoSuchCredential', { credential: access });
    await authorizeDeletion(core, userOf(actor), account, body?.otp ?? undefined);
    await deleteS3Key(core, userId, access);
  },
  reply: () => ({ status: 204 }),
});
