/** GET and HEAD /v3/projects/{p}/groups/{g}/roles/{role}: 204 when the group has the role there, else 404. */
import { CoreError } from '../../../core/errors.ts';
import { groupRolesIn } from '../../../core/identity/group-roles.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, projectOfPath, roleOfPath } from '../request.ts';

export const checkGroupRole = operation({
  name: 'CheckGroupRole',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/projects/:project/groups/:group/roles/:role',
    policy: 'identity:check_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), group: groupOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.members.list', project }],
  run: async ({ core, input: { group, project, role } }) => {
    if (!(await groupRolesIn(core, group, project)).includes(role))
      throw new CoreError('NoSuchRole', { role });
  },
  reply: () => ({ status: 204 }),
});
