/** What a bucket is and how much is in it. */
import { counterValue } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { Loaded } from '../model/draft.ts';
import { bucketBytesKey, bucketObjectsKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { type BucketInfo, bucketInfo } from './buckets.ts';
import { openPlace } from './lookup.ts';

/** @throws CoreError NoSuchBucket */
export async function getBucket(core: Core, name: BucketName): Promise<BucketInfo> {
  return (await openCounted(core, name)).info;
}

/** A bucket with its counters, and the version that a change of it is checked against. @throws CoreError NoSuchBucket */
export async function openCounted(
  core: Core,
  name: BucketName,
): Promise<{ readonly info: BucketInfo; readonly bucket: Loaded<BucketRecord> }> {
  const { bucket, entries } = await openPlace(core, name, ({ id }) => [
    bucketObjectsKey(id),
    bucketBytesKey(id),
  ]);
  const [objects, bytes] = entries;
  return { bucket, info: bucketInfo(bucket.record, counterValue(objects), counterValue(bytes)) };
}
