/** POST /v3/users/{id}/totp/confirm: the first code; from now on the user has one-time passwords. For the user itself alone. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { confirmOneTimePassword } from '../../../core/identity/one-time-passwords.ts';
import { totpDocument } from '../documents/totp.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, ownUser, userOfPath } from '../request.ts';

const schema = Type.Object({ totp: Type.Object({ passcode: Type.String() }) });

export const confirmTotp = operation({
  name: 'ConfirmTotp',
  route: { methods: ['POST'], path: '/v3/users/:user/totp/confirm', policy: 'identity:confirm_totp' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return userOfPath(view);
  },
  authorize: (user) => [{ action: 'identity.users.get', user }],
  run: async ({ core, actor, input, body }) => {
    const own = ownUser(actor, input, 'identity.users.manage');
    return confirmOneTimePassword(core, own.userId, body.totp.passcode);
  },
  reply: (totp) => json(200, { totp: totpDocument(totp) }),
});
