/** GET /v3/roles: the project roles there are; the same for everybody, so a token is all it takes. */
import { json } from '../../../base/http/reply.ts';
import { projectRoles } from '../../../core/access/roles.ts';
import { noBody } from '../../operation.ts';
import { roleList } from '../documents/roles.ts';
import { operation, selfUrl } from '../request.ts';

export const listRoles = operation({
  name: 'ListRoles',
  route: { methods: ['GET', 'HEAD'], path: '/v3/roles', policy: 'identity:list_roles' },
  body: noBody,
  parse: ({ request }) => ({ name: request.query.get('name'), domain: request.query.get('domain_id') }),
  authorize: 'in-run',
  run: async ({ input: { name, domain } }) =>
    // Ours belong to no domain.
    domain !== undefined ? [] : projectRoles.filter((role) => name === undefined || role === name),
  reply: (roles, _filter, view) => json(200, roleList(roles, view.publicUrl, selfUrl(view))),
});
