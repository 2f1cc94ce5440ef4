/** GET /v3/projects/{id}: the token's own project; others, absent ones too, are 403 but for service administrators. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { findProject } from '../../../core/identity/projects.ts';
import { noBody } from '../../operation.ts';
import { projectDocument } from '../documents/projects.ts';
import { operation, projectOfPath } from '../request.ts';

export const showProject = operation({
  name: 'ShowProject',
  route: { methods: ['GET', 'HEAD'], path: '/v3/projects/:project', policy: 'identity:get_project' },
  body: noBody,
  parse: projectOfPath,
  authorize: (project) => [{ action: 'identity.projects.get', project }],
  run: async ({ core, input }) => {
    const project = await findProject(core, { id: input });
    if (project === undefined) throw new CoreError('NoSuchProject', { project: input });
    return project;
  },
  reply: (project, _input, { publicUrl }) => json(200, { project: projectDocument(project, publicUrl) }),
});
