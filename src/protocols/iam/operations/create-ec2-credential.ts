/** POST /v3/users/{id}/credentials/OS-EC2: a new S3 access key for the token's project, its secret shown this once (reference 2.4). */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { projectOfNewKey } from '../../../core/identity/administration.ts';
import { createS3Key } from '../../../core/identity/s3-keys.ts';
import { ec2Credential } from '../documents/keys.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, userOf, userOfPath } from '../request.ts';

const schema = Type.Object({ tenant_id: Type.String({ minLength: 1 }) });

export const createEc2Credential = operation({
  name: 'CreateEC2Credential',
  route: {
    methods: ['POST'],
    path: '/v3/users/:user/credentials/OS-EC2',
    policy: 'identity:ec2_create_credential',
  },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return userOfPath(view);
  },
  // Who may depends on whose key it is.
  authorize: 'in-run',
  run: async ({ core, actor, input, body }) => {
    const projectId = await projectOfNewKey(core, userOf(actor), input, {
      project: body.tenant_id,
      owners: 'service accounts',
    });
    return createS3Key(core, { userId: input, projectId });
  },
  resource: (_body, output) => ({ type: 'S3AccessKey', id: output?.key.access }),
  reply: ({ key, secret }, _user, { publicUrl }) =>
    json(201, { credential: ec2Credential(key, publicUrl, secret) }),
});
