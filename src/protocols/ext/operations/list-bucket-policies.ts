/** ListBucketPolicies: GET /v1_ext/bucket/{name}/policy (reference 5.8), the role grants of a bucket. */
import { json } from '../../../base/http/reply.ts';
import { listGrants } from '../../../core/buckets/grants.ts';
import { noBody } from '../../operation.ts';
import { grantDocument } from '../policy-document.ts';
import { bucketOf, operation } from '../request.ts';

export const listBucketPolicies = operation({
  name: 'ListBucketPolicies',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket/:name/policy' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: ({ core, input }) => listGrants(core, input),
  reply: (grants) => json(200, { policies: grants.map(grantDocument) }),
});
