/**
 * DELETE /v3/projects/{p}/groups/{g}/roles/{role}: one role less in a project for everybody in the group. Members for whom it was the
 * last way into the project leave it, and all their keys, tokens and signatures there are dead at once.
 */
import { removeGroupRole as remove } from '../../../core/identity/group-roles.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, projectOfPath, roleOfPath } from '../request.ts';

export const removeGroupRole = operation({
  name: 'RemoveGroupRole',
  route: {
    methods: ['DELETE'],
    path: '/v3/projects/:project/groups/:group/roles/:role',
    policy: 'identity:revoke_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), group: groupOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.roles.assign', project }],
  run: ({ core, input }) => remove(core, input.group, input.project, input.role),
  reply: () => ({ status: 204 }),
});
