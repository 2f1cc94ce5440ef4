/** CreateBucketPolicy: POST /kos/v1/buckets/policy/{bucketKrn} (reference 10.8): from now on only listed addresses reach the objects. */
import { json } from '../../../base/http/reply.ts';
import { createAddressPolicy } from '../../../core/buckets/address-policy.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import {
  addressLists,
  addressListsSchema,
  addressPolicyDocument,
  addressPolicySchema,
} from '../address-policy-document.ts';
import { jsonBody } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';

export const createBucketPolicy = operation({
  name: 'CreateBucketPolicy',
  route: { methods: ['POST'], path: '/kos/v1/buckets/policy/:bucketKrn' },
  document: {
    summary:
      "Limits a bucket's objects to addresses: those of neither list are refused, those for reading may not write",
    body: { schema: addressListsSchema },
    success: { status: 201, schema: addressPolicySchema },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBody(addressListsSchema),
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.setIamPolicy', ...place }],
  run: async ({ core, input, body }) => {
    const accountNumber = await accountNumberOf(core, input.project);
    return { guarded: await createAddressPolicy(core, input.bucket, addressLists(body)), accountNumber };
  },
  reply: ({ guarded, accountNumber }, _input, view) =>
    json(201, addressPolicyDocument(guarded, accountNumber, view)),
});
