/** CreateLifecycleRule: POST /kos/v1/buckets/{bucketId}/lifecycle-rules (reference 10.4). */
import { json } from '../../../base/http/reply.ts';
import { addRule } from '../../../core/lifecycle/change-rule.ts';
import { jsonBodyAs } from '../json-body.ts';
import { newRule, newRuleSchema, ruleDocument, ruleSchema } from '../lifecycle-document.ts';
import { bucketOf, operation } from '../request.ts';

export const createLifecycleRule = operation({
  name: 'CreateLifecycleRule',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/lifecycle-rules' },
  document: {
    summary: 'Adds a lifecycle rule to a bucket',
    body: { schema: newRuleSchema },
    success: { status: 201, schema: ruleSchema },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBodyAs(newRuleSchema, newRule),
  parse: bucketOf,
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.update', bucket, project }],
  run: ({ core, actor, input: { bucket }, body: rule }) => addRule(core, actor, { bucket, rule }),
  reply: (rule) => json(201, ruleDocument(rule)),
});
