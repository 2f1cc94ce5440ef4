/** GetBucketTagging. */
import { getBucketTags } from '../../../core/buckets/tags.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlReply } from '../documents/elements.ts';
import { taggingElements } from '../documents/tagging.ts';
import { s3Error } from '../errors.ts';

export const getBucketTaggingOperation = s3Operation({
  name: 'GetBucketTagging',
  route: { method: 'GET', scope: 'bucket', query: ['tagging'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.get', bucket }],
  run: async ({ core, input: { bucket } }) => {
    const tags = await getBucketTags(core, bucket);
    if (tags === undefined) throw s3Error('NoSuchTagSet', undefined, { BucketName: bucket });
    return tags;
  },
  reply: (tags) => xmlReply('Tagging', taggingElements(tags)),
});
