/** Owns the way from a bucket's id to its name, for the doors whose names of buckets hold the id. */
import type { Core } from '../core.ts';
import { entriesOf } from '../identity/stored.ts';
import { bucketIndexFormat } from '../model/codecs.ts';
import { bucketNameKey, projectBucketKey, projectBucketsPrefix, spanOf } from '../model/keys.ts';
import type { BucketName, ProjectId } from '../model/names.ts';

/**
 * The project's bucket with this id; undefined when there is none: what another project's is called is not told, to the trail of this one
 * either. What it answers is a name to look at: the bucket may be gone the next moment.
 */
export async function bucketWithId(
  core: Core,
  project: ProjectId,
  id: string,
): Promise<BucketName | undefined> {
  const [entry] = await core.meta.get([bucketNameKey(id)]);
  if (entry !== undefined) {
    const name = Buffer.from(entry.value).toString() as BucketName;
    const [own] = await core.meta.get([projectBucketKey(project, name)]);
    return own && name;
  }
  // Made before there was an index.
  const prefix = projectBucketsPrefix(project);
  const buckets = await entriesOf(core.meta, spanOf(prefix));
  const found = buckets.find(({ value }) => bucketIndexFormat.decode(value).id === id);
  return found && (Buffer.from(found.key).toString('utf8', prefix.length) as BucketName);
}
