/** GET /v3/roles/{id}: one project role; a token is all it takes. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { roleDocument } from '../documents/roles.ts';
import { operation, roleOfPath } from '../request.ts';

export const showRole = operation({
  name: 'ShowRole',
  route: { methods: ['GET', 'HEAD'], path: '/v3/roles/:role', policy: 'identity:get_role' },
  body: noBody,
  parse: roleOfPath,
  authorize: 'in-run',
  run: async ({ input }) => input,
  reply: (role, _input, { publicUrl }) => json(200, { role: roleDocument(role, publicUrl) }),
});
