/** DELETE /v3/users/{id}/credentials/OS-EC2/{access}: the S3 access key signs nothing more. */
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
  authorize: ({ user }) => [{ action: 'identity.keys.manage', user }],
  run: ({ core, input }) => deleteS3Key(core, input.user, input.access),
  reply: () => ({ status: 204 }),
});
