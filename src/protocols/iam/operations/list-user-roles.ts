/** GET /v3/projects/{p}/users/{u}/roles: the roles given to a user itself in a project. */
import { json } from '../../../base/http/reply.ts';
import { ownRolesIn } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { roleList } from '../documents/roles.ts';
import { operation, projectOfPath, selfUrl, userOfPath } from '../request.ts';

export const listUserRoles = operation({
  name: 'ListUserRoles',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/projects/:project/users/:user/roles',
    policy: 'identity:list_grants',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), user: userOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.members.list', project }],
  run: ({ core, input: { user, project } }) => ownRolesIn(core, user, project),
  reply: (roles, _input, view) => json(200, roleList(roles, view.publicUrl, selfUrl(view))),
});
