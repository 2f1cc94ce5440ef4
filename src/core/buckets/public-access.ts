/**
 * Reading for everybody: the one state behind the Extension's `acl.public`, S3's `public-read` and Swift's `.r:*,.rlistings`
 * (DESIGN 12), and the addresses it is limited to.
 */
import { newId } from '../../base/clock.ts';
import { withoutReferrers } from '../access/container-acl.ts';
import type { Core } from '../core.ts';
import type { BucketRecord, Grant } from '../model/bucket-records.ts';
import type { BucketName } from '../model/names.ts';
import type { BucketInfo } from './buckets.ts';
import { isPublic, isPublicReading } from './grants.ts';
import { type BucketChange, updateBucket } from './update.ts';

export interface PublicAccess {
  /** Absent: as it is. Taken back, it takes the addresses with it. */
  readonly reading?: boolean;
  /** Addresses and networks that reading is limited to; none: no limit; absent: as it is. */
  readonly addresses?: readonly string[];
}

/** @throws CoreError NoSuchBucket, Busy */
export function setPublicAccess(core: Core, bucket: BucketName, access: PublicAccess): Promise<BucketInfo> {
  return updateBucket(core, bucket, publicAccess(core, access));
}

/** What `access` changes of a bucket. */
export function publicAccess(core: Core, access: PublicAccess): (bucket: BucketRecord) => BucketChange {
  const grant: Grant = {
    id: newId(core.random),
    role: 'storage.objectReader',
    member: { type: 'all_users', id: '' },
  };
  return (record) => {
    if (access.reading === false) {
      return {
        grants: record.grants.filter((one) => !isPublicReading(one)),
        publicAddresses: undefined,
        readAcl: withoutReferrers(record.readAcl),
      };
    }
    const grants = access.reading === true && !isPublic(record) ? [...record.grants, grant] : record.grants;
    if (access.addresses === undefined) return { grants };
    return { grants, publicAddresses: access.addresses.length === 0 ? undefined : access.addresses };
  };
}
