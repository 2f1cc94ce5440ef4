/** UpdateLifecycleRule: PUT /kos/v1/buckets/{bucketId}/lifecycle-rules/{ruleId} (reference 10.4). Absent fields stay, null clears. */
import { json } from '../../../base/http/reply.ts';
import { changeRule } from '../../../core/lifecycle/change-rule.ts';
import { jsonBody } from '../json-body.ts';
import {
  changedRule,
  noSuchRule,
  ruleChangeSchema,
  ruleDocument,
  ruleOf,
  ruleSchema,
} from '../lifecycle-document.ts';
import { operation } from '../request.ts';

export const updateLifecycleRule = operation({
  name: 'UpdateLifecycleRule',
  route: { methods: ['PUT'], path: '/kos/v1/buckets/:bucketId/lifecycle-rules/:ruleId' },
  document: {
    summary: 'Changes a lifecycle rule of a bucket; absent fields stay, null clears',
    body: { schema: ruleChangeSchema },
    success: { status: 200, schema: ruleSchema },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBody(ruleChangeSchema),
  parse: ruleOf,
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.update', bucket, project }],
  run: async ({ core, actor, input: { bucket, id }, body }) => {
    const rule = await changeRule(core, actor, { bucket, id, change: (before) => changedRule(before, body) });
    if (rule === undefined) throw noSuchRule();
    return rule;
  },
  reply: (rule) => json(200, ruleDocument(rule)),
});
