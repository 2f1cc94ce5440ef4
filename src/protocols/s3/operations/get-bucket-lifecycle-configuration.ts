/** GetBucketLifecycleConfiguration, and the older GetBucketLifecycle: the document in the form in which it was put. */
import { getLifecycle } from '../../../core/lifecycle/document.ts';
import { lifecycleElements } from '../../lifecycle-document.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlReply } from '../documents/elements.ts';
import { s3Error } from '../errors.ts';
import { transitionMinimumHeaders } from '../lifecycle-headers.ts';

export const getBucketLifecycleOperation = s3Operation({
  name: 'GetBucketLifecycleConfiguration',
  route: { method: 'GET', scope: 'bucket', query: ['lifecycle'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  // The documents of KakaoCloud ask for the right to change it (reference, C24); there is one rule for every door.
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: async ({ core, input: { bucket } }) => {
    const rules = await getLifecycle(core, bucket);
    if (rules === undefined) {
      throw s3Error('NoSuchLifecycleConfiguration', undefined, { BucketName: bucket });
    }
    return rules;
  },
  reply: (rules) => xmlReply('LifecycleConfiguration', lifecycleElements(rules), transitionMinimumHeaders()),
});
