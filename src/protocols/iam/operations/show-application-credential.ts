/** GET /v3/users/{id}/application_credentials/{key}: one IAM access key, without its secret. */

import { json } from '../../../base/http/reply.ts';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { getIamKey } from '../../../core/identity/iam-keys.ts';
import { rolesIn } from '../../../core/identity/memberships.ts';
import { noBody } from '../../operation.ts';
import { applicationCredential } from '../documents/keys.ts';
import { operation, userOfPath } from '../request.ts';

export const showApplicationCredential = operation({
  name: 'ShowApplicationCredential',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/application_credentials/:key',
    policy: 'identity:get_application_credential',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), key: view.segments.key ?? '' }),
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input.user);
    const key = await getIamKey(core, input.user, input.key);
    return { key, roles: await rolesIn(core, key.userId, key.projectId) };
  },
  reply: ({ key, roles }, _input, { publicUrl }) =>
    json(200, { application_credential: applicationCredential(key, roles, publicUrl) }),
});
