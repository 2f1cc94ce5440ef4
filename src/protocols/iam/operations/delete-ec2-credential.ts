/** DELETE /v3/users/{id}/credentials/OS-EC2/{access}: the S3 access key signs nothing more. */
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { deleteS3Key } from '../../../core/identity/s3-keys.ts';
import { noBody } from '../../operation.ts';
import { operation, userOfPath } from '../request.ts';

export const deleteEc2Credential = operation({
  name: 'DeleteEC2Credential',
  route: {
    methods: ['DELETE'],
    path: '/v3/users/:user/credentials/OS-EC2/:access',
    policy: 'identity:ec2_delete_credential',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), access: view.segments.access ?? '' }),
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input.user);
    return deleteS3Key(core, input.user, input.access);
  },
  reply: () => ({ status: 204 }),
});
