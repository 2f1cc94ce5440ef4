/** GET /v3/users/{id}/credentials/OS-EC2: a user's S3 access keys in all projects, without secrets. */

import { json } from '../../../base/http/reply.ts';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { listS3Keys } from '../../../core/identity/s3-keys.ts';
import { noBody } from '../../operation.ts';
import { ec2Credential } from '../documents/keys.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl, userOfPath } from '../request.ts';

export const listEc2Credentials = operation({
  name: 'ListEC2Credentials',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/credentials/OS-EC2',
    policy: 'identity:ec2_list_credentials',
  },
  body: noBody,
  parse: userOfPath,
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input);
    return listS3Keys(core, input);
  },
  reply: (keys, _user, view) =>
    json(200, {
      credentials: keys.map((key) => ec2Credential(key, view.publicUrl)),
      links: listLinks(selfUrl(view)),
    }),
});
