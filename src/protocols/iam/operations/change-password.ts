/** POST /v3/users/{id}/password: the user's own change of its password; tokens issued by the old one are dead at once. */
import { Type } from 'typebox';
import { changePassword as change } from '../../../core/identity/users.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, ownUser, userOfPath } from '../request.ts';

const schema = Type.Object({
  user: Type.Object({ password: Type.String({ minLength: 1 }), original_password: Type.String() }),
});

export const changePassword = operation({
  name: 'ChangePassword',
  route: { methods: ['POST'], path: '/v3/users/:user/password', policy: 'identity:change_password' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return userOfPath(view);
  },
  authorize: (user) => [{ action: 'identity.users.get', user }],
  run: async ({ core, actor, input, body: { user } }) => {
    const own = ownUser(actor, input, 'identity.users.manage');
    await change(core, own.userId, user.original_password, user.password);
  },
  reply: () => ({ status: 204 }),
});
