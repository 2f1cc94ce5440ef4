/** GET /v3/users/{id}: a user, for itself and for service administrators. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { findUser } from '../../../core/identity/users.ts';
import { noBody } from '../../operation.ts';
import { operation, userOfPath } from '../request.ts';

export const showUser = operation({
  name: 'ShowUser',
  route: { methods: ['GET', 'HEAD'], path: '/v3/users/:user', policy: 'identity:get_user' },
  body: noBody,
  parse: userOfPath,
  authorize: (user) => [{ action: 'identity.users.get', user }],
  run: async ({ core, input }) => {
    const user = await findUser(core, { id: input });
    if (user === undefined) throw new CoreError('NoSuchUser', { user: input });
    return user;
  },
  reply: ({ id, name, displayName, domainId, enabled }, _input, { publicUrl }) =>
    json(200, {
      user: {
        id,
        name,
        description: displayName,
        domain_id: domainId,
        enabled,
        password_expires_at: null,
        options: {},
        links: { self: `${publicUrl}/identity/v3/users/${id}` },
      },
    }),
});
