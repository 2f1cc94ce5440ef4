/**
 * POST /v3/users/{id}/totp: a new secret for the user's authenticator, shown this once; it proves nothing until its first code is confirmed.
 * For the user itself alone.
 */
import { json } from '../../../base/http/reply.ts';
import { enrolOneTimePassword } from '../../../core/identity/one-time-passwords.ts';
import { noBody } from '../../operation.ts';
import { totpDocument } from '../documents/totp.ts';
import { operation, ownUser, userOfPath } from '../request.ts';

export const enrolTotp = operation({
  name: 'EnrolTotp',
  route: { methods: ['POST'], path: '/v3/users/:user/totp', policy: 'identity:create_totp' },
  body: noBody,
  parse: userOfPath,
  authorize: (user) => [{ action: 'identity.users.get', user }],
  run: async ({ core, actor, input }) => {
    const own = ownUser(actor, input, 'identity.users.manage');
    return enrolOneTimePassword(core, own.userId);
  },
  reply: ({ secret, uri, ...totp }) => json(201, { totp: { ...totpDocument(totp), secret, uri } }),
});
