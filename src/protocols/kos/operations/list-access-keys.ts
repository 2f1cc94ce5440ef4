/** ListAccessKeys: GET /kos/v1/access_keys (reference 10.3), the caller's own in the account. None are an empty list. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { listS3Keys } from '../../../core/identity/s3-keys.ts';
import { noBody } from '../../operation.ts';
import { accessKeyDocument, accessKeySchema } from '../access-key-document.ts';
import { accountOf, operation, ownKeys, userOf } from '../request.ts';

export const listAccessKeys = operation({
  name: 'ListAccessKeys',
  route: { methods: ['GET'], path: '/kos/v1/access_keys' },
  document: {
    summary: 'The S3 access keys of the caller in the account',
    success: { status: 200, schema: Type.Array(accessKeySchema) },
    refusals: [400],
  },
  body: noBody,
  parse: accountOf,
  authorize: (_account, actor) => ownKeys(actor),
  run: async ({ core, actor, input }) => {
    const keys = await listS3Keys(core, userOf(actor).userId);
    return keys.filter(({ projectId }) => projectId === input);
  },
  reply: (keys, _account, view) =>
    json(
      200,
      keys.map((key) => accessKeyDocument(key, view)),
    ),
});
