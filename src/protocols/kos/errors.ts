/** Failures as Krutrim's clients get them, with the statuses of reference, section 10, and codes that tell programs more than the status. */
import { failurePrinter, JsonDoorError, type JsonDoorRows } from '../json-error.ts';

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
export class KosError extends JsonDoorError<KosStatus> {}

const rows: JsonDoorRows<KosStatus> = {
  Unauthenticated: { status: 401, message: () => 'an API key, token or session of the account is required' },
  AccessDenied: 403,
  InvalidArgument: 400,
  InvalidBucketName: { status: 400, code: 'InvalidBucketName' },
  InvalidKey: { status: 400, code: 'InvalidObjectKey' },
  KeyTooLong: { status: 400, code: 'InvalidObjectKey' },
  MetadataTooLarge: 400,
  NoSuchBucket: {
    status: 404,
    code: 'BucketNotFound',
    message: () => 'there is no such bucket in the account',
  },
  BucketExists: { status: 409, code: 'BucketAlreadyExists' },
  BucketNotEmpty: { status: 409, code: 'BucketNotEmpty' },
  NoSuchKey: { status: 404, code: 'ObjectNotFound' },
  NoSuchVersion: 404,
  IsDeleteMarker: 404,
  NoSuchUpload: { status: 404, code: 'UploadNotFound' },
  InvalidPart: 400,
  InvalidPartOrder: 400,
  PartTooSmall: 400,
  TooLarge: 413,
  IncompleteBody: 400,
  BadDigest: 400,
  BodyTimeout: 408,
  SegmentUnusable: 409,
  RangeNotSatisfiable: 416,
  PreconditionFailed: 412,
  NotModified: 304,
  // Trying again is right, and what the SDKs do at this status.
  Busy: 503,
  NoSuchUser: { status: 404, code: 'UserNotFound', message: () => 'there is no such user' },
  NoSuchProject: { status: 404, code: 'AccountNotFound', message: () => 'there is no such account' },
  NoSuchRole: 404,
  NoSuchGroup: 404,
  InUse: { status: 409, code: 'InUse' },
  NoSuchCredential: {
    status: 404,
    code: 'AccessKeyNotFound',
    message: () => 'there is no such access key in the account',
  },
  NoSuchToken: { status: 404, code: 'SessionNotFound', message: () => 'there is no such session' },
  NoSuchPolicy: { status: 404, code: 'PolicyNotFound', message: () => 'there is no such policy' },
  NoSuchGrant: 404,
  InvalidBucketState: 409,
  LastAdmin: 409,
  Duplicate: { status: 409, code: 'AlreadyExists' },
  LimitExceeded: { status: 409, code: 'LimitExceeded' },
  NotImplemented: 501,
  Unavailable: 503,
  InsufficientStorage: { status: 503, code: 'InsufficientStorage' },
  Internal: 500,
};

export const renderError = failurePrinter({ codes, rows });
