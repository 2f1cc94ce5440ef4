/** GET /v3/users/{id}: a user, for itself, for service administrators, and for those of a project it is in. */
import { json } from '../../../base/http/reply.ts';
import { visibleUser } from '../../../core/identity/administration.ts';
import { noBody } from '../../operation.ts';
import { userDocument } from '../documents/users.ts';
import { operation, userOfPath } from '../request.ts';

export const showUser = operation({
  name: 'ShowUser',
  route: { methods: ['GET', 'HEAD'], path: '/v3/users/:user', policy: 'identity:get_user' },
  body: noBody,
  parse: userOfPath,
  // Who may depends on where the user belongs.
  authorize: 'in-run',
  run: ({ core, actor, input }) => visibleUser(core, actor, input),
  reply: (user, _input, { publicUrl }) => json(200, { user: userDocument(user, publicUrl) }),
});
