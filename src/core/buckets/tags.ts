/** The tags of a bucket: one document for every door, read and replaced whole. Nothing here looks at what they say. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName } from '../model/names.ts';
import { recordFormat, textMap } from '../model/record-format.ts';
import { acceptTags, mostBucketTags, type Tag, type Tags } from '../model/tags.ts';
import { type BucketDocument, readDocument, writeDocument } from './documents.ts';

const tagsDocument: BucketDocument<{ readonly tags: Tags }> = {
  kind: 'tags',
  format: recordFormat('tags', 1, { tags: textMap }),
};

export interface PutBucketTagsInput {
  readonly bucket: BucketName;
  /** All of them; none removes the document. */
  readonly tags: readonly Tag[];
}

/** @throws CoreError NoSuchBucket, InvalidArgument, LimitExceeded, Busy */
export async function putBucketTags(
  core: Core,
  _actor: Actor,
  { bucket, tags: given }: PutBucketTagsInput,
): Promise<Tags> {
  const tags = acceptTags(given, mostBucketTags);
  await writeDocument(core, bucket, tagsDocument, given.length === 0 ? undefined : { tags });
  return tags;
}

/** Undefined when there are none. @throws CoreError NoSuchBucket */
export async function getBucketTags(core: Core, bucket: BucketName): Promise<Tags | undefined> {
  return (await readDocument(core, bucket, tagsDocument))?.tags;
}
