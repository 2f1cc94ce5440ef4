/** PutBucketLifecycleConfiguration: PUT /v1_ext/bucket/{name}/lifecycle (reference 5.7). Answers the document as it is kept. */
import { putLifecycle } from '../../../core/lifecycle/document.ts';
import { lifecycleBody, lifecycleReply, requireXml } from '../lifecycle-document.ts';
import { bucketOf, operation } from '../request.ts';

export const putBucketLifecycle = operation({
  name: 'PutBucketLifecycleConfiguration',
  route: { methods: ['PUT'], path: '/v1_ext/bucket/:name/lifecycle' },
  body: lifecycleBody,
  parse: (view) => {
    requireXml(view);
    return bucketOf(view);
  },
  authorize: (bucket) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input, body }) => putLifecycle(core, actor, { bucket: input, rules: body }),
  reply: lifecycleReply,
});
