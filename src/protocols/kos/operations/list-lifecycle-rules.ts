/** ListLifecycleRules: GET /kos/v1/buckets/{bucketId}/lifecycle-rules (reference 10.4), whichever door made them. None are an empty list. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { getLifecycle } from '../../../core/lifecycle/document.ts';
import { noBody } from '../../operation.ts';
import { ruleDocument, ruleSchema } from '../lifecycle-document.ts';
import { bucketOf, operation } from '../request.ts';

export const listLifecycleRules = operation({
  name: 'ListLifecycleRules',
  route: { methods: ['GET'], path: '/kos/v1/buckets/:bucketId/lifecycle-rules' },
  document: {
    summary: 'The lifecycle rules of a bucket',
    success: { status: 200, schema: Type.Array(ruleSchema) },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: bucketOf,
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.update', bucket, project }],
  run: async ({ core, input }) => (await getLifecycle(core, input.bucket)) ?? [],
  reply: (rules) => json(200, rules.map(ruleDocument)),
});
