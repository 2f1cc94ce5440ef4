/** DeleteBucketPolicy: DELETE /v1_ext/bucket/{name}/policy/{id} (reference 5.8) takes a role away. */
import { removeGrant } from '../../../core/buckets/grants.ts';
import { noBody } from '../../operation.ts';
import { bucketOf, grantOf, operation } from '../request.ts';

export const deleteBucketPolicy = operation({
  name: 'DeleteBucketPolicy',
  route: { methods: ['DELETE'], path: '/v1_ext/bucket/:name/policy/:id' },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view), grant: grantOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: ({ core, input }) => removeGrant(core, input.bucket, input.grant),
  reply: () => ({ status: 204 }),
});
