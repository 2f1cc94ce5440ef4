/** A bucket as the Extension prints it (reference, section 5): three forms of one object, in the documented order of fields. */
import { isoSeconds } from '../../base/http/http-date.ts';
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { isPublic } from '../../core/buckets/grants.ts';
import { tempUrlKeyNames } from '../../core/buckets/temp-url-keys.ts';
import { encryptsAll } from '../../core/crypt/keys.ts';
import type { BucketType } from '../../core/model/bucket-records.ts';

/** There is one placement; the name is that of the storage behind the original service. */
const storagePolicy = 'default-placement';

/** `hot` and `cold` of the region that has them, or the one type of all others. */
export function typeOf({ type }: BucketInfo): BucketType | 'STANDARD' {
  return type ?? 'STANDARD';
}

/** Server-side encryption as this API tells it: `managed` or the empty string. */
function encryptionOf(bucket: BucketInfo) {
  const encrypted = encryptsAll(bucket);
  return { use_encryption: encrypted, encryption_type: encrypted ? 'managed' : '' };
}

/** `read-only` exactly when everybody may read objects, whichever door said so (DESIGN 12). */
function accessOf(bucket: BucketInfo) {
  return {
    public: isPublic(bucket) ? 'read-only' : 'deny',
    public_read_allow_ip_list: bucket.publicAddresses ?? null,
  };
}

function usageOf(bucket: BucketInfo) {
  return {
    type: typeOf(bucket),
    bytes: bucket.bytes,
    objectCount: bucket.objects,
    createdAt: isoSeconds(bucket.createdAt),
  };
}

/** The answer to a creation: with the deprecated `account` and, only here, `acl.permissions`. */
export function createdBucket(bucket: BucketInfo) {
  return {
    account: bucket.projectId,
    project: bucket.projectId,
    name: bucket.name,
    ...usageOf(bucket),
    acl: { permissions: null, ...accessOf(bucket) },
    lastModified: isoSeconds(bucket.modifiedAt),
    ...encryptionOf(bucket),
    storageClass: bucket.storageClass,
    storagePolicy,
  };
}

/** The answer to a question about one bucket. */
export function bucketDetail(bucket: BucketInfo) {
  return { ...simpleBucket(bucket), storagePolicy, acl: accessOf(bucket) };
}

/** The answer to a change of access: with the deprecated `account` (C8). */
export function changedBucket(bucket: BucketInfo) {
  return { account: bucket.projectId, ...bucketDetail(bucket) };
}

/** An item of a list (`SimpleBucket`). */
export function simpleBucket(bucket: BucketInfo) {
  return {
    project: bucket.projectId,
    name: bucket.name,
    ...usageOf(bucket),
    ...encryptionOf(bucket),
    lastModified: isoSeconds(bucket.modifiedAt),
    storageClass: bucket.storageClass,
  };
}

/** `company` becomes `X-Container-Meta-Company: ...`, as Swift spells it. */
export function metadataHeaders({ metadata }: BucketInfo): ReplyHeaders {
  const title = (name: string) => name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  return Object.fromEntries(
    Object.entries(metadata)
      // Keys of temporary addresses are Swift's to show, to whom it may.
      .filter(([name]) => !tempUrlKeyNames.includes(name))
      .map(([name, value]) => [`X-Container-Meta-${title(name)}`, value]),
  );
}
