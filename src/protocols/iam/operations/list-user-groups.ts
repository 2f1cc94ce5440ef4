/** GET /v3/users/{id}/groups: the groups a user is in, for itself and for service administrators. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { groupsOfUser } from '../../../core/identity/groups.ts';
import { findUser } from '../../../core/identity/users.ts';
import { noBody } from '../../operation.ts';
import { groupList } from '../documents/groups.ts';
import { operation, selfUrl, userOfPath } from '../request.ts';

export const listUserGroups = operation({
  name: 'ListUserGroups',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/groups',
    policy: 'identity:list_groups_for_user',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), name: view.request.query.get('name') }),
  authorize: ({ user }) => [{ action: 'identity.users.listProjects', user }],
  run: async ({ core, input: { user, name } }) => {
    if ((await findUser(core, { id: user })) === undefined) throw new CoreError('NoSuchUser', { user });
    const groups = await groupsOfUser(core, user);
    return groups.filter((group) => name === undefined || group.name === name);
  },
  reply: (groups, _input, view) => json(200, groupList(groups, view.publicUrl, selfUrl(view))),
});
