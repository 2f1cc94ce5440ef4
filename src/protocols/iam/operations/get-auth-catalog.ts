/** GET /v3/auth/catalog: the catalog of the token's own project. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { noBody } from '../../operation.ts';
import { catalogFor } from '../documents/catalog.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl, userOf } from '../request.ts';

export const getAuthCatalog = operation({
  name: 'GetAuthCatalog',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/catalog', policy: 'identity:get_auth_catalog' },
  body: noBody,
  parse: selfUrl,
  authorize: 'in-run',
  run: async ({ actor }) => {
    const { projectId, userId } = userOf(actor);
    if (projectId !== undefined) return projectId;
    throw new CoreError('AccessDenied', {
      action: 'identity.projects.get',
      resource: `user ${userId}`,
      anonymous: false,
      reason: 'the token has no project',
    });
  },
  reply: (project, self, view) => json(200, { catalog: catalogFor(project, view), links: listLinks(self) }),
});
