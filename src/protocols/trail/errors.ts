/** Failures of the trail's door. It has no objects: most of what can go wrong elsewhere would be a defect here. */
import { failurePrinter, JsonDoorError, type JsonDoorRows } from '../json-error.ts';

/** Status to the code string that goes with it. */
const codes = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
} as const;
type Status = keyof typeof codes;

/** A failure only this door knows: a wrong parameter, a path or method that is not there. */
export class TrailError extends JsonDoorError<Status> {}

const rows: JsonDoorRows<Status> = {
  Unauthenticated: 401,
  AccessDenied: { status: 403, message: ({ action, resource }) => `this needs ${action} on ${resource}` },
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
  NoSuchCredential: {
    status: 404,
    message: () =>
      'there is no such IAM access key of yours; for the key of another user its secret is needed',
  },
  NoSuchToken: 404,
  NoSuchGrant: 404,
  NoSuchPolicy: 404,
  InvalidBucketState: 500,
  LastAdmin: 500,
  Duplicate: 500,
  LimitExceeded: 500,
  NotImplemented: 501,
  Unavailable: 503,
  InsufficientStorage: 503,
  Internal: 500,
};

export const renderError = failurePrinter({ codes, rows });
