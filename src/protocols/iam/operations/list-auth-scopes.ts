/** GET /v3/auth/domains and /v3/auth/system: scopes beside projects; nobody has roles in any. */
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

export const listAuthSystem = operation({
  name: 'ListAuthSystem',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/system', policy: 'identity:get_auth_system' },
  body: noBody,
  parse: selfUrl,
  authorize: 'in-run',
  run: async ({ input }) => ({ system: [], links: { self: input } }),
  reply: (list) => json(200, list),
});
