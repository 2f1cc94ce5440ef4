/** PutBucketCors: all rules at once, in place of those before. */
import { writeCors } from '../../../core/buckets/cors.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { readCorsConfiguration } from '../documents/cors-configuration.ts';
import { xmlBody } from '../documents/read-document.ts';

export const putBucketCorsOperation = s3Operation({
  name: 'PutBucketCors',
  route: { method: 'PUT', scope: 'bucket', query: ['cors'] },
  body: xmlBody(64 * 1024, readCorsConfiguration),
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: ({ core, input, body: rules }) => writeCors(core, input.bucket, rules),
  reply: () => ({ status: 200 }),
});
