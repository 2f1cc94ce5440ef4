/** PutBucketCors: PUT or POST /v1_ext/bucket/{name}/cors (reference 5.6, C20) replaces all rules; no rules, or no body, remove them. */
import { json } from '../../../base/http/reply.ts';
import { writeCors } from '../../../core/buckets/cors.ts';
import { corsDocument, corsRulesOf, corsSchema } from '../cors-document.ts';
import { optionalJsonBody, requireJsonIfAny } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';

export const putBucketCors = operation({
  name: 'PutBucketCors',
  route: { methods: ['PUT', 'POST'], path: '/v1_ext/bucket/:name/cors' },
  body: optionalJsonBody(corsSchema),
  parse(view) {
    requireJsonIfAny(view);
    return bucketOf(view);
  },
  authorize: (bucket) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: async ({ core, input, body }) => writeCors(core, input, corsRulesOf(body ?? { cors: [] })),
  reply: (rules) => json(200, corsDocument(rules)),
});
