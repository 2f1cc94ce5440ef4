/**
 * Names from outside, parsed once into brands: past these functions no raw string is a bucket, key or id.
 * Limits differ by profile (DESIGN 1), so they are arguments.
 */
import { CoreError } from '../errors.ts';

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

export type BucketName = Brand<string, 'BucketName'>;
/** Well-formed Unicode without NUL, at most `keyBytes` bytes of UTF-8; ordered by those bytes. */
export type ObjectKey = Brand<string, 'ObjectKey'>;
/** 32 lower-case hex characters each. */
export type ProjectId = Brand<string, 'ProjectId'>;
export type UserId = Brand<string, 'UserId'>;
export type UploadId = Brand<string, 'UploadId'>;
/** See `core/versions/ids.ts`. */
export type VersionId = Brand<string, 'VersionId'>;

export interface NameLimits {
  /** Characters of a bucket name. */
  readonly bucketNameMin: number;
  readonly bucketNameMax: number;
  /** Bytes of an object key in UTF-8. */
  readonly keyBytes: number;
  readonly reservedBucketNames: ReadonlySet<string>;
}

/** The first path segments of our own routes (DESIGN 6): as bucket names they could not be reached in path style. */
const routeNames = [
  'v1',
  'v1_ext',
  'v3',
  'identity',
  'auth',
  'kos',
  'internal',
  'trail',
  'info',
  'healthcheck',
  '-',
];

/**
 * DESIGN 1: a superset of what the clouds allow. Names of what may exist already are held against these whatever the profile, so
 * that a narrower profile never hides what was stored before it.
 */
export const defaultNameLimits: NameLimits = {
  bucketNameMin: 3,
  bucketNameMax: 63,
  keyBytes: 1024,
  reservedBucketNames: new Set(routeNames),
};

/** KakaoCloud's own (reference, section 1). The character set stays ours: it is not documented. */
const kakaocloudNameLimits: NameLimits = {
  bucketNameMin: 4,
  bucketNameMax: 63,
  keyBytes: 432,
  reservedBucketNames: new Set([...routeNames, 'swagger', 'status', 'ping']),
};

export const limitsProfiles = ['default', 'kakaocloud'] as const;
export type LimitsProfile = (typeof limitsProfiles)[number];

export const nameLimits: Readonly<Record<LimitsProfile, NameLimits>> = {
  default: defaultNameLimits,
  kakaocloud: kakaocloudNameLimits,
};

/** A name that works in all APIs: AWS's rule (S3 user guide, bucket naming) and `_`, for Swift's `NAME_segments`. */
export function parseBucketName(raw: string, limits: NameLimits): BucketName {
  const refuse = (reason: string) =>
    new CoreError('InvalidBucketName', { bucket: raw.slice(0, 300), reason });
  if (raw.length < limits.bucketNameMin || raw.length > limits.bucketNameMax) {
    throw refuse(`must have ${limits.bucketNameMin} to ${limits.bucketNameMax} characters`);
  }
  if (limits.reservedBucketNames.has(raw)) throw refuse('is reserved');
  if (!/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(raw)) {
    throw refuse(
      'must consist of lower-case letters, digits, dots, hyphens and underscores, with a letter or digit at both ends',
    );
  }
  if (raw.includes('..')) throw refuse('must not contain two dots in a row');
  if (/^\d+\.\d+\.\d+\.\d+$/.test(raw)) throw refuse('must not look like an IP address');
  return raw as BucketName;
}

/** @throws CoreError InvalidKey (empty, NUL, broken Unicode), KeyTooLong */
export function parseObjectKey(raw: string, limits: NameLimits): ObjectKey {
  if (raw === '') throw new CoreError('InvalidKey', { reason: 'must not be empty' });
  if (raw.includes('\0')) throw new CoreError('InvalidKey', { reason: 'must not contain NUL' });
  if (!raw.isWellFormed()) throw new CoreError('InvalidKey', { reason: 'must be well-formed Unicode' });
  const bytes = Buffer.byteLength(raw);
  if (bytes > limits.keyBytes) throw new CoreError('KeyTooLong', { bytes, limit: limits.keyBytes });
  return raw as ObjectKey;
}

const hexId = /^[0-9a-f]{32}$/;

/** Undefined when `raw` cannot be the id of anything. */
export function parseProjectId(raw: string): ProjectId | undefined {
  return hexId.test(raw) ? (raw as ProjectId) : undefined;
}

export function parseUserId(raw: string): UserId | undefined {
  return hexId.test(raw) ? (raw as UserId) : undefined;
}

export function parseUploadId(raw: string): UploadId | undefined {
  return hexId.test(raw) ? (raw as UploadId) : undefined;
}
