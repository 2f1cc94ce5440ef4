/** PutBucketTagging. */
import { putBucketTags } from '../../../core/buckets/tags.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlBody } from '../documents/read-document.ts';
import { readTagging, taggingDocumentLimit } from '../documents/tagging.ts';

export const putBucketTaggingOperation = s3Operation({
  name: 'PutBucketTagging',
  route: { method: 'PUT', scope: 'bucket', query: ['tagging'] },
  body: xmlBody(taggingDocumentLimit, readTagging),
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input, body: tags }) => putBucketTags(core, actor, { ...input, tags }),
  reply: () => ({ status: 204 }),
});
