/** GetBucketPolicy: GET /kos/v1/buckets/policy/{bucketKrn} (reference 10.8): the addresses that reach a bucket's objects. */
import { json } from '../../../base/http/reply.ts';
import { getAddressPolicy } from '../../../core/buckets/address-policy.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { noBody } from '../../operation.ts';
import { addressPolicyDocument, addressPolicySchema } from '../address-policy-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucketPolicy = operation({
  name: 'GetBucketPolicy',
  route: { methods: ['GET'], path: '/kos/v1/buckets/policy/:bucketKrn' },
  document: {
    summary: "The addresses that reach a bucket's objects",
    success: { status: 200, schema: addressPolicySchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.getIamPolicy', ...place }],
  run: async ({ core, input }) => ({
    guarded: await getAddressPolicy(core, input.bucket),
    accountNumber: await accountNumberOf(core, input.project),
  }),
  reply: ({ guarded, accountNumber }, _input, view) =>
    json(200, addressPolicyDocument(guarded, accountNumber, view)),
});
