/** UploadPartCopy: a part made of bytes that are here already. */
import { element } from '../../../base/wire/xml.ts';
import { isCoreError } from '../../../core/errors.ts';
import { copyPart } from '../../../core/multipart/copy-part.ts';
import { noBody } from '../../operation.ts';
import { copySourceRangeOf } from '../byte-range.ts';
import { readConditions } from '../conditions.ts';
import { copySourceHeader, copySourceHeaders, copySourceOf, refuseMarker } from '../copy-source.ts';
import { requireOwner, s3Operation } from '../define-operation.ts';
import { partChecksumElement, timestamp, xmlReply } from '../documents/elements.ts';
import { encryptionReplyHeaders } from '../encryption-headers.ts';
import { type S3Error, s3Error } from '../errors.ts';
import { quoteEtag } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';
import { partOf } from '../uploads.ts';

export const uploadPartCopyOperation = s3Operation({
  name: 'UploadPartCopy',
  route: { method: 'PUT', scope: 'object', query: ['uploadId', 'partNumber'], header: copySourceHeader },
  body: noBody,
  parse: (view) => {
    refuseUnserved(view, 'partWrite');
    const range = copySourceRangeOf(view);
    return {
      ...partOf(view),
      source: copySourceOf(view),
      sourceOwner: view.request.header('x-amz-source-expected-bucket-owner'),
      sourceConditions: readConditions(view, 'x-amz-copy-source-'),
      ...(range !== undefined && { range }),
    };
  },
  authorize: ({ source, bucket, key }) => [
    { action: 'storage.objects.create', bucket, key },
    { action: 'storage.objects.get', ...source },
  ],
  run: async ({ core, actor, input: { sourceOwner, ...input }, signal }) => {
    if (sourceOwner !== undefined) await requireOwner(core, input.source.bucket, sourceOwner);
    return copyPart(core, { ...input, reader: actor, signal }).catch((error: unknown) => {
      if (isCoreError(error, 'RangeNotSatisfiable')) throw beyondEnd(error.details.size);
      return refuseMarker(error);
    });
  },
  reply: ({ part, source }) =>
    xmlReply(
      'CopyPartResult',
      [
        element('LastModified', timestamp(part.modifiedAt)),
        element('ETag', quoteEtag(part.etag)),
        partChecksumElement(part.checksum?.algorithm, part.checksum?.value),
      ],
      { ...encryptionReplyHeaders(part), ...copySourceHeaders(source) },
    ),
});

/** S3 has words of its own here: a copied range is not cut at the source's end as a read is. */
function beyondEnd(size: number): S3Error {
  return s3Error('InvalidArgument', `Range specified is not valid for source object of size: ${size}`, {
    ArgumentName: 'x-amz-copy-source-range',
  });
}
