/** PUT /v3/groups/{g}/users/{u}: grants to the group speak for the user from the next request on. */
import { addToGroup } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, userOfPath } from '../request.ts';

export const addGroupMember = operation({
  name: 'AddGroupMember',
  route: { methods: ['PUT'], path: '/v3/groups/:group/users/:user', policy: 'identity:add_user_to_group' },
  body: noBody,
  parse: (view) => ({ group: groupOfPath(view), user: userOfPath(view) }),
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: ({ core, input }) => addToGroup(core, input.group, input.user),
  reply: () => ({ status: 204 }),
});
