/**
 * Every failure as Krutrim's clients get it: `{"error":{"code":"...","message":"..."}}`, with the statuses of reference, section 10. One row
 * for each code of the core, so that a new code does not compile without one. Messages never repeat a token.
 */
import { MalformedTarget } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails } from '../../core/errors.ts';
import { jsonError } from '../json-error.ts';
import { type Failure, ProtocolError } from '../protocol.ts';

/** Status to the code that goes with it where nothing more exact is known. */
const codes = {
  304: 'NotModified',
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  412: 'PreconditionFailed',
  413: 'PayloadTooLarge',
  416: 'RangeNotSatisfiable',
  422: 'ValidationFailed',
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
} as const;
export type KosStatus = keyof typeof codes;

/** A failure only this door knows: a wrong header or body, a path or method that is not there. */
export class KosError extends ProtocolError {
  readonly status: KosStatus;
  readonly code: string;
  readonly headers: ReplyHeaders;
  constructor(
    status: KosStatus,
    message: string,
    { code = codes[status], headers = {} }: { readonly code?: string; readonly headers?: ReplyHeaders } = {},
  ) {
    super(message);
    this.name = 'KosError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** No code: the one of the status. */
type Row<C extends CoreErrorCode> = readonly [
  status: KosStatus,
  message: (details: CoreErrorDetails[C]) => string,
  code?: string,
];

const rows: { readonly [C in CoreErrorCode]: Row<C> } = {
  Unauthenticated: [401, () => 'an API key, token or session of the account is required'],
  AccessDenied: [403, ({ action }) => `this needs the permission ${action}`],
  InvalidArgument: [400, ({ what, reason }) => `${what} ${reason}`],
  InvalidBucketName: [400, ({ reason }) => `the bucket name ${reason}`, 'InvalidBucketName'],
  InvalidKey: [400, ({ reason }) => `the object key ${reason}`, 'InvalidObjectKey'],
  KeyTooLong: [400, ({ limit }) => `the object key is longer than ${limit} bytes`, 'InvalidObjectKey'],
  MetadataTooLarge: [400, ({ reason }) => reason],
  NoSuchBucket: [404, () => 'there is no such bucket in the account', 'BucketNotFound'],
  BucketExists: [409, ({ bucket }) => `a bucket named ${bucket} exists already`, 'BucketAlreadyExists'],
  BucketNotEmpty: [409, ({ bucket }) => `the bucket ${bucket} is not empty`, 'BucketNotEmpty'],
  NoSuchKey: [404, ({ key }) => `there is no object ${key}`, 'ObjectNotFound'],
  NoSuchVersion: [404, ({ key }) => `there is no such version of ${key}`],
  IsDeleteMarker: [404, ({ key }) => `that version of ${key} is a delete marker`],
  NoSuchUpload: [404, () => 'there is no such upload', 'UploadNotFound'],
  InvalidPart: [400, ({ part }) => `part ${part} is not as announced`],
  InvalidPartOrder: [400, ({ part }) => `part ${part} is out of order`],
  PartTooSmall: [400, ({ part, minimum }) => `part ${part} is smaller than ${minimum} bytes`],
  TooLarge: [413, ({ limit }) => `the body is longer than ${limit} bytes`],
  IncompleteBody: [400, () => 'the body ended before its announced length'],
  BadDigest: [400, ({ digest }) => `the body differs from its ${digest} digest`],
  BodyTimeout: [408, ({ seconds }) => `nothing was sent for ${seconds} seconds`],
  SegmentUnusable: [409, ({ segment, reason }) => `the segment ${segment} ${reason}`],
  RangeNotSatisfiable: [416, ({ size }) => `the object has only ${size} bytes`],
  PreconditionFailed: [412, ({ condition }) => `${condition} does not hold`],
  NotModified: [304, () => 'not modified'],
  // Trying again is right, and what the SDKs do at this status.
  Busy: [503, () => 'others are changing the same thing; please try again'],
  NoSuchUser: [404, () => 'there is no such user', 'UserNotFound'],
  NoSuchProject: [404, () => 'there is no such account', 'AccountNotFound'],
  NoSuchRole: [404, ({ role }) => `there is no role ${role}`],
  NoSuchGroup: [404, ({ group }) => `there is no group ${group}`],
  InUse: [409, ({ what, name, reason }) => `${what} ${name} ${reason}`, 'InUse'],
  NoSuchCredential: [404, () => 'there is no such access key in the account', 'AccessKeyNotFound'],
  NoSuchToken: [404, () => 'there is no such session', 'SessionNotFound'],
  NoSuchPolicy: [404, () => 'there is no such policy', 'PolicyNotFound'],
  NoSuchGrant: [404, ({ grant }) => `there is no role grant ${grant}`],
  LastAdmin: [409, ({ bucket }) => `the bucket ${bucket} must keep a storage administrator`],
  Duplicate: [409, ({ what, name }) => `${what} ${name} exists already`, 'AlreadyExists'],
  LimitExceeded: [409, ({ what, limit }) => `there can be at most ${limit} of ${what}`, 'LimitExceeded'],
  NotImplemented: [501, ({ what }) => `${what} is not implemented`],
  Unavailable: [503, () => 'the storage cannot be reached now; please try again'],
  InsufficientStorage: [503, () => 'no space is left', 'InsufficientStorage'],
  Internal: [500, () => 'an unexpected failure; the request id names it in the log'],
};

function rowFor<C extends CoreErrorCode>(error: CoreError<C>): Reply {
  // Nobody's request is refused for want of proof, not of rights.
  if (error.code === 'AccessDenied' && (error as CoreError<'AccessDenied'>).details.anonymous) {
    return rowFor(new CoreError('Unauthenticated', { reason: 'anonymous' }));
  }
  const [status, message, code]: Row<C> = rows[error.code];
  return envelope(status, code ?? codes[status], message(error.details));
}

export function renderError(error: Failure): Reply {
  if (error instanceof MalformedTarget) return envelope(400, codes[400], error.message);
  if (error instanceof KosError) return envelope(error.status, error.code, error.message, error.headers);
  return rowFor(error instanceof CoreError ? error : new CoreError('Internal', { reason: error.message }));
}

function envelope(status: KosStatus, code: string, message: string, headers: ReplyHeaders = {}): Reply {
  return jsonError(status, { code, message }, 'Bearer', headers);
}
