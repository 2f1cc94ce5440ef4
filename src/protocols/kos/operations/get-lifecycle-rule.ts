/** GetLifecycleRule: GET /kos/v1/buckets/{bucketId}/lifecycle-rules/{ruleId} (reference 10.4). */
import { json } from '../../../base/http/reply.ts';
import { getRule } from '../../../core/lifecycle/change-rule.ts';
import { noBody } from '../../operation.ts';
import { noSuchRule, ruleDocument, ruleOf, ruleSchema } from '../lifecycle-document.ts';
import { operation } from '../request.ts';

export const getLifecycleRule = operation({
  name: 'GetLifecycleRule',
  route: { methods: ['GET'], path: '/kos/v1/buckets/:bucketId/lifecycle-rules/:ruleId' },
  document: {
    summary: 'One lifecycle rule of a bucket',
    success: { status: 200, schema: ruleSchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: ruleOf,
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.update', bucket, project }],
  run: async ({ core, input }) => {
    const rule = await getRule(core, input);
    if (rule === undefined) throw noSuchRule();
    return rule;
  },
  reply: (rule) => json(200, ruleDocument(rule)),
});
