/** GET /v3/auth/domains: domains as scopes; nobody has roles in one. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl } from '../request.ts';

export const listAuthDomains = operation({
  name: 'ListAuthDomains',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/domains', policy: 'identity:get_auth_domains' },
  body: noBody,
  parse: selfUrl,
  authorize: 'in-run',
  run: async ({ input }) => ({ domains: [], links: listLinks(input) }),
  reply: (list) => json(200, list),
});
