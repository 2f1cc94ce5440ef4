/**
 * Every failure as the Extension prints it: `{"error":{"code":"...","message":"..."}}` with the status texts of the cloud's
 * common table (reference, section 1). One row for each code of the core, so that a new code does not compile without one.
 */
import { MalformedTarget } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails } from '../../core/errors.ts';
import { jsonError, tokenChallenge } from '../json-error.ts';
import { type Failure, ProtocolError } from '../protocol.ts';

/** Status to the code string that goes with it. */
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
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
  507: 'InsufficientStorage',
} as const;
type Status = keyof typeof codes;

/** A failure only this protocol knows: a body that is not the JSON asked for, a path or method that is not there. */
export class ExtError extends ProtocolError {
  readonly status: Status;
  readonly headers: ReplyHeaders;
  constructor(status: Status, message: string, headers: ReplyHeaders = {}) {
    super(message);
    this.name = 'ExtError';
    this.status = status;
    this.headers = headers;
  }
}

type Row<C extends CoreErrorCode> = readonly [Status, (details: CoreErrorDetails[C]) => string];

const rows: { readonly [C in CoreErrorCode]: Row<C> } = {
  Unauthenticated: [401, () => 'a valid X-Auth-Token is required'],
  AccessDenied: [403, ({ action }) => `this needs the permission ${action}`],
  InvalidArgument: [400, ({ what, reason }) => `${what} ${reason}`],
  InvalidBucketName: [400, ({ reason }) => `the bucket name ${reason}`],
  InvalidKey: [400, ({ reason }) => `the object name ${reason}`],
  KeyTooLong: [400, ({ limit }) => `the object name is longer than ${limit} bytes`],
  MetadataTooLarge: [400, ({ reason }) => reason],
  NoSuchBucket: [404, ({ bucket }) => `there is no bucket named ${bucket}`],
  BucketExists: [409, ({ bucket }) => `a bucket named ${bucket} exists already`],
  BucketNotEmpty: [409, ({ bucket }) => `the bucket ${bucket} is not empty`],
  NoSuchKey: [404, ({ key }) => `there is no object named ${key}`],
  NoSuchVersion: [404, ({ key }) => `there is no such version of ${key}`],
  IsDeleteMarker: [404, ({ key }) => `that version of ${key} is a delete marker`],
  NoSuchUpload: [404, () => 'there is no such upload'],
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
  Busy: [503, () => 'others are changing the same thing; please try again'],
  NoSuchUser: [404, ({ user }) => `there is no user ${user}`],
  NoSuchProject: [404, ({ project }) => `there is no project ${project}`],
  NoSuchRole: [404, ({ role }) => `there is no role ${role}`],
  NoSuchGroup: [404, ({ group }) => `there is no group ${group}`],
  InUse: [409, ({ what, name, reason }) => `${what} ${name} ${reason}`],
  NoSuchCredential: [404, ({ credential }) => `there is no key ${credential}`],
  NoSuchToken: [404, () => 'there is no such token'],
  NoSuchPolicy: [404, ({ policy }) => `there is no policy ${policy}`],
  NoSuchGrant: [404, ({ grant }) => `there is no role grant ${grant}`],
  LastAdmin: [409, ({ bucket }) => `the bucket ${bucket} must keep a storage administrator`],
  Duplicate: [409, ({ what, name }) => `${what} ${name} exists already`],
  LimitExceeded: [409, ({ what, limit }) => `there can be at most ${limit} of ${what}`],
  NotImplemented: [501, ({ what }) => `${what} is not implemented`],
  Unavailable: [503, () => 'the storage cannot be reached now; please try again'],
  InsufficientStorage: [507, () => 'no space is left'],
  Internal: [500, () => 'an unexpected failure; the request id names it in the log'],
};

function rowFor<C extends CoreErrorCode>(error: CoreError<C>): { status: Status; message: string } {
  // Nobody's request is refused for want of proof, not of rights.
  if (error.code === 'AccessDenied' && (error as CoreError<'AccessDenied'>).details.anonymous) {
    return rowFor(new CoreError('Unauthenticated', { reason: 'anonymous' }));
  }
  const [status, message]: Row<C> = rows[error.code];
  return { status, message: message(error.details) };
}

/** `origin` is where the client found us: a refusal says which identity service issues tokens (RFC 9110 15.5.2). */
export function renderError(error: Failure, origin: string): Reply {
  if (error instanceof MalformedTarget) return envelope(400, error.message, origin);
  if (error instanceof ExtError) return envelope(error.status, error.message, origin, error.headers);
  const { status, message } =
    error instanceof CoreError ? rowFor(error) : rowFor(new CoreError('Internal', { reason: error.message }));
  return envelope(status, message, origin);
}

function envelope(status: Status, message: string, origin: string, headers: ReplyHeaders = {}): Reply {
  return jsonError(status, { code: codes[status], message }, tokenChallenge(origin), headers);
}
