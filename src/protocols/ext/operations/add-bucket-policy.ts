/** AddBucketPolicy: POST /v1_ext/bucket/{name}/policy (reference 5.8) gives somebody a role in a bucket. */
import { json } from '../../../base/http/reply.ts';
import { addGrant } from '../../../core/buckets/grants.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { grantDocument, grantSchema, memberOf, roleOf } from '../policy-document.ts';
import { bucketOf, operation } from '../request.ts';

export const addBucketPolicy = operation({
  name: 'AddBucketPolicy',
  route: { methods: ['POST'], path: '/v1_ext/bucket/:name/policy' },
  body: jsonBody(grantSchema),
  parse(view) {
    requireJson(view);
    return bucketOf(view);
  },
  authorize: (bucket) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: async ({ core, input, body: { role, member } }) =>
    addGrant(core, input, { role: roleOf(role), member: memberOf(member) }),
  reply: (grant) => json(201, grantDocument(grant)),
});
