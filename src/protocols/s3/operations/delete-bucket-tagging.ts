/** DeleteBucketTagging. */
import { putBucketTags } from '../../../core/buckets/tags.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';

export const deleteBucketTaggingOperation = s3Operation({
  name: 'DeleteBucketTagging',
  route: { method: 'DELETE', scope: 'bucket', query: ['tagging'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input }) => putBucketTags(core, actor, { ...input, tags: [] }),
  reply: () => ({ status: 204 }),
});
