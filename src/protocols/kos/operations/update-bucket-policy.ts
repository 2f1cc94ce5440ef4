/** UpdateBucketPolicy: PUT /kos/v1/buckets/policy/{bucketKrn} (reference 10.8). Answers without a body (K9). */
import { updateAddressPolicy } from '../../../core/buckets/address-policy.ts';
import { addressLists, addressListsSchema } from '../address-policy-document.ts';
import { jsonBody } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';

export const updateBucketPolicy = operation({
  name: 'UpdateBucketPolicy',
  route: { methods: ['PUT'], path: '/kos/v1/buckets/policy/:bucketKrn' },
  document: {
    summary: "Changes the addresses that reach a bucket's objects; an absent list stays, null empties it",
    body: { schema: addressListsSchema },
    success: { status: 200 },
    refusals: [400, 403, 404],
  },
  body: jsonBody(addressListsSchema),
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.setIamPolicy', ...place }],
  run: ({ core, input, body }) => updateAddressPolicy(core, input.bucket, addressLists(body)),
  reply: () => ({ status: 200 }),
});
