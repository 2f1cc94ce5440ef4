/** Owns the names in an S3 request's address, parsed; and the address of an object as we print it. */
import { percentEncode } from '../../base/http/query.ts';
import {
  type BucketName,
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

/** @throws CoreError InvalidBucketName */
export function bucketOf(view: Addressed): BucketName {
  return parseBucketName(view.bucket ?? '', view.limits);
}

/** @throws CoreError InvalidBucketName, InvalidKey, KeyTooLong; S3Error for a version */
export function objectOf(view: Addressed): ObjectAddress {
  refuseVersion(view.request.query.get('versionId'));
  return { bucket: bucketOf(view), key: parseObjectKey(view.key ?? '', view.limits) };
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
