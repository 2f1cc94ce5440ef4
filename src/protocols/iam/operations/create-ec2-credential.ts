/** POST /v3/users/{id}/credentials/OS-EC2: a new S3 access key for the token's project, its secret shown this once (reference 2.4). */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { findProject } from '../../../core/identity/projects.ts';
import { createS3Key } from '../../../core/identity/s3-keys.ts';
import { ec2Credential } from '../documents/keys.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, ownUser, userOfPath } from '../request.ts';

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
  authorize: (user) => [{ action: 'identity.keys.manage', user }],
  run: async ({ core, actor, input, body }) => {
    const own = ownUser(actor, input, 'identity.keys.manage');
    const project = await findProject(core, { id: body.tenant_id });
    if (project === undefined) throw new CoreError('NoSuchProject', { project: body.tenant_id });
    if (project.id !== own.projectId) {
      throw new CoreError('AccessDenied', {
        action: 'identity.keys.manage',
        resource: `project ${project.id}`,
        anonymous: false,
        reason: 'not the project of the token',
      });
    }
    return createS3Key(core, { userId: own.userId, projectId: project.id });
  },
  resource: (_body, output) => ({ type: 'S3AccessKey', id: output?.key.access }),
  reply: ({ key, secret }, _user, { publicUrl }) =>
    json(201, { credential: ec2Credential(key, publicUrl, secret) }),
});
