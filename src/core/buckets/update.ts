/** Changes what is recorded about a bucket beside its objects. */
import type { Core } from '../core.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import type { BucketRecord } from '../model/records.ts';
import type { BucketInfo } from './buckets.ts';
import { getBucket } from './get.ts';
import { openBucket } from './lookup.ts';

/** `change` answers what is to be different; it may run several times. @throws CoreError NoSuchBucket, Busy */
export async function updateBucket(
  core: Core,
  name: BucketName,
  change: (bucket: BucketRecord) => Partial<Pick<BucketRecord, 'metadata' | 'grants'>>,
): Promise<BucketInfo> {
  const key = bucketKey(name);
  const record = await committing('bucket', async () => {
    const bucket = await openBucket(core, name);
    const changed = { ...bucket.record, ...change(bucket.record), modifiedAt: core.clock() };
    await new Draft(core).check(key, bucket.version).put(key, bucketFormat.encode(changed)).commit();
    return changed;
  });
  const { objects, bytes } = await getBucket(core, name);
  return { ...record, objects, bytes };
}
