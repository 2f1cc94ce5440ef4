/** GET /v3/users/{id}/projects: the projects a user belongs to, filtered (reference 2.3). */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { projectsOfUser } from '../../../core/identity/memberships.ts';
import { findUser } from '../../../core/identity/users.ts';
import { noBody } from '../../operation.ts';
import { filterProjects, parseProjectFilter, projectList } from '../documents/projects.ts';
import { operation, selfUrl, userOfPath } from '../request.ts';

export const listUserProjects = operation({
  name: 'ListUserProjects',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/projects',
    policy: 'identity:list_user_projects',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), filter: parseProjectFilter(view.request.query) }),
  authorize: ({ user }) => [{ action: 'identity.users.listProjects', user }],
  run: async ({ core, input }) => {
    const { user, filter } = input;
    if ((await findUser(core, { id: user })) === undefined) throw new CoreError('NoSuchUser', { user });
    return filterProjects(await projectsOfUser(core, user), filter);
  },
  reply: (projects, _input, view) => json(200, projectList(projects, view.publicUrl, selfUrl(view))),
});
