/** CreateAccessKey: POST /kos/v1/access_keys (reference 10.3), a pair that signs S3 requests. Two to a user and account; a third is 409. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { checkName } from '../../../core/identity/identity-names.ts';
import { createS3Key } from '../../../core/identity/s3-keys.ts';
import { accessKeyDocument, createdKeySchema } from '../access-key-document.ts';
import { KosError } from '../errors.ts';
import { regionOf, tierOf } from '../frame-headers.ts';
import { optionalJsonBody } from '../json-body.ts';
import { accountOf, operation, ownKeys, userOf } from '../request.ts';
import { maybe } from '../schemas.ts';

const schema = Type.Object({ key_name: maybe(Type.String()), region: maybe(Type.String()) });

export const createAccessKey = operation({
  name: 'CreateAccessKey',
  route: { methods: ['POST'], path: '/kos/v1/access_keys' },
  document: {
    summary: 'Makes an S3 access key',
    body: { schema, optional: true },
    success: { status: 201, schema: createdKeySchema },
    refusals: [400, 409],
  },
  body: optionalJsonBody(schema),
  parse: (view) => {
    const { regions } = view.settings;
    const [region, tier] = [regionOf(view.request, regions), tierOf(view.request)];
    return { account: accountOf(view), regions, region, tier };
  },
  authorize: (_input, actor) => ownKeys(actor),
  run: async ({ core, actor, input: { account, regions, tier, ...headers }, body }) => {
    const region = body?.region ?? headers.region;
    if (region !== undefined && !regions.includes(region)) {
      throw new KosError(400, `region must be one of ${regions.join(', ')}`);
    }
    const name = body?.key_name == null ? undefined : checkName('key_name', body.key_name);
    return createS3Key(core, {
      userId: userOf(actor).userId,
      projectId: account,
      labels: {
        ...(name !== undefined && { name }),
        ...(region !== undefined && { region }),
        ...(tier !== undefined && { tier }),
      },
    });
  },
  resource: (_body, output) => ({ type: 'S3AccessKey', id: output?.key.access }),
  reply: ({ key, secret }, _input, view) =>
    json(201, {
      ...accessKeyDocument(key, view),
      secret_key: secret,
      message: 'Access key created. The secret key is not shown again.',
    }),
});
