/** Owns the checksum headers that are about a whole object made of parts, not about the body they come with. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { Checksum } from '../../core/model/object-records.ts';
import { checksumAlgorithms, checksumNames, parseChecksumValue } from './checksum-headers.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

/** `x-amz-checksum-type`. @throws S3Error InvalidRequest */
export function parseChecksumType(view: S3View): Checksum['type'] | undefined {
  const header = 'x-amz-checksum-type';
  const text = view.request.header(header)?.toUpperCase();
  if (text === undefined || text === 'COMPOSITE' || text === 'FULL_OBJECT') return text;
  throw s3Error('InvalidRequest', `Value for ${header} header is invalid.`);
}

/** The object's checksum as its writer computed it; `-N` behind a composite one is optional. @throws S3Error InvalidRequest */
export function parseObjectChecksum(view: S3View): Pick<Checksum, 'algorithm' | 'value'> | undefined {
  const sent = checksumAlgorithms.flatMap((algorithm) => {
    const value = view.request.header(checksumNames[algorithm].header);
    return value === undefined ? [] : [{ algorithm, value }];
  });
  const [checksum, second] = sent;
  if (second !== undefined) {
    throw s3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  if (checksum !== undefined) {
    parseChecksumValue(checksum.algorithm, checksum.value.replace(/-\d{1,5}$/, ''));
  }
  return checksum;
}

/** A part's checksum; its type is that of the upload and not repeated. */
export function checksumPartHeaders(checksum: Checksum | undefined): ReplyHeaders {
  return checksum === undefined ? {} : { [checksumNames[checksum.algorithm].header]: checksum.value };
}
