/** The tags of a bucket, the same for every door, replaced whole. Nothing here looks at what they say. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName } from '../model/names.ts';
import { acceptTags, mostBucketTags, type Tag, type Tags } from '../model/tags.ts';
import { openBucket } from './lookup.ts';
import { type BucketChange, updateBucket } from './update.ts';

export interface PutBucketTagsInput {
  readonly bucket: BucketName;
  /** All of them; none removes them. */
  readonly tags: readonly Tag[];
}

/** @throws CoreError NoSuchBucket, InvalidArgument, LimitExceeded, Busy */
export async function putBucketTags(
  core: Core,
  _actor: Actor,
  { bucket, tags }: PutBucketTagsInput,
): Promise<void> {
  const change = tagsChange(tags);
  await updateBucket(core, bucket, () => change);
}

/** What putting tags makes of a bucket. @throws CoreError InvalidArgument, LimitExceeded */
export function tagsChange(given: readonly Tag[]): Pick<BucketChange, 'tags'> {
  const tags = acceptTags(given, mostBucketTags);
  return { tags: given.length === 0 ? undefined : tags };
}

/** Undefined when there are none. @throws CoreError NoSuchBucket */
export async function getBucketTags(core: Core, bucket: BucketName): Promise<Tags | undefined> {
  return (await openBucket(core, bucket)).record.tags;
}
