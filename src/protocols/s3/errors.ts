/**
 * Owns what goes wrong in the S3 protocol: its own error, the words for every core error, and the XML of both. Refuses
 * deciding when an error occurs. Signatures, tokens and secrets never become part of an error.
 */
import { httpDate } from '../../base/http/http-date.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { element, optionalElement, xmlDocument } from '../../base/wire/xml.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails } from '../../core/errors.ts';
import { type Failure, ProtocolError } from '../failure.ts';
import { errorTable, type S3ErrorCode } from './error-table.ts';
import { deletionHeaders } from './version-headers.ts';

export type { S3ErrorCode } from './error-table.ts';

/** Further elements of the error document by name, such as `BucketName` or `ArgumentName`; undefined ones are left out. */
export type S3ErrorExtra = Readonly<Record<string, string | number | undefined>>;

/** A failure in S3's own terms. */
export class S3Error extends ProtocolError {
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly extra: S3ErrorExtra;
  readonly headers: ReplyHeaders;

  constructor(
    code: S3ErrorCode,
    message: string = errorTable[code].message,
    extra: S3ErrorExtra = {},
    headers: ReplyHeaders = {},
  ) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = errorTable[code].status;
    this.extra = extra;
    this.headers = headers;
  }
}

/** The error of one code of the table; without `message` in the table's words. */
export function s3Error(
  code: S3ErrorCode,
  message?: string,
  extra?: S3ErrorExtra,
  headers?: ReplyHeaders,
): S3Error {
  return new S3Error(code, message, extra, headers);
}

type Translations = {
  readonly [C in CoreErrorCode]: (details: CoreErrorDetails[C], request: RequestView) => S3Error;
};

/** Every core error in S3's words. `request` serves where S3 tells a failure apart by what was asked. */
export const fromCore: Translations = {
  Unauthenticated: () => s3Error('AccessDenied'),
  AccessDenied: () => s3Error('AccessDenied'),
  InvalidArgument: ({ what, reason }, request) => {
    if (what === 'otp') return mfaError(reason, request);
    if (what === 'tag') return s3Error('InvalidTag', `The ${what} ${reason}.`);
    return s3Error('InvalidArgument', `The ${what} ${reason}.`, { ArgumentName: what });
  },
  InvalidBucketName: ({ bucket, reason }) =>
    s3Error('InvalidBucketName', `The bucket name ${reason}.`, { BucketName: bucket }),
  InvalidKey: ({ reason }) => s3Error('InvalidArgument', `The key ${reason}.`, { ArgumentName: 'key' }),
  KeyTooLong: ({ bytes, limit }) =>
    s3Error('KeyTooLongError', undefined, { Size: bytes, MaxSizeAllowed: limit }),
  MetadataTooLarge: ({ bytes, limit }) =>
    s3Error('MetadataTooLarge', undefined, { Size: bytes, MaxSizeAllowed: limit }),
  NoSuchBucket: ({ bucket }) => s3Error('NoSuchBucket', undefined, { BucketName: bucket }),
  // A project is S3's account (DESIGN 1), so a bucket of the caller's project is the caller's own.
  BucketExists: ({ bucket, sameProject }) =>
    s3Error(sameProject ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', undefined, {
      BucketName: bucket,
    }),
  BucketNotEmpty: ({ bucket }) => s3Error('BucketNotEmpty', undefined, { BucketName: bucket }),
  NoSuchKey: ({ key, marker }) =>
    s3Error('NoSuchKey', undefined, { Key: key }, marker === undefined ? {} : markerHeaders(marker)),
  NoSuchVersion: ({ key, version }) => s3Error('NoSuchVersion', undefined, { Key: key, VersionId: version }),
  // A marker can be deleted, and nothing else.
  IsDeleteMarker: ({ version, modifiedAt }, { method }) =>
    s3Error(
      'MethodNotAllowed',
      undefined,
      { Method: method, ResourceType: 'DeleteMarker' },
      { Allow: 'DELETE', ...markerHeaders(version), 'Last-Modified': httpDate(modifiedAt) },
    ),
  NoSuchUpload: ({ upload }) => s3Error('NoSuchUpload', undefined, { UploadId: upload }),
  InvalidPart: ({ part }) => s3Error('InvalidPart', undefined, { PartNumber: part }),
  InvalidPartOrder: ({ part }) => s3Error('InvalidPartOrder', undefined, { PartNumber: part }),
  PartTooSmall: ({ part, size, minimum }) =>
    s3Error('EntityTooSmall', undefined, { ProposedSize: size, MinSizeAllowed: minimum, PartNumber: part }),
  TooLarge: ({ limit }) => s3Error('EntityTooLarge', undefined, { MaxSizeAllowed: limit }),
  IncompleteBody: ({ expected, received }) =>
    s3Error('IncompleteBody', undefined, {
      NumberBytesExpected: expected,
      NumberBytesProvided: received,
    }),
  BadDigest: ({ digest }) =>
    s3Error(
      'BadDigest',
      digest === 'md5'
        ? 'The Content-MD5 you specified did not match what we received.'
        : `The ${digest.toUpperCase()} you specified did not match the calculated checksum.`,
    ),
  BodyTimeout: () => s3Error('RequestTimeout'),
  SegmentUnusable: ({ segment, reason }) => s3Error('OperationAborted', `The segment ${segment} ${reason}.`),
  RangeNotSatisfiable: ({ size }, request) =>
    s3Error(
      'InvalidRange',
      undefined,
      { RangeRequested: request.header('range'), ActualObjectSize: size },
      { 'Content-Range': `bytes */${size}` },
    ),
  PreconditionFailed: ({ condition }) => s3Error('PreconditionFailed', undefined, { Condition: condition }),
  NotModified: ({ etag, modifiedAt }) =>
    s3Error('NotModified', undefined, undefined, {
      ETag: `"${etag}"`,
      'Last-Modified': httpDate(modifiedAt),
    }),
  // Clients repeat a 503 by themselves; only who sent a condition may want to look again first.
  Busy: (_, request) => s3Error(isConditional(request) ? 'ConditionalRequestConflict' : 'SlowDown'),
  NoSuchUser: ({ user }) => s3Error('InvalidArgument', 'There is no such user.', { ArgumentValue: user }),
  NoSuchProject: ({ project }) =>
    s3Error('InvalidArgument', 'There is no such project.', { ArgumentValue: project }),
  NoSuchRole: ({ role }) => s3Error('InvalidArgument', 'There is no such role.', { ArgumentValue: role }),
  NoSuchGroup: ({ group }) => s3Error('InvalidArgument', 'There is no such group.', { ArgumentValue: group }),
  InUse: ({ what, name, reason }) => s3Error('OperationAborted', `The ${what} ${name} ${reason}.`),
  NoSuchCredential: ({ credential }) =>
    s3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: credential }),
  NoSuchToken: () => s3Error('InvalidToken'),
  NoSuchPolicy: () => s3Error('NoSuchBucketPolicy'),
  NoSuchGrant: ({ grant }) => s3Error('InvalidArgument', 'There is no such grant.', { ArgumentValue: grant }),
  InvalidBucketState: ({ reason }) => s3Error('InvalidBucketState', `The bucket ${reason}.`),
  LastAdmin: () => s3Error('InvalidBucketState', 'The bucket must keep a storage administrator.'),
  Duplicate: ({ what, name }) => s3Error('OperationAborted', `There is a ${what} ${name} already.`),
  LimitExceeded: ({ what, limit }) =>
    what === 'tags'
      ? s3Error('BadRequest', `There cannot be more than ${limit} tags.`)
      : s3Error(what.includes('bucket') ? 'TooManyBuckets' : 'InvalidRequest', `At most ${limit} ${what}.`),
  NotImplemented: ({ what }) => s3Error('NotImplemented', `${what} is not implemented.`),
  Unavailable: () => s3Error('ServiceUnavailable'),
  InsufficientStorage: () => s3Error('InsufficientStorage'),
  Internal: () => s3Error('InternalError'),
};

/** A code that is needed and was not shown, or is not taken. */
function mfaError(reason: string, request: RequestView): S3Error {
  return request.header('x-amz-mfa') === undefined
    ? s3Error('AccessDenied', 'Mfa Authentication must be used for this request')
    : s3Error('AccessDenied', `MultiFactorAuthentication failed: the one-time password ${reason}`);
}

function markerHeaders(version: string): ReplyHeaders {
  return deletionHeaders({ existed: true, versionId: version, deleteMarker: true });
}

function isConditional(request: RequestView): boolean {
  return request.header('if-match') !== undefined || request.header('if-none-match') !== undefined;
}

/** Any failure as an S3 error: core errors translated, undecodable targets as InvalidURI. */
export function toS3Error(error: Failure, request: RequestView): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof CoreError) return translate(error.code, error.details, request);
  if (error instanceof ProtocolError) return s3Error('InternalError');
  return s3Error('InvalidURI');
}

function translate<C extends CoreErrorCode>(
  code: C,
  details: CoreErrorDetails[C],
  request: RequestView,
): S3Error {
  return fromCore[code](details, request);
}

/** What `HostId` and `x-amz-id-2` say: S3 clients print it beside the request id. */
export const hostId = 'onggi';

/** Seconds after which a client told to come back may do so. */
const retryAfter = 1;

/**
 * The answer to a failure: an error document (S3 API reference, "REST error responses"); none for HEAD and 304, which have no
 * body. Never throws.
 */
export function renderS3Error(failure: Failure, request: RequestView): Reply {
  const error = toS3Error(failure, request);
  const headers = error.status === 503 ? { 'Retry-After': retryAfter, ...error.headers } : error.headers;
  if (error.status === 304) return { status: error.status, headers };
  const typed = { 'Content-Type': 'application/xml', ...headers };
  if (request.method === 'HEAD') return { status: error.status, headers: typed };
  return { status: error.status, headers: typed, body: errorDocument(error, request) };
}

function errorDocument(error: S3Error, request: RequestView): string {
  const elements = {
    Code: error.code,
    Message: error.message,
    ...error.extra,
    // The path alone: a query may hold a signature.
    Resource: request.path,
    RequestId: request.requestId,
    HostId: hostId,
  };
  const children = Object.entries(elements).map(([name, value]) => optionalElement(name, value));
  return xmlDocument(element('Error', children));
}
