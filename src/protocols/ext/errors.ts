/** Failures as the Extension prints them, with the status texts of the cloud's common table (reference, section 1). */
import { failurePrinter, JsonDoorError, type JsonDoorRows } from '../json-error.ts';

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
export class ExtError extends JsonDoorError<Status> {}

const rows: JsonDoorRows<Status> = {
  Unauthenticated: 401,
  AccessDenied: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidKey: 400,
  KeyTooLong: 400,
  MetadataTooLarge: 400,
  NoSuchBucket: 404,
  BucketExists: 409,
  BucketNotEmpty: 409,
  NoSuchKey: 404,
  NoSuchVersion: 404,
  IsDeleteMarker: 404,
  NoSuchUpload: 404,
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
  Busy: 503,
  NoSuchUser: 404,
  NoSuchProject: 404,
  NoSuchRole: 404,
  NoSuchGroup: 404,
  InUse: 409,
  NoSuchCredential: 404,
  NoSuchToken: 404,
  NoSuchPolicy: 404,
  NoSuchGrant: 404,
  InvalidBucketState: 409,
  LastAdmin: 409,
  Duplicate: 409,
  LimitExceeded: 409,
  NotImplemented: 501,
  Unavailable: 503,
  InsufficientStorage: 507,
  Internal: 500,
};

export const renderError = failurePrinter({ codes, rows });
