/**
 * DELETE /v3/projects/{p}/users/{u}/roles/{role}: one role less in a project. With the last one the user leaves it, and all its keys,
 * tokens and signatures there are dead at once.
 */
import { removeRole as remove } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { operation, projectOfPath, roleOfPath, userOfPath } from '../request.ts';

export const removeRole = operation({
  name: 'RemoveRole',
  route: {
    methods: ['DELETE'],
    path: '/v3/projects/:project/users/:user/roles/:role',
    policy: 'identity:revoke_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), user: userOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.roles.assign', project }],
  run: ({ core, input }) => remove(core, input.user, input.project, input.role),
  reply: () => ({ status: 204 }),
});
