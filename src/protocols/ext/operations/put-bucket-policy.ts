/** PutBucketPolicy: PUT /v1_ext/bucket/{name}/policy/{id} (reference 5.8), another role, or another member, for a grant. */
import { json } from '../../../base/http/reply.ts';
import { changeGrant } from '../../../core/buckets/grants.ts';
import { ExtError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { grantChangeSchema, grantDocument, memberOf, roleOf } from '../policy-document.ts';
import { bucketOf, grantOf, operation } from '../request.ts';

export const putBucketPolicy = operation({
  name: 'PutBucketPolicy',
  route: { methods: ['PUT'], path: '/v1_ext/bucket/:name/policy/:id' },
  body: jsonBody(grantChangeSchema),
  parse(view) {
    requireJson(view);
    return { bucket: bucketOf(view), grant: grantOf(view) };
  },
  authorize: ({ bucket }) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: async ({ core, input: { bucket, grant }, body: { id = grant, role, member } }) => {
    if (id !== grant) throw new ExtError(400, 'id must be that of the path');
    return changeGrant(core, bucket, grant, {
      role: roleOf(role),
      ...(member !== undefined && { member: memberOf(member) }),
    });
  },
  reply: (grant) => json(200, grantDocument(grant)),
});
