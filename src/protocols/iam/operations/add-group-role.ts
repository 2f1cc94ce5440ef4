/** PUT /v3/projects/{p}/groups/{g}/roles/{role}: one role more in a project for everybody in the group, from the next request on. */
import { addGroupRole as add } from '../../../core/identity/group-roles.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation, projectOfPath, roleOfPath } from '../request.ts';

export const addGroupRole = operation({
  name: 'AddGroupRole',
  route: {
    methods: ['PUT'],
    path: '/v3/projects/:project/groups/:group/roles/:role',
    policy: 'identity:create_grant',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), group: groupOfPath(view), role: roleOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.roles.assign', project }],
  run: ({ core, input }) => add(core, input.group, input.project, input.role),
  reply: () => ({ status: 204 }),
});
