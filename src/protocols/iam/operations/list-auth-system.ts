/** GET /v3/auth/system: the system as a scope; nobody has roles in it. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { operation, selfUrl } from '../request.ts';

export const listAuthSystem = operation({
  name: 'ListAuthSystem',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/system', policy: 'identity:get_auth_system' },
  body: noBody,
  parse: selfUrl,
  authorize: 'in-run',
  run: async ({ input }) => ({ system: [], links: { self: input } }),
  reply: (list) => json(200, list),
});
