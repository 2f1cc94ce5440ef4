/** GET /v3/projects/{id}/mfa_delete: whether deleting the project's buckets and access keys takes a one-time password. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { findProject } from '../../../core/identity/projects.ts';
import { noBody } from '../../operation.ts';
import { operation, projectOfPath } from '../request.ts';

export const showMfaDelete = operation({
  name: 'ShowMfaDelete',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/projects/:project/mfa_delete',
    policy: 'identity:get_mfa_delete',
  },
  body: noBody,
  parse: projectOfPath,
  authorize: (project) => [{ action: 'identity.projects.get', project }],
  run: async ({ core, input }) => {
    const project = await findProject(core, { id: input });
    if (project === undefined) throw new CoreError('NoSuchProject', { project: input });
    return project;
  },
  reply: ({ mfaDelete = false }) => json(200, { mfa_delete: { enabled: mfaDelete } }),
});
