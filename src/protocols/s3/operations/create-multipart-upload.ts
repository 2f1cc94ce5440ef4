/** CreateMultipartUpload. */
import { element } from '../../../base/wire/xml.ts';
import type { Checksum, ChecksumAlgorithm } from '../../../core/model/object-records.ts';
import { startUpload } from '../../../core/multipart/start.ts';
import { noBody } from '../../operation.ts';
import { newObjectOf } from '../address.ts';
import { parseChecksumAlgorithm } from '../checksum-headers.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { xmlReply } from '../documents/elements.ts';
import { encryptionOf, encryptionReplyHeaders } from '../encryption-headers.ts';
import { s3Error } from '../errors.ts';
import { parseChecksumType } from '../object-checksums.ts';
import { attributesOf } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';

export const createMultipartUploadOperation = s3Operation({
  name: 'CreateMultipartUpload',
  route: { method: 'POST', scope: 'object', query: ['uploads'] },
  body: noBody,
  parse: (view) => {
    refuseUnserved(view, 'objectWrite');
    const checksum = checksumPlanOf(view);
    return {
      ...newObjectOf(view),
      attributes: attributesOf(view),
      ...encryptionOf(view),
      ...(checksum !== undefined && { checksum }),
    };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.create', bucket, key }],
  run: ({ core, actor, input }) => startUpload(core, actor, input),
  reply: ({ id, checksum, encryption }, { bucket, key }) =>
    xmlReply(
      'InitiateMultipartUploadResult',
      [element('Bucket', bucket), element('Key', key), element('UploadId', id)],
      {
        'x-amz-checksum-algorithm': checksum?.algorithm,
        'x-amz-checksum-type': checksum?.type,
        ...encryptionReplyHeaders({ encrypted: encryption !== undefined }),
      },
    ),
});

/** Which types an algorithm can have in a multipart upload, the default first (S3 user guide, "Checking object integrity"). */
const typesOf: Readonly<Record<ChecksumAlgorithm, readonly Checksum['type'][]>> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
};

/** The checksum the whole object shall have. @throws S3Error InvalidRequest */
function checksumPlanOf(view: S3Request): Pick<Checksum, 'algorithm' | 'type'> | undefined {
  const header = 'x-amz-checksum-algorithm';
  const named = view.request.header(header);
  const type = parseChecksumType(view);
  if (named === undefined) {
    if (type === undefined) return undefined;
    throw s3Error(
      'InvalidRequest',
      `The x-amz-checksum-type header can only be used with the ${header} header.`,
    );
  }
  const algorithm = parseChecksumAlgorithm(named, header);
  const [usual] = typesOf[algorithm];
  if (type !== undefined && !typesOf[algorithm].includes(type)) {
    throw s3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type: type ?? usual ?? 'FULL_OBJECT' };
}
