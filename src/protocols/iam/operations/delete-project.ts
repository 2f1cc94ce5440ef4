/** DELETE /v3/projects/{id}: the project with its memberships and their keys; 409 as long as it has buckets. */
import { deleteProject as remove } from '../../../core/identity/projects.ts';
import { noBody } from '../../operation.ts';
import { operation, projectOfPath } from '../request.ts';

export const deleteProject = operation({
  name: 'DeleteProject',
  route: { methods: ['DELETE'], path: '/v3/projects/:project', policy: 'identity:delete_project' },
  body: noBody,
  parse: projectOfPath,
  authorize: () => [{ action: 'identity.projects.delete', service: true }],
  run: ({ core, input }) => remove(core, input),
  reply: () => ({ status: 204 }),
});
