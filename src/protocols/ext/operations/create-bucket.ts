/** CreateBucket: PUT /v1_ext/bucket (reference 5.1). Answers 200 with the bucket; a taken name is 409, also one's own. */
import { type Static, Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { createBucket } from '../../../core/buckets/create.ts';
import { type BucketType, bucketTypes } from '../../../core/model/bucket-records.ts';
import { parseBucketName } from '../../../core/model/names.ts';
import { createdBucket } from '../bucket-document.ts';
import { ExtError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { regionOfHost } from '../region.ts';
import { inProject, operation, projectOf, userOf } from '../request.ts';

const schema = Type.Object({
  name: Type.String(),
  type: Type.Optional(Type.String()),
  use_encryption: Type.Optional(Type.Boolean()),
  encryption_configuration: Type.Optional(Type.Object({ type: Type.String() })),
});

/** The region that has types of storage (reference, section 1). */
const regionWithTypes = 'kr-central-1';

/** In any spelling; undefined for the standard one. hot and cold belong to one region alone (C2, C4). @throws ExtError 400 */
function readType(type: string, region: string): BucketType | undefined {
  const wanted = type.toLowerCase();
  if (wanted === 'standard') return undefined;
  const special = region === regionWithTypes ? bucketTypes.find((one) => one === wanted) : undefined;
  if (special !== undefined) return special;
  const choices = region === regionWithTypes ? [...bucketTypes, 'STANDARD'].join(', ') : 'STANDARD';
  throw new ExtError(400, `type must be one of ${choices} in ${region}`);
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
  parse: (view) => {
    requireJson(view);
    return { host: view.request.header('host') };
  },
  authorize: (_input, actor) => inProject('storage.buckets.create', actor),
  run: async ({ core, actor, input, body }) => {
    const name = parseBucketName(body.name, core.settings.names);
    const type = readType(body.type ?? 'STANDARD', regionOfHost(input.host, core.settings.regions));
    const encrypted = wantsEncryption(body);
    return createBucket(core, userOf(actor), {
      name,
      project: projectOf(actor),
      encrypted,
      ...(type === undefined ? {} : { type }),
    });
  },
  resource: ({ name }) => ({ type: 'Bucket', name }),
  reply: (bucket) => json(200, createdBucket(bucket)),
});
