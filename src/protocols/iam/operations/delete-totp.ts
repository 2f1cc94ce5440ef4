/**
 * DELETE /v3/users/{id}/totp: the user has no one-time passwords any more. The user itself shows a code once they are confirmed, so that a
 * stolen token does not do; who administers the user needs none, for authenticators get lost.
 */
import { Type } from 'typebox';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import {
  getOneTimePassword,
  removeOneTimePassword,
  useOneTimePassword,
} from '../../../core/identity/one-time-passwords.ts';
import { jsonBody } from '../json-body.ts';
import { operation, userOf, userOfPath } from '../request.ts';

const schema = Type.Object({ totp: Type.Optional(Type.Object({ passcode: Type.String() })) });

export const deleteTotp = operation({
  name: 'DeleteTotp',
  route: { methods: ['DELETE'], path: '/v3/users/:user/totp', policy: 'identity:delete_totp' },
  body: jsonBody(schema),
  parse: userOfPath,
  // Who may depends on whose it is.
  authorize: 'in-run',
  run: async ({ core, actor, input, body }) => {
    await authorizeKeys(core, actor, input);
    const { confirmedAt } = await getOneTimePassword(core, input);
    if (userOf(actor).userId === input && confirmedAt !== undefined) {
      await useOneTimePassword(core, input, body.totp?.passcode);
    }
    return removeOneTimePassword(core, input);
  },
  reply: () => ({ status: 204 }),
});
