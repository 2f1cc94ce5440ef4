/** DeleteLifecycleRule: DELETE /kos/v1/buckets/{bucketId}/lifecycle-rules/{ruleId} (reference 10.4), whichever door made it. */
import { removeRule } from '../../../core/lifecycle/change-rule.ts';
import { noBody } from '../../operation.ts';
import { noSuchRule, ruleOf } from '../lifecycle-document.ts';
import { operation } from '../request.ts';

export const deleteLifecycleRule = operation({
  name: 'DeleteLifecycleRule',
  route: { methods: ['DELETE'], path: '/kos/v1/buckets/:bucketId/lifecycle-rules/:ruleId' },
  document: {
    summary: 'Removes a lifecycle rule of a bucket',
    success: { status: 204 },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: ruleOf,
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.update', bucket, project }],
  run: async ({ core, actor, input }) => {
    if (!(await removeRule(core, actor, input))) throw noSuchRule();
  },
  reply: () => ({ status: 204 }),
});
