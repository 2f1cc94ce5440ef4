/** CompleteMultipartUpload: the parts named become the object. */
import { element } from '../../../base/wire/xml.ts';
import { completeUpload } from '../../../core/multipart/complete.ts';
import { listParts } from '../../../core/multipart/list.ts';
import { objectUrl } from '../address.ts';
import { writeConditions } from '../conditions.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { readCompleteMultipartUpload } from '../documents/complete-multipart-upload.ts';
import { checksumElements, xmlReply } from '../documents/elements.ts';
import { xmlBody } from '../documents/read-document.ts';
import { encryptionReplyHeaders } from '../encryption-headers.ts';
import { s3Error } from '../errors.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { parseChecksumType, parseObjectChecksum } from '../object-checksums.ts';
import { quoteEtag } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';
import { uploadOf } from '../uploads.ts';
import { versionHeaders } from '../version-headers.ts';

/** Ten thousand parts with checksums, pretty-printed. */
const documentLimit = 8 << 20;

export const completeMultipartUploadOperation = s3Operation({
  name: 'CompleteMultipartUpload',
  route: { method: 'POST', scope: 'object', query: ['uploadId'] },
  body: xmlBody(documentLimit, readCompleteMultipartUpload),
  parse: (view) => {
    refuseUnserved(view, 'partWrite');
    const checksum = parseObjectChecksum(view);
    const size = objectSizeOf(view);
    return {
      target: uploadOf(view),
      checksumType: parseChecksumType(view),
      rest: {
        conditions: writeConditions(view),
        ...(checksum !== undefined && { checksum }),
        ...(size !== undefined && { size }),
      },
    };
  },
  authorize: ({ target: { bucket, key } }) => [{ action: 'storage.objects.create', bucket, key }],
  run: async ({ core, actor, input: { target, checksumType, rest }, body: parts }) => {
    if (checksumType !== undefined) {
      const { upload } = await listParts(core, { ...target, after: 0, limit: 0 });
      if (upload.checksum !== undefined && upload.checksum.type !== checksumType) {
        throw s3Error(
          'InvalidRequest',
          `The upload was created using the ${upload.checksum.type} checksum mode. ` +
            'The complete request must use the same checksum mode.',
        );
      }
    }
    return completeUpload(core, actor, { ...target, ...rest, parts });
  },
  reply: (info, { target }, view) =>
    xmlReply(
      'CompleteMultipartUploadResult',
      [
        element('Location', objectUrl(view, target)),
        element('Bucket', target.bucket),
        element('Key', target.key),
        element('ETag', quoteEtag(info.etag)),
        ...checksumElements(info.checksum),
      ],
      { ...encryptionReplyHeaders(info), ...expirationHeaders(info), ...versionHeaders(info) },
    ),
});

/** @throws S3Error InvalidRequest */
function objectSizeOf(view: S3Request): number | undefined {
  const header = 'x-amz-mp-object-size';
  const text = view.request.header(header);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw s3Error('InvalidRequest', `Value for ${header} header is invalid.`);
  return Number(text);
}
