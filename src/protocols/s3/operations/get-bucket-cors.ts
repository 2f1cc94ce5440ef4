/** GetBucketCors. */
import { readCors } from '../../../core/buckets/cors.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { corsRuleElements } from '../documents/cors-configuration.ts';
import { xmlReply } from '../documents/elements.ts';
import { s3Error } from '../errors.ts';

export const getBucketCorsOperation = s3Operation({
  name: 'GetBucketCors',
  route: { method: 'GET', scope: 'bucket', query: ['cors'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: async ({ core, input: { bucket } }) => {
    const rules = await readCors(core, bucket);
    if (rules.length === 0) throw s3Error('NoSuchCORSConfiguration', undefined, { BucketName: bucket });
    return rules;
  },
  reply: (rules) => xmlReply('CORSConfiguration', corsRuleElements(rules)),
});
