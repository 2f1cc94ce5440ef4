/** What bodies about buckets change of one, in one commit: fields that are absent or null change nothing (K10). */
import { publicAccess } from '../../core/buckets/public-access.ts';
import type { BucketChange } from '../../core/buckets/update.ts';
import { versioningAsked } from '../../core/buckets/versioning.ts';
import type { Core } from '../../core/core.ts';
import type { BucketRecord } from '../../core/model/records.ts';

export interface BucketWish {
  readonly versioning?: boolean | null;
  readonly anonymous_access?: boolean | null;
}

export function bucketChange(
  core: Core,
  { versioning, anonymous_access: reading }: BucketWish,
): (bucket: BucketRecord) => BucketChange {
  const access = reading == null ? () => ({}) : publicAccess(core, { reading });
  return (bucket) => ({
    ...access(bucket),
    ...(versioning != null && versioningAsked(versioning, bucket)),
  });
}
