/** GET /v3/users/{id}/totp: whether the user has one-time passwords, without their secret; for the user and who administers it. */
import { json } from '../../../base/http/reply.ts';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { getOneTimePassword } from '../../../core/identity/one-time-passwords.ts';
import { noBody } from '../../operation.ts';
import { totpDocument } from '../documents/totp.ts';
import { operation, userOfPath } from '../request.ts';

export const showTotp = operation({
  name: 'ShowTotp',
  route: { methods: ['GET', 'HEAD'], path: '/v3/users/:user/totp', policy: 'identity:get_totp' },
  body: noBody,
  parse: userOfPath,
  // Who may depends on whose it is.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input);
    return getOneTimePassword(core, input);
  },
  reply: (totp) => json(200, { totp: totpDocument(totp) }),
});
