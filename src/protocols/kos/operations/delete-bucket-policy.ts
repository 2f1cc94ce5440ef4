/** DeleteBucketPolicy: DELETE /kos/v1/buckets/policy/{bucketKrn} (reference 10.8): all addresses reach the bucket again. */
import { deleteAddressPolicy } from '../../../core/buckets/address-policy.ts';
import { noBody } from '../../operation.ts';
import { bucketOf, operation } from '../request.ts';

export const deleteBucketPolicy = operation({
  name: 'DeleteBucketPolicy',
  route: { methods: ['DELETE'], path: '/kos/v1/buckets/policy/:bucketKrn' },
  document: {
    summary: 'Lets all addresses reach a bucket again',
    success: { status: 204 },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: bucketOf,
  authorize: (place) => [{ action: 'storage.buckets.setIamPolicy', ...place }],
  run: ({ core, input }) => deleteAddressPolicy(core, input.bucket),
  reply: () => ({ status: 204 }),
});
