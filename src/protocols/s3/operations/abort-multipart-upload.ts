/** AbortMultipartUpload: who may upload may also give up. */
import { abortUpload } from '../../../core/multipart/abort.ts';
import { noBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { uploadOf } from '../uploads.ts';

export const abortMultipartUploadOperation = s3Operation({
  name: 'AbortMultipartUpload',
  route: { method: 'DELETE', scope: 'object', query: ['uploadId'] },
  body: noBody,
  parse: uploadOf,
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.create', bucket, key }],
  run: ({ core, input }) => abortUpload(core, input),
  reply: () => ({ status: 204 }),
});
