/** PutBucketLifecycleConfiguration, and the older PutBucketLifecycle of the same shape. */
import { putLifecycle } from '../../../core/lifecycle/document.ts';
import { lifecycleDocumentLimit, readLifecycle } from '../../lifecycle-document.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlBody } from '../documents/read-document.ts';
import { transitionMinimumHeaders } from '../lifecycle-headers.ts';
import { refuseUnserved } from '../refusals.ts';

export const putBucketLifecycleOperation = s3Operation({
  name: 'PutBucketLifecycleConfiguration',
  route: { method: 'PUT', scope: 'bucket', query: ['lifecycle'] },
  body: xmlBody(lifecycleDocumentLimit, (root) => readLifecycle(root, 's3')),
  parse: (view) => {
    refuseUnserved(view, 'lifecycle');
    return { bucket: bucketOf(view) };
  },
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: ({ core, actor, input, body: rules }) => putLifecycle(core, actor, { ...input, rules }),
  reply: () => ({ status: 200, headers: transitionMinimumHeaders() }),
});
