/** GET /v3/users/{id}/credentials/OS-EC2/{access}: one S3 access key, without its secret. */

import { json } from '../../../base/http/reply.ts';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { getS3Key } from '../../../core/identity/s3-keys.ts';
import { noBody } from '../../operation.ts';
import { ec2Credential } from '../documents/keys.ts';
import { operation, userOfPath } from '../request.ts';

export const showEc2Credential = operation({
  name: 'ShowEC2Credential',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/credentials/OS-EC2/:access',
    policy: 'identity:ec2_get_credential',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), access: view.segments.access ?? '' }),
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input.user);
    return getS3Key(core, input.user, input.access);
  },
  reply: (key, _input, { publicUrl }) => json(200, { credential: ec2Credential(key, publicUrl) }),
});
