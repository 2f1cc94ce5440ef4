/** Owns what GetObject and HeadObject have in common: the request for an object or a part of it, and the head of the answer. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { Actor } from '../../core/actor.ts';
import { isCoreError } from '../../core/errors.ts';
import type { ReadConditions } from '../../core/objects/conditions.ts';
import type { ObjectReading, ReadObjectInput, RequestedRange } from '../../core/objects/get.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import type { VersionAddress } from '../../core/versions/find.ts';
import { objectOf } from './address.ts';
import { rangeOf } from './byte-range.ts';
import { checksumReplyHeaders } from './checksum-headers.ts';
import { always, ifRange, readConditions } from './conditions.ts';
import type { S3Request } from './define-operation.ts';
import { s3Error } from './errors.ts';
import { objectHeaders, type ResponseOverrides, responseOverridesOf } from './object-headers.ts';
import { partNumberOf } from './query-parameters.ts';
import { refuseUnserved } from './refusals.ts';

export interface ReadRequest extends VersionAddress {
  readonly conditions: ReadConditions;
  readonly range: RequestedRange | undefined;
  /** Whether the range still means the bytes the client has the rest of. */
  readonly rangeApplies: (info: ObjectInfo) => boolean;
  readonly partNumber: number | undefined;
  readonly overrides: ResponseOverrides;
  readonly showChecksum: boolean;
}

/** @throws S3Error InvalidRequest, InvalidArgument, NotImplemented; CoreError for names */
export function parseReadRequest(view: S3Request): ReadRequest {
  refuseUnserved(view, 'objectRead');
  const range = rangeOf(view);
  const partNumber = partNumberOf(view);
  if (partNumber !== undefined && view.request.header('range') !== undefined) {
    throw s3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  return {
    ...objectOf(view),
    conditions: readConditions(view),
    range,
    rangeApplies: ifRange(view),
    partNumber,
    overrides: responseOverridesOf(view),
    showChecksum: view.request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED',
  };
}

/**
 * Reads by `read`, in S3's terms. @throws S3Error InvalidRequest for overrides of an unsigned request, InvalidPartNumber;
 * CoreError as `read`
 */
export async function readInTerms(
  actor: Actor,
  request: ReadRequest,
  read: (input: ReadObjectInput) => Promise<ObjectReading>,
): Promise<ObjectReading> {
  if (actor.kind === 'anonymous' && Object.keys(request.overrides).length > 0) {
    throw s3Error(
      'InvalidRequest',
      'Request specific response headers cannot be used for anonymous GET requests.',
    );
  }
  const { bucket, key, version, conditions, range, partNumber } = request;
  const whole = { bucket, key, version, conditions };
  try {
    if (partNumber !== undefined) return await read({ ...whole, partNumber });
    if (range === undefined) return await read(whole);
    return await readRange(request, range, whole, read);
  } catch (error) {
    if (partNumber !== undefined && isCoreError(error, 'InvalidPart')) throw s3Error('InvalidPartNumber');
    throw error;
  }
}

/** If-Range (RFC 9110 13.1.5) is decided on a first look; the read that follows holds only for what that look has seen. */
async function readRange(
  { rangeApplies }: ReadRequest,
  range: RequestedRange,
  whole: ReadObjectInput,
  read: (input: ReadObjectInput) => Promise<ObjectReading>,
): Promise<ObjectReading> {
  if (rangeApplies === always) return read({ ...whole, ranges: [range] });
  const seen = await read(whole);
  if (!rangeApplies(seen.info)) return seen;
  const conditions = { ...whole.conditions, ifMatch: [seen.info.etag] };
  try {
    return await read({ ...whole, conditions, ranges: [range] });
  } catch (error) {
    if (isCoreError(error, 'PreconditionFailed')) return read(whole);
    throw error;
  }
}

/** The status and headers of an answer with (or about) the bytes of `reading`. */
export function readingHead(
  reading: ObjectReading,
  request: ReadRequest,
): { status: number; headers: ReplyHeaders; range: { start: number; end: number } } {
  const { info } = reading;
  const range = reading.ranges[0] ?? { start: 0, end: info.size };
  const length = range.end - range.start;
  const partial = reading.partial && length > 0;
  const headers = objectHeaders(info, request.overrides);
  headers['Content-Length'] = length;
  if (partial) headers['Content-Range'] = `bytes ${range.start}-${range.end - 1}/${info.size}`;
  if (request.partNumber !== undefined) headers['x-amz-mp-parts-count'] = info.partCount;
  // The checksum is of all bytes; beside a part of them clients would compare and fail.
  if (request.showChecksum && length === info.size)
    Object.assign(headers, checksumReplyHeaders(info.checksum));
  return { status: partial ? 206 : 200, headers, range };
}
