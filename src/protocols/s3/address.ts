/** Owns the names in an S3 request's address, parsed; and the address of an object as we print it. */
import { percentEncode } from '../../base/http/query.ts';
import {
  type BucketName,
  defaultNameLimits,
  type NameLimits,
  type ObjectKey,
  parseBucketName,
  parseObjectKey,
} from '../../core/model/names.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

type Addressed = S3View & { readonly limits: NameLimits };

export interface ObjectAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** A bucket that may exist. @throws CoreError InvalidBucketName */
export function bucketOf(view: S3View): BucketName {
  return parseBucketName(view.bucket ?? '', defaultNameLimits);
}

/** A bucket to be made. @throws CoreError InvalidBucketName */
export function newBucketOf(view: Addressed): BucketName {
  return parseBucketName(view.bucket ?? '', view.limits);
}

/** An object that may exist. @throws CoreError InvalidBucketName, InvalidKey, KeyTooLong; S3Error for a version */
export function objectOf(view: S3View): ObjectAddress {
  return addressOf(view, defaultNameLimits);
}

/** An object to be written. @throws as `objectOf` */
export function newObjectOf(view: Addressed): ObjectAddress {
  return addressOf(view, view.limits);
}

function addressOf(view: S3View, limits: NameLimits): ObjectAddress {
  refuseVersion(view.request.query.get('versionId'));
  return { bucket: bucketOf(view), key: parseObjectKey(view.key ?? '', limits) };
}

/** Without versioning an object has one version, `null`; no other id was ever given to anybody. @throws S3Error InvalidArgument */
export function refuseVersion(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null') return;
  throw s3Error('InvalidArgument', 'Invalid version id specified', {
    ArgumentName: 'versionId',
    ArgumentValue: versionId,
  });
}

/** The key as a URL path: percent-encoded but for the slashes. */
export function encodeKey(key: string): string {
  return percentEncode(key).replaceAll('%2F', '/');
}

/** The URL of an object in the style the client used. */
export function objectUrl(view: S3View, { bucket, key }: ObjectAddress): string {
  const base = view.style === 'host' ? view.request.origin : `${view.request.origin}/${bucket}`;
  return `${base}/${encodeKey(key)}`;
}
