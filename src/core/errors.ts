/**
 * The closed list of what can go wrong in the product, with typed details. Each protocol maps every code in one exhaustive
 * record, so a missing mapping does not compile. Details may reach a client; secrets never belong in them.
 */

/** `message` texts are short English without a full stop; protocols may use their own words instead. */
export interface CoreErrorDetails {
  /** No proof of identity, or a wrong one (which part was wrong is told only where a protocol demands it). */
  Unauthenticated: { reason: string };
  /** Identity is known (or anonymous) and lacks the right. `reason` is for the log and for `onggi explain`. */
  AccessDenied: { action: string; resource: string; anonymous: boolean; reason: string };
  /** A name, key, number or document breaks a stated rule. `what` names the parameter, e.g. `bucket name`. */
  InvalidArgument: { what: string; reason: string };
  InvalidBucketName: { bucket: string; reason: string };
  InvalidKey: { reason: string };
  KeyTooLong: { bytes: number; limit: number };
  MetadataTooLarge: { bytes: number; limit: number; reason: string };
  NoSuchBucket: { bucket: string };
  /** Names are unique across the service; `sameProject` tells whether the existing one is in the caller's project. */
  BucketExists: { bucket: string; sameProject: boolean; sameOwner: boolean };
  BucketNotEmpty: { bucket: string };
  /** `marker`: the version id of the delete marker in the object's place. */
  NoSuchKey: { bucket: string; key: string; marker?: string };
  NoSuchVersion: { bucket: string; key: string; version: string };
  /** The version asked for is a delete marker, which has no bytes. */
  IsDeleteMarker: { bucket: string; key: string; version: string; modifiedAt: number };
  NoSuchUpload: { upload: string };
  /** A part named in a completion was never uploaded, or its ETag or checksum differs. */
  InvalidPart: { part: number };
  InvalidPartOrder: { part: number };
  /** A part that is not the last is below the minimum. Sizes in bytes. */
  PartTooSmall: { part: number; size: number; minimum: number };
  /** The body is longer than the operation allows; bytes. */
  TooLarge: { limit: number };
  /** The body ended before its declared length. */
  IncompleteBody: { expected: number; received: number };
  /** A body differs from the digest the client sent. `digest` is e.g. `md5`, `sha256`, `crc32c`. */
  BadDigest: { digest: string };
  /** The client stopped sending. */
  BodyTimeout: { seconds: number };
  /** An object that a large object is made of is absent, another one now, or not for this reader. */
  SegmentUnusable: { segment: string; reason: string };
  RangeNotSatisfiable: { size: number };
  PreconditionFailed: { condition: string };
  /** A conditional read whose answer is "you have it": the info is what 304 answers carry. */
  NotModified: { etag: string; modifiedAt: number };
  /** Writers kept overtaking each other; trying again is right. */
  Busy: { what: string };
  NoSuchUser: { user: string };
  NoSuchProject: { project: string };
  NoSuchRole: { role: string };
  /** An IAM or S3 access key that is absent (or not the caller's). `credential` is its public id. */
  NoSuchCredential: { credential: string };
  NoSuchToken: { reason: string };
  /** A role grant of a bucket, by its id. */
  NoSuchGrant: { grant: string };
  /** A policy of an account or a bucket's policy by address; `policy` is what the caller named. */
  NoSuchPolicy: { policy: string };
  /** The change does not go with how the bucket is set now. `reason` completes "the bucket ...". */
  InvalidBucketState: { bucket: string; reason: string };
  /** The change would leave the bucket without a storage administrator. */
  LastAdmin: { bucket: string };
  NoSuchGroup: { group: string };
  /** What should go is still needed: `what` names the kind of thing, `reason` completes "it ...". */
  InUse: { what: string; name: string; reason: string };
  /** `what` names the kind of thing, `name` the taken name. */
  Duplicate: { what: string; name: string };
  /** At most `limit` of `what`. */
  LimitExceeded: { what: string; limit: number };
  /** Known to the protocol, not yet to us. */
  NotImplemented: { what: string };
  /** An engine cannot serve now. */
  Unavailable: { reason: string };
  /** No space left. */
  InsufficientStorage: { reason: string };
  /** Stored bytes failed their checksum, or a defect of ours. */
  Internal: { reason: string };
}

export type CoreErrorCode = keyof CoreErrorDetails;

export class CoreError<C extends CoreErrorCode = CoreErrorCode> extends Error {
  readonly code: C;
  readonly details: CoreErrorDetails[C];

  constructor(code: C, details: CoreErrorDetails[C], cause?: unknown) {
    super(`${code} ${JSON.stringify(details)}`, { cause });
    this.name = 'CoreError';
    this.code = code;
    this.details = details;
  }
}

/** Narrows `error` to one code, with its details. */
export function isCoreError<C extends CoreErrorCode>(error: unknown, code: C): error is CoreError<C> {
  return error instanceof CoreError && error.code === code;
}
