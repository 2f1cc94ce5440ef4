/** What bodies about buckets change of one, in one commit: fields that are absent or null change nothing (K10). */
import { Type } from 'typebox';
import { publicAccess } from '../../core/buckets/public-access.ts';
import { tagsChange } from '../../core/buckets/tags.ts';
import type { BucketChange } from '../../core/buckets/update.ts';
import { versioningAsked } from '../../core/buckets/versioning.ts';
import type { Core } from '../../core/core.ts';
import { isCoreError } from '../../core/errors.ts';
import type { BucketRecord } from '../../core/model/bucket-records.ts';
import type { Tags } from '../../core/model/tags.ts';
import { KosError } from './errors.ts';
import { maybe, textsByName } from './schemas.ts';

/** The fields of such a body. */
export const bucketWish = {
  tags: maybe(textsByName({ description: 'all of them: what is not named goes' })),
  versioning: maybe(Type.Boolean()),
  anonymous_access: maybe(Type.Boolean()),
};

export interface BucketWish {
  readonly tags?: Tags | null;
  readonly versioning?: boolean | null;
  readonly anonymous_access?: boolean | null;
}

export function changesNothing({ tags, versioning, anonymous_access }: BucketWish): boolean {
  return tags == null && versioning == null && anonymous_access == null;
}

/** `misshapen`: the status for tags that cannot be. @throws KosError */
export function bucketChange(
  core: Core,
  { tags, versioning, anonymous_access: reading }: BucketWish,
  misshapen: 400 | 422,
): (bucket: BucketRecord) => BucketChange {
  const access = reading == null ? () => ({}) : publicAccess(core, { reading });
  const tagged = tags == null ? {} : readTags(tags, misshapen);
  return (bucket) => ({
    ...access(bucket),
    ...(versioning != null && versioningAsked(versioning, bucket)),
    ...tagged,
  });
}

function readTags(tags: Tags, misshapen: 400 | 422): Pick<BucketChange, 'tags'> {
  try {
    return tagsChange(Object.entries(tags).map(([key, value]) => ({ key, value })));
  } catch (error) {
    if (isCoreError(error, 'InvalidArgument')) throw new KosError(misshapen, `tag ${error.details.reason}`);
    if (!isCoreError(error, 'LimitExceeded')) throw error;
    throw new KosError(misshapen, `there can be at most ${error.details.limit} tags`);
  }
}
