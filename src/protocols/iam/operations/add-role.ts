/** PUT /v3/projects/{p}/users/{u}/roles/{role}: one role more in a project; the first makes the user a member. */
import { addRole as add } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { operation, projectOfPath, roleOfPath, userOfPath } from '../request.ts';

export const addRole = operation({
  name: 'AddRole',
  route: {
    methods: ['PUT'],
    path: '/v3/projects/:project/users/:user/roles/:role',
    policy: 'identity:create_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), user: userOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.roles.assign', project }],
  run: ({ core, input }) => add(core, input.user, input.project, input.role),
  reply: () => ({ status: 204 }),
});
