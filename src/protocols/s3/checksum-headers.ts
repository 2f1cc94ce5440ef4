/**
 * Owns the digests a client announces for a body, in headers and trailers, and the names checksums have in S3's headers and
 * documents. Refuses hashing: core does that while it stores. (S3 user guide, "Checking object integrity".)
 */

import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { Checksum, ChecksumAlgorithm } from '../../core/model/object-records.ts';
import type { ExpectedDigest } from '../../core/objects/info.ts';
import type { BodyStream } from '../operation.ts';
import { type S3Error, s3Error } from './errors.ts';
import type { S3View } from './request.ts';

interface ChecksumName {
  /** Of the request, reply or trailing header with the value. */
  readonly header: string;
  /** Of the XML element with the value. */
  readonly member: string;
  readonly digest: Lowercase<ChecksumAlgorithm>;
  /** Length of the digest. */
  readonly bytes: number;
}

export const checksumNames: Readonly<Record<ChecksumAlgorithm, ChecksumName>> = {
  CRC32: { header: 'x-amz-checksum-crc32', member: 'ChecksumCRC32', digest: 'crc32', bytes: 4 },
  CRC32C: { header: 'x-amz-checksum-crc32c', member: 'ChecksumCRC32C', digest: 'crc32c', bytes: 4 },
  CRC64NVME: {
    header: 'x-amz-checksum-crc64nvme',
    member: 'ChecksumCRC64NVME',
    digest: 'crc64nvme',
    bytes: 8,
  },
  SHA1: { header: 'x-amz-checksum-sha1', member: 'ChecksumSHA1', digest: 'sha1', bytes: 20 },
  SHA256: { header: 'x-amz-checksum-sha256', member: 'ChecksumSHA256', digest: 'sha256', bytes: 32 },
};

export const checksumAlgorithms = Object.keys(checksumNames) as readonly ChecksumAlgorithm[];

/** Headers that share the prefix of the values but carry none. */
const controls = new Set(['algorithm', 'mode', 'type']);

/** What the headers say about a body that has not been read. */
export interface IntegrityPlan {
  readonly known: readonly ExpectedDigest[];
  /** The checksum whose value comes in a trailer. */
  readonly trailing?: ChecksumAlgorithm;
  /** The checksum to compute and keep. */
  readonly checksum?: ChecksumAlgorithm;
}

export interface Integrity {
  readonly expected: ExpectedDigest[];
  readonly checksum?: ChecksumAlgorithm;
}

/** The digests announced for the body of `view`. @throws S3Error InvalidDigest, InvalidRequest, NotImplemented */
export function parseIntegrityHeaders(view: S3View): IntegrityPlan {
  const { request } = view;
  const sent = sentChecksum(request);
  const trailing = trailingChecksum(request);
  if (sent !== undefined && trailing !== undefined) throw severalChecksums();
  const carried = sent?.algorithm ?? trailing;
  const checksum = announcedAlgorithm(request, carried) ?? carried;
  const known = [...parseMd5Header(view).known];
  if (sent !== undefined) known.push({ algorithm: checksumNames[sent.algorithm].digest, value: sent.value });
  return {
    known,
    ...(trailing !== undefined && { trailing }),
    ...(checksum !== undefined && { checksum }),
  };
}

/** As `parseIntegrityHeaders`, for documents whose `x-amz-checksum-*` headers are about an object and not about them. */
export function parseMd5Header(view: S3View): IntegrityPlan {
  const md5 = parseContentMd5(view.request);
  return { known: md5 === undefined ? [] : [{ algorithm: 'md5', value: md5 }] };
}

/** Joins the plan with the body in whose trailers a value may arrive. */
export function bindIntegrity(plan: IntegrityPlan, body: BodyStream): Integrity {
  const expected = [...plan.known];
  const { trailing } = plan;
  if (trailing !== undefined) {
    const { header, digest } = checksumNames[trailing];
    expected.push({
      algorithm: digest,
      value: () => {
        const value = body.trailers.get(header);
        if (value === undefined) throw s3Error('MalformedTrailerError');
        return parseChecksumValue(trailing, value);
      },
    });
  }
  return { expected, ...(plan.checksum !== undefined && { checksum: plan.checksum }) };
}

/** Both steps at once, for operations that have the body already. */
export function parseIntegrity(view: S3View, body: BodyStream): Integrity {
  return bindIntegrity(parseIntegrityHeaders(view), body);
}

/** The base64 text of a checksum as its bytes. @throws S3Error InvalidRequest */
export function parseChecksumValue(algorithm: ChecksumAlgorithm, text: string): Buffer {
  const { header, bytes } = checksumNames[algorithm];
  const value = parseBase64(text, bytes);
  if (value === undefined) throw s3Error('InvalidRequest', `Value for ${header} header is invalid.`);
  return value;
}

/** An algorithm by its name in any case, from the header `header`. @throws S3Error InvalidRequest */
export function parseChecksumAlgorithm(text: string, header: string): ChecksumAlgorithm {
  const name = text.trim().toUpperCase();
  const found = checksumAlgorithms.find((algorithm) => algorithm === name);
  if (found === undefined) {
    throw s3Error(
      'InvalidRequest',
      `Value for ${header} header is invalid. Valid values are ${checksumAlgorithms.join(', ')}.`,
    );
  }
  return found;
}

/** The headers that give a stored checksum back. */
export function checksumReplyHeaders(checksum?: Checksum): ReplyHeaders {
  if (checksum === undefined) return {};
  return {
    [checksumNames[checksum.algorithm].header]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

function parseContentMd5(request: RequestView): Buffer | undefined {
  const text = request.header('content-md5');
  if (text === undefined) return undefined;
  const value = parseBase64(text, 16);
  if (value === undefined) throw s3Error('InvalidDigest', undefined, { 'Content-MD5': text });
  return value;
}

/** The checksum whose value is in a header. A checksum we do not know is refused, because it would go unchecked. */
function sentChecksum(request: RequestView): { algorithm: ChecksumAlgorithm; value: Buffer } | undefined {
  const names = [...request.headers.keys()].filter(isChecksumValue);
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) throw severalChecksums();
  const algorithm = algorithmOfHeader(name);
  if (algorithm === undefined) throw s3Error('NotImplemented', `${name} is not implemented.`);
  return { algorithm, value: parseChecksumValue(algorithm, request.header(name) ?? '') };
}

/** The checksum whose value is to come in a trailer. */
function trailingChecksum(request: RequestView): ChecksumAlgorithm | undefined {
  const names = announcedTrailers(request).filter(isChecksumValue);
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) throw severalChecksums();
  const algorithm = algorithmOfHeader(name);
  if (algorithm === undefined) throw s3Error('NotImplemented', `${name} is not implemented.`);
  return algorithm;
}

/** The lower-case names in `x-amz-trailer`. */
export function announcedTrailers(request: RequestView): string[] {
  return (request.header('x-amz-trailer') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function isChecksumValue(header: string): boolean {
  const prefix = 'x-amz-checksum-';
  return header.startsWith(prefix) && !controls.has(header.slice(prefix.length));
}

function algorithmOfHeader(header: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => checksumNames[algorithm].header === header);
}

/**
 * The algorithm named beside the value. S3 demands that `x-amz-sdk-checksum-algorithm` comes with a value of the same
 * algorithm; `x-amz-checksum-algorithm` (copies, multipart uploads) may stand alone.
 */
function announcedAlgorithm(
  request: RequestView,
  carried: ChecksumAlgorithm | undefined,
): ChecksumAlgorithm | undefined {
  const sdk = 'x-amz-sdk-checksum-algorithm';
  const named = request.header(sdk);
  if (named !== undefined) {
    const algorithm = parseChecksumAlgorithm(named, sdk);
    if (carried === undefined) {
      throw s3Error(
        'InvalidRequest',
        `${sdk} is given, but neither an x-amz-checksum-* nor an x-amz-trailer header goes with it.`,
      );
    }
    if (algorithm !== carried) throw s3Error('InvalidRequest', `Value for ${sdk} header is invalid.`);
  }
  const wanted = request.header('x-amz-checksum-algorithm');
  if (wanted === undefined) return undefined;
  const algorithm = parseChecksumAlgorithm(wanted, 'x-amz-checksum-algorithm');
  if (carried !== undefined && algorithm !== carried) throw severalChecksums();
  return algorithm;
}

/** The answer to checksums of more than one algorithm. */
export function severalChecksums(): S3Error {
  return s3Error(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  );
}

/** Exactly `length` bytes in canonical base64, else undefined. */
function parseBase64(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}
