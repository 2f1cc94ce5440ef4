/** UploadPart. */
import { uploadPart } from '../../../core/multipart/upload-part.ts';
import { streamBody } from '../../operation.ts';
import { bindIntegrity, parseIntegrityHeaders } from '../checksum-headers.ts';
import { requireLength } from '../content-length.ts';
import { s3Operation } from '../define-operation.ts';
import { encryptionReplyHeaders } from '../encryption-headers.ts';
import { checksumPartHeaders } from '../object-checksums.ts';
import { quoteEtag } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';
import { partOf } from '../uploads.ts';

export const uploadPartOperation = s3Operation({
  name: 'UploadPart',
  route: { method: 'PUT', scope: 'object', query: ['uploadId', 'partNumber'] },
  body: streamBody,
  parse: (view) => {
    requireLength(view);
    refuseUnserved(view, 'partWrite');
    return { ...partOf(view), integrity: parseIntegrityHeaders(view) };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.create', bucket, key }],
  run: ({ core, input: { integrity, ...input }, body, signal }) =>
    uploadPart(core, {
      ...input,
      ...bindIntegrity(integrity, body),
      body,
      ...(body.length !== undefined && { size: body.length }),
      signal,
    }),
  reply: (part) => ({
    status: 200,
    headers: {
      ETag: quoteEtag(part.etag),
      ...checksumPartHeaders(part.checksum),
      ...encryptionReplyHeaders(part),
    },
  }),
});
