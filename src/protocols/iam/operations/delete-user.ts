/** DELETE /v3/users/{id}: the user with its keys, tokens, roles and places in groups; buckets and objects stay. */
import { administeredUser, refuseSelf } from '../../../core/identity/administration.ts';
import { deleteUser as remove } from '../../../core/identity/users.ts';
import { noBody } from '../../operation.ts';
import { operation, userOf, userOfPath } from '../request.ts';

export const deleteUser = operation({
  name: 'DeleteUser',
  route: { methods: ['DELETE'], path: '/v3/users/:user', policy: 'identity:delete_user' },
  body: noBody,
  parse: userOfPath,
  // Who may depends on whose account it is.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await administeredUser(core, actor, input);
    refuseSelf(userOf(actor), input);
    await remove(core, input);
  },
  reply: () => ({ status: 204 }),
});
