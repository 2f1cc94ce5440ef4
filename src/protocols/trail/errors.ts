/** Every failure of the trail's door as JSON: `{"error":{"code":"...","message":"..."}}`. One row for each code of the core. */
import { MalformedTarget } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import { CoreError, type CoreErrorCode, isCoreError } from '../../core/errors.ts';
import { jsonError, tokenChallenge } from '../json-error.ts';
import { type Failure, ProtocolError } from '../protocol.ts';

/** Status to the code string that goes with it, and what there is to say when nothing more is known. */
const statuses = {
  400: ['BadRequest', 'the request is wrong'],
  401: ['Unauthorized', 'a valid X-Auth-Token is required'],
  403: ['Forbidden', 'this is not allowed'],
  404: ['NotFound', 'there is nothing at this path'],
  405: ['MethodNotAllowed', 'this path takes other methods'],
  500: ['InternalServerError', 'an unexpected failure; the request id names it in the log'],
  501: ['NotImplemented', 'this is not implemented'],
  503: ['ServiceUnavailable', 'the storage cannot be reached now; please try again'],
} as const;
type Status = keyof typeof statuses;

/** A failure only this door knows: a wrong parameter, a path or method that is not there. */
export class TrailError extends ProtocolError {
  readonly status: Status;
  readonly headers: ReplyHeaders;
  constructor(status: Status, message: string, headers: ReplyHeaders = {}) {
    super(message);
    this.name = 'TrailError';
    this.status = status;
    this.headers = headers;
  }
}

/** The door has no objects: most of what can go wrong elsewhere would be a defect here. */
const rows: Readonly<Record<CoreErrorCode, Status>> = {
  Unauthenticated: 401,
  AccessDenied: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidKey: 400,
  KeyTooLong: 400,
  MetadataTooLarge: 400,
  NoSuchBucket: 404,
  BucketExists: 500,
  BucketNotEmpty: 500,
  NoSuchKey: 404,
  NoSuchVersion: 404,
  IsDeleteMarker: 404,
  NoSuchUpload: 404,
  InvalidPart: 500,
  InvalidPartOrder: 500,
  PartTooSmall: 500,
  TooLarge: 400,
  IncompleteBody: 400,
  BadDigest: 400,
  BodyTimeout: 400,
  SegmentUnusable: 500,
  RangeNotSatisfiable: 500,
  PreconditionFailed: 500,
  NotModified: 500,
  Busy: 503,
  NoSuchUser: 404,
  NoSuchProject: 404,
  NoSuchRole: 404,
  NoSuchGroup: 404,
  InUse: 500,
  NoSuchCredential: 404,
  NoSuchToken: 404,
  NoSuchGrant: 404,
  NoSuchPolicy: 404,
  LastAdmin: 500,
  Duplicate: 500,
  LimitExceeded: 500,
  NotImplemented: 501,
  Unavailable: 503,
  InsufficientStorage: 503,
  Internal: 500,
};

/** `origin` is where the client found us: a refusal says which identity service issues tokens (RFC 9110 15.5.2). */
export function renderError(error: Failure, origin: string): Reply {
  if (error instanceof MalformedTarget) return envelope(400, error.message, origin);
  if (error instanceof TrailError) return envelope(error.status, error.message, origin, error.headers);
  if (!(error instanceof CoreError)) return envelope(500, statuses[500][1], origin);
  const status = rows[error.code];
  return envelope(status, messageOf(error) ?? statuses[status][1], origin);
}

/** What is wrong with what a request names; undefined where its status says enough. */
function messageOf(error: CoreError): string | undefined {
  if (isCoreError(error, 'InvalidArgument')) return `${error.details.what} ${error.details.reason}`;
  if (isCoreError(error, 'InvalidBucketName')) return `the bucket name ${error.details.reason}`;
  if (isCoreError(error, 'NoSuchBucket')) return `there is no bucket ${error.details.bucket}`;
  if (isCoreError(error, 'NoSuchCredential')) {
    return 'there is no such IAM access key of yours; for the key of another user its secret is needed';
  }
  if (isCoreError(error, 'AccessDenied')) {
    return `this needs ${error.details.action} on ${error.details.resource}`;
  }
  return undefined;
}

function envelope(status: Status, message: string, origin: string, headers: ReplyHeaders = {}): Reply {
  return jsonError(status, { code: statuses[status][0], message }, tokenChallenge(origin), headers);
}
