/** DELETE /v3/users/{id}/application_credentials/{key}: the IAM access key and its tokens are dead at once. */
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { deleteIamKey } from '../../../core/identity/iam-keys.ts';
import { noBody } from '../../operation.ts';
import { operation, userOfPath } from '../request.ts';

export const deleteApplicationCredential = operation({
  name: 'DeleteApplicationCredential',
  route: {
    methods: ['DELETE'],
    path: '/v3/users/:user/application_credentials/:key',
    policy: 'identity:delete_application_credential',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), key: view.segments.key ?? '' }),
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input.user);
    return deleteIamKey(core, input.user, input.key);
  },
  reply: () => ({ status: 204 }),
});
