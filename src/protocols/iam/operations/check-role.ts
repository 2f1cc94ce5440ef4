/** GET and HEAD /v3/projects/{p}/users/{u}/roles/{role}: 204 when the user has the role there, else 404. */

import { CoreError } from '../../../core/errors.ts';
import { ownRolesIn } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { operation, projectOfPath, roleOfPath, userOfPath } from '../request.ts';

export const checkRole = operation({
  name: 'CheckRole',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/projects/:project/users/:user/roles/:role',
    policy: 'identity:check_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), user: userOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.members.list', project }],
  run: async ({ core, input: { user, project, role } }) => {
    if (!(await ownRolesIn(core, user, project)).includes(role)) throw new CoreError('NoSuchRole', { role });
  },
  reply: () => ({ status: 204 }),
});
