/** GET /v3/groups/{id}/users: who is in a group. */
import { json } from '../../../base/http/reply.ts';
import { listGroupMembers as list } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { filterUsers, parseUserFilter, userList } from '../documents/users.ts';
import { groupOfPath, operation, selfUrl } from '../request.ts';

export const listGroupMembers = operation({
  name: 'ListGroupMembers',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/groups/:group/users',
    policy: 'identity:list_users_in_group',
  },
  body: noBody,
  parse: (view) => ({ group: groupOfPath(view), filter: parseUserFilter(view.request.query) }),
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: async ({ core, input: { group, filter } }) => filterUsers(await list(core, group), filter),
  reply: (users, _input, view) => json(200, userList(users, view.publicUrl, selfUrl(view))),
});
