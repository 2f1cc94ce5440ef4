/**
 * GET /v3/users: all users for service administrators; for a project's administrators those of their project, and anybody by
 * exact name, so that somebody can be taken in.
 */
import { json } from '../../../base/http/reply.ts';
import { asAdministrator, ownProject } from '../../../core/identity/administration.ts';
import { inDefaultDomain } from '../../../core/identity/domains.ts';
import { findUser, listUsers as listAll, usersNear } from '../../../core/identity/users.ts';
import { noBody } from '../../operation.ts';
import { filterUsers, parseUserFilter, userList } from '../documents/users.ts';
import { operation, selfUrl, userOf } from '../request.ts';

export const listUsers = operation({
  name: 'ListUsers',
  route: { methods: ['GET', 'HEAD'], path: '/v3/users', policy: 'identity:list_users' },
  body: noBody,
  parse: ({ request }) => parseUserFilter(request.query),
  authorize: (_filter, actor) => asAdministrator(actor, 'identity.users.list', 'identity.members.list'),
  run: async ({ core, actor, input }) => {
    if (input.name !== undefined) {
      const user = await findUser(core, { name: input.name, domain: inDefaultDomain });
      return filterUsers(user === undefined ? [] : [user], input);
    }
    const everybody = userOf(actor).serviceAdmin;
    return filterUsers(await (everybody ? listAll(core) : usersNear(core, ownProject(actor))), input);
  },
  reply: (users, _filter, view) => json(200, userList(users, view.publicUrl, selfUrl(view))),
});
