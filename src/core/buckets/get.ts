/** What a bucket is and how much is in it. */
import { counterValue } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { bucketBytesKey, bucketObjectsKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { type BucketInfo, bucketInfo } from './buckets.ts';
import { openPlace } from './lookup.ts';

/** @throws CoreError NoSuchBucket */
export async function getBucket(core: Core, name: BucketName): Promise<BucketInfo> {
  const opened = await openPlace(core, name, ({ id }) => [bucketObjectsKey(id), bucketBytesKey(id)]);
  const [objects, bytes] = opened.entries;
  return bucketInfo(opened.bucket.record, counterValue(objects), counterValue(bytes));
}
