/** GetBucketLocation. */
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlReply } from '../documents/elements.ts';

export const getBucketLocationOperation = s3Operation({
  name: 'GetBucketLocation',
  route: { method: 'GET', scope: 'bucket', query: ['location'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.objects.list', bucket }],
  run: async ({ core }) => core.settings.region,
  // AWS's first region has no name in this document, and clients rely on it.
  reply: (region) => xmlReply('LocationConstraint', region === 'us-east-1' ? '' : region),
});
