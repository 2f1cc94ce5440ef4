/** GET /v3/projects: all projects of the service, for service administrators. */
import { json } from '../../../base/http/reply.ts';
import { listProjects as list } from '../../../core/identity/projects.ts';
import { noBody } from '../../operation.ts';
import { filterProjects, parseProjectFilter, projectList } from '../documents/projects.ts';
import { operation, selfUrl } from '../request.ts';

export const listProjects = operation({
  name: 'ListProjects',
  route: { methods: ['GET', 'HEAD'], path: '/v3/projects', policy: 'identity:list_projects' },
  body: noBody,
  parse: ({ request }) => parseProjectFilter(request.query),
  authorize: () => [{ action: 'identity.projects.list', service: true }],
  run: async ({ core, input }) => filterProjects(await list(core), input),
  reply: (projects, _filter, view) => json(200, projectList(projects, view.publicUrl, selfUrl(view))),
});
