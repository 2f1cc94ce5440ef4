/** GET /v3/projects/{p}/groups/{g}/roles: the roles given to a group in a project. */
import { json } from '../../../base/http/reply.ts';
import { groupRolesIn } from '../../../core/identity/group-roles.ts';
import { noBody } from '../../operation.ts';
import { roleList } from '../documents/roles.ts';
import { groupOfPath, operation, projectOfPath, selfUrl } from '../request.ts';

export const listGroupRoles = operation({
  name: 'ListGroupRoles',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/projects/:project/groups/:group/roles',
    policy: 'identity:list_grants',
  },
  body: noBody,
  parse: (view) => ({ project: projectOfPath(view), group: groupOfPath(view) }),
  authorize: ({ project }) => [{ action: 'identity.members.list', project }],
  run: ({ core, input: { group, project } }) => groupRolesIn(core, group, project),
  reply: (roles, _input, view) => json(200, roleList(roles, view.publicUrl, selfUrl(view))),
});
