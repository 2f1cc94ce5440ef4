/** GET /v3/auth/projects: the projects the bearer could have tokens for. */
import { json } from '../../../base/http/reply.ts';
import { projectsOfUser } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { projectList } from '../documents/projects.ts';
import { operation, selfUrl, userOf } from '../request.ts';

export const listAuthProjects = operation({
  name: 'ListAuthProjects',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/projects', policy: 'identity:get_auth_projects' },
  body: noBody,
  parse: selfUrl,
  authorize: (_self, actor) => [{ action: 'identity.users.listProjects', user: userOf(actor).userId }],
  run: ({ core, actor }) => projectsOfUser(core, userOf(actor).userId),
  reply: (projects, self, { publicUrl }) => {
    const usable = projects.filter(({ enabled }) => enabled);
    return json(200, projectList(usable, publicUrl, self));
  },
});
