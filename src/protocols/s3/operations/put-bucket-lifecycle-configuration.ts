/** PutBucketLifecycleConfiguration, and the older PutBucketLifecycle of the same shape. */
import type { Core } from '../../../core/core.ts';
import { getLifecycle, putLifecycle } from '../../../core/lifecycle/document.ts';
import type { LifecycleRuleInput } from '../../../core/lifecycle/rules.ts';
import type { BucketName } from '../../../core/model/names.ts';
import { lifecycleDocumentLimit, readLifecycle } from '../../lifecycle-document.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { xmlBody } from '../documents/read-document.ts';
import { s3Error } from '../errors.ts';
import { transitionMinimumHeaders } from '../lifecycle-headers.ts';
import { refuseUnserved } from '../refusals.ts';

interface Wanted {
  readonly bucket: BucketName;
  readonly rules: readonly LifecycleRuleInput[];
}

const isPaired = ({ expiration, expiredDeleteMarker }: LifecycleRuleInput): boolean =>
  expiration !== undefined && expiredDeleteMarker !== undefined;

/**
 * S3 does not take days or a date together with ExpiredObjectDeleteMarker; Krutrim's API does. What it made may be put back as it was read.
 * @throws S3Error MalformedXML
 */
async function refuseNewPairs(core: Core, { bucket, rules }: Wanted): Promise<void> {
  const pairs = rules.filter(isPaired);
  if (pairs.length === 0) return;
  const known = new Set((await getLifecycle(core, bucket))?.filter(isPaired).map(({ id }) => id));
  if (pairs.some(({ id = '' }) => !known.has(id))) throw s3Error('MalformedXML');
}

export const putBucketLifecycleOperation = s3Operation({
  name: 'PutBucketLifecycleConfiguration',
  route: { method: 'PUT', scope: 'bucket', query: ['lifecycle'] },
  body: xmlBody(lifecycleDocumentLimit, (root) => readLifecycle(root, 's3')),
  parse: (view) => {
    refuseUnserved(view, 'lifecycle');
    return { bucket: bucketOf(view) };
  },
  authorize: ({ bucket }) => [{ action: 'storage.buckets.update', bucket }],
  run: async ({ core, actor, input: { bucket }, body: rules }) => {
    await refuseNewPairs(core, { bucket, rules });
    await putLifecycle(core, actor, { bucket, rules });
  },
  reply: () => ({ status: 200, headers: transitionMinimumHeaders() }),
});
