/** DeleteAllAccessKeys: DELETE /internal/kos/v1/access_keys_all (reference 10.3), those of all users of the account. None are no failure. */
import { deleteAllS3Keys } from '../../../core/identity/s3-keys.ts';
import { noBody } from '../../operation.ts';
import { accountOf, administersAccount, operation } from '../request.ts';

export const deleteAllAccessKeys = operation({
  name: 'DeleteAllAccessKeys',
  route: { methods: ['DELETE'], path: '/internal/kos/v1/access_keys_all' },
  document: {
    summary: 'Deletes every S3 access key of the account',
    success: { status: 204 },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: accountOf,
  authorize: administersAccount,
  run: ({ core, input }) => deleteAllS3Keys(core, input),
  reply: () => ({ status: 204 }),
});
