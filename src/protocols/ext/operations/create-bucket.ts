/** CreateBucket: PUT /v1_ext/bucket (reference 5.1). Answers 200 with the bucket; a taken name is 409, also one's own. */
import { type Static, Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { createBucket } from '../../../core/buckets/create.ts';
import { CoreError } from '../../../core/errors.ts';
import { parseBucketName } from '../../../core/model/names.ts';
import { createdBucket } from '../bucket-document.ts';
import { ExtError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { inProject, operation, projectOf, userOf } from '../request.ts';

const schema = Type.Object({
  name: Type.String(),
  type: Type.Optional(Type.String()),
  use_encryption: Type.Optional(Type.Boolean()),
  encryption_configuration: Type.Optional(Type.Object({ type: Type.String() })),
});

/** The one bucket type of this region, in any spelling; hot and cold belong to another region (C2, C4). */
function requireStandard(type: string): void {
  if (type.toUpperCase() !== 'STANDARD') throw new ExtError(400, 'type must be STANDARD');
}

/** `encryption_configuration` wins over `use_encryption`; key management by KMS was only announced (C5). */
function wantsEncryption(wish: Static<typeof schema>): boolean {
  const configured = wish.encryption_configuration;
  if (configured === undefined) return wish.use_encryption ?? false;
  if (configured.type !== 'managed') {
    throw new ExtError(400, 'encryption_configuration.type must be managed');
  }
  return true;
}

export const createBucketOperation = operation({
  name: 'CreateBucket',
  route: { methods: ['PUT'], path: '/v1_ext/bucket' },
  body: jsonBody(schema),
  parse: requireJson,
  authorize: (_input, actor) => inProject('storage.buckets.create', actor),
  run: async ({ core, actor, body }) => {
    const name = parseBucketName(body.name, core.settings.names);
    requireStandard(body.type ?? 'STANDARD');
    // A bucket that only claims to be encrypted would be worse than none.
    if (wantsEncryption(body)) throw new CoreError('NotImplemented', { what: 'bucket encryption' });
    return createBucket(core, userOf(actor), { name, project: projectOf(actor) });
  },
  reply: (bucket) => json(200, createdBucket(bucket)),
});
