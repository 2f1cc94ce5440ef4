/** GetBucketPolicy: GET /v1_ext/bucket/{name}/policy/{id} (reference 5.8), one role grant. */
import { json } from '../../../base/http/reply.ts';
import { getGrant } from '../../../core/buckets/grants.ts';
import { noBody } from '../../operation.ts';
import { grantDocument } from '../policy-document.ts';
import { bucketOf, grantOf, operation } from '../request.ts';

export const getBucketPolicy = operation({
  name: 'GetBucketPolicy',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket/:name/policy/:id' },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view), grant: grantOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: ({ core, input }) => getGrant(core, input.bucket, input.grant),
  reply: (grant) => json(200, grantDocument(grant)),
});
