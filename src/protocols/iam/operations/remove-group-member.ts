/** DELETE /v3/groups/{g}/users/{u}: grants to the group no longer speak for the user. */
import { removeFromGroup } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, userOfPath } from '../request.ts';

export const removeGroupMember = operation({
  name: 'RemoveGroupMember',
  route: {
    methods: ['DELETE'],
    path: '/v3/groups/:group/users/:user',
    policy: 'identity:remove_user_from_group',
  },
  body: noBody,
  parse: (view) => ({ group: groupOfPath(view), user: userOfPath(view) }),
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: ({ core, input }) => removeFromGroup(core, input.group, input.user),
  reply: () => ({ status: 204 }),
});
