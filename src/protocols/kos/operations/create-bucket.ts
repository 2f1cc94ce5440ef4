/** CreateBucket: POST /kos/v1/buckets (reference 10.2). What is well-formed JSON and no bucket is 422. */
import { type Static, Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { createBucket as create } from '../../../core/buckets/create.ts';
import { isCoreError } from '../../../core/errors.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { type KosLabels, kosTiers } from '../../../core/model/bucket-records.ts';
import { type BucketName, type NameLimits, parseBucketName } from '../../../core/model/names.ts';
import { bucketChange, bucketWish } from '../bucket-change.ts';
import { createdBucket, createdBucketSchema } from '../bucket-document.ts';
import { KosError } from '../errors.ts';
import { regionOf, tierOf } from '../frame-headers.ts';
import { jsonBody } from '../json-body.ts';
import { accountOf, inAccount, operation, userOf } from '../request.ts';
import { maybe, oneOf } from '../schemas.ts';

const schema = Type.Object({
  name: Type.String(),
  description: maybe(Type.String({ maxLength: 1000 })),
  ...bucketWish,
  region: maybe(Type.String()),
  tier: maybe(oneOf(kosTiers)),
});

/** @throws KosError 422 */
function nameOf(text: string, limits: NameLimits): BucketName {
  try {
    return parseBucketName(text, limits);
  } catch (error) {
    if (!isCoreError(error, 'InvalidBucketName')) throw error;
    throw new KosError(422, `name ${error.details.reason}`);
  }
}

/** The body's words before those of the headers. @throws KosError 422 */
function labelsOf(
  { region, tier, description }: Static<typeof schema>,
  headers: Pick<KosLabels, 'region' | 'tier'>,
  regions: readonly string[],
): KosLabels {
  if (region != null && !regions.includes(region)) {
    throw new KosError(422, `region must be one of ${regions.join(', ')}`);
  }
  const labels = { region: region ?? headers.region ?? regions[0], tier: tier ?? headers.tier };
  return {
    ...(labels.region !== undefined && { region: labels.region }),
    ...(labels.tier !== undefined && { tier: labels.tier }),
    ...(description != null && { description }),
  };
}

export const createBucket = operation({
  name: 'CreateBucket',
  route: { methods: ['POST'], path: '/kos/v1/buckets' },
  document: {
    summary: 'Makes a bucket',
    body: { schema },
    success: { status: 201, schema: createdBucketSchema },
    refusals: [400, 403, 409, 422],
  },
  body: jsonBody(schema, { misshapen: 422 }),
  parse: (view) => {
    const { regions } = view.settings;
    const [region, tier] = [regionOf(view.request, regions), tierOf(view.request)];
    return {
      account: accountOf(view),
      regions,
      headers: { ...(region !== undefined && { region }), ...(tier !== undefined && { tier }) },
    };
  },
  authorize: ({ account }) => inAccount('storage.buckets.create', account),
  run: async ({ core, actor, input: { account, regions, headers }, body }) => {
    const accountNumber = await accountNumberOf(core, account);
    const bucket = await create(core, userOf(actor), {
      name: nameOf(body.name, core.settings.names),
      project: account,
      kos: labelsOf(body, headers, regions),
      access: bucketChange(core, body, 422),
    });
    return { bucket, accountNumber };
  },
  resource: ({ name }) => ({ type: 'Bucket', name }),
  reply: ({ bucket, accountNumber }, _input, view) =>
    json(201, createdBucket(bucket, { accountNumber }, view)),
});
