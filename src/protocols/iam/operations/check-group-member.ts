/** GET and HEAD /v3/groups/{g}/users/{u}: 204 when the user is in the group, else 404. */
import { CoreError } from '../../../core/errors.ts';
import { getGroup, isInGroup } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, userOfPath } from '../request.ts';

export const checkGroupMember = operation({
  name: 'CheckGroupMember',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/groups/:group/users/:user',
    policy: 'identity:check_user_in_group',
  },
  body: noBody,
  parse: (view) => ({ group: groupOfPath(view), user: userOfPath(view) }),
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: async ({ core, input: { group, user } }) => {
    await getGroup(core, group);
    if (!(await isInGroup(core, group, user))) throw new CoreError('NoSuchUser', { user });
  },
  reply: () => ({ status: 204 }),
});
