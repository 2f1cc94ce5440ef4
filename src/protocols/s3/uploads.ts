/** Owns the address of a multipart upload and of a part in a request, and how uploads and parts look in listings. */
import { element, type Xml } from '../../base/wire/xml.ts';
import { parseUploadId } from '../../core/model/names.ts';
import type { PartRecord } from '../../core/model/object-records.ts';
import type { UploadAddress } from '../../core/multipart/upload-place.ts';
import { uploadedObjectOf } from './address.ts';
import type { S3Request } from './define-operation.ts';
import { partChecksumElement, timestamp } from './documents/elements.ts';
import { s3Error } from './errors.ts';
import { quoteEtag } from './object-headers.ts';
import { partNumberOf } from './query-parameters.ts';

/** @throws S3Error NoSuchUpload for what cannot be an id; CoreError for names */
export function uploadOf(view: S3Request): UploadAddress {
  const raw = view.request.query.get('uploadId') ?? '';
  const upload = parseUploadId(raw);
  if (upload === undefined) throw s3Error('NoSuchUpload', undefined, { UploadId: raw });
  return { ...uploadedObjectOf(view), upload };
}

/** @throws S3Error InvalidArgument, NoSuchUpload; CoreError for names */
export function partOf(view: S3Request): UploadAddress & { readonly part: number } {
  const part = partNumberOf(view);
  if (part === undefined) throw s3Error('InvalidArgument', undefined, { ArgumentName: 'partNumber' });
  return { part, ...uploadOf(view) };
}

/** One part in a listing. */
export function partElement({ number, modifiedAt, etag, size, checksum }: PartRecord): Xml {
  return element('Part', [
    element('PartNumber', number),
    element('LastModified', timestamp(modifiedAt)),
    element('ETag', quoteEtag(etag)),
    element('Size', size),
    partChecksumElement(checksum?.algorithm, checksum?.value),
  ]);
}
