/** GetBucketLifecycleConfiguration: GET and HEAD /v1_ext/bucket/{name}/lifecycle; it needs the right to change it (C24). */
import { getLifecycle } from '../../../core/lifecycle/document.ts';
import { noBody } from '../../operation.ts';
import { ExtError } from '../errors.ts';
import { lifecycleReply } from '../lifecycle-document.ts';
import { bucketOf, operation } from '../request.ts';

export const getBucketLifecycle = operation({
  name: 'GetBucketLifecycleConfiguration',
  route: { methods: ['GET', 'HEAD'], path: '/v1_ext/bucket/:name/lifecycle' },
  body: noBody,
  parse: bucketOf,
  authorize: (bucket) => [{ action: 'storage.buckets.update', bucket }],
  run: async ({ core, input }) => {
    const rules = await getLifecycle(core, input);
    if (rules === undefined) {
      throw new ExtError(
        404,
        `NoSuchLifecycleConfiguration: the bucket ${input} has no lifecycle configuration`,
      );
    }
    return rules;
  },
  reply: lifecycleReply,
});
