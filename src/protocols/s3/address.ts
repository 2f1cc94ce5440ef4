/** Owns the names in an S3 request's address, parsed; and the address of an object as we print it. */
import { percentEncode } from '../../base/http/query.ts';
import {
  type BucketName,
  defaultNameLimits,
  type NameLimits,
  type ObjectKey,
  parseBucketName,
  parseObjectKey,
  type VersionId,
} from '../../core/model/names.ts';
import type { VersionAddress } from '../../core/versions/find.ts';
import { parseVersionId } from '../../core/versions/ids.ts';
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

/** An object that may exist, or one version of it. @throws CoreError InvalidBucketName, InvalidKey, KeyTooLong; S3Error InvalidArgument */
export function objectOf(view: S3View): VersionAddress {
  const version = readVersion(view.request.query.get('versionId'));
  const address = { bucket: bucketOf(view), key: parseObjectKey(view.key ?? '', defaultNameLimits) };
  return version === undefined ? address : { ...address, version };
}

/** The key of an upload. @throws as `objectOf`, also for a version */
export function uploadedObjectOf(view: S3View): ObjectAddress {
  return addressOf(view, defaultNameLimits);
}

/** An object to be written. @throws as `uploadedObjectOf` */
export function newObjectOf(view: Addressed): ObjectAddress {
  return addressOf(view, view.limits);
}

function addressOf(view: S3View, limits: NameLimits): ObjectAddress {
  refuseVersion(view.request.query.get('versionId'));
  return { bucket: bucketOf(view), key: parseObjectKey(view.key ?? '', limits) };
}

/** What is written is always a new version. @throws S3Error InvalidArgument */
function refuseVersion(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null') return;
  throw s3Error('InvalidArgument', 'This operation does not accept a version-id.', {
    ArgumentName: 'versionId',
    ArgumentValue: versionId,
  });
}

/** @throws S3Error InvalidArgument for a text that cannot be the id of anything */
export function readVersion(text: string | undefined, parameter = 'versionId'): VersionId | undefined {
  if (text === undefined) return undefined;
  const version = parseVersionId(text);
  if (version !== undefined) return version;
  const message = text === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified';
  throw s3Error('InvalidArgument', message, { ArgumentName: parameter, ArgumentValue: text });
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
