/** Changes what is recorded about a bucket beside its objects. */
import type { Core } from '../core.ts';
import type { SecondFactor } from '../identity/second-factor.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { clear } from '../versions/clearance.ts';
import type { BucketInfo } from './buckets.ts';
import { openCounted } from './get.ts';
import { keepAnAdmin } from './last-admin.ts';
import { sealTempUrlKeys } from './temp-url-keys.ts';

type Clearable = 'publicAddresses' | 'readAcl' | 'writeAcl' | 'objectReads' | 'addressPolicy' | 'tags';

/** What is to be different; `undefined` clears. */
export type BucketChange = Partial<Pick<BucketRecord, 'metadata' | 'grants' | 'versioning'>> & {
  readonly [K in Clearable]?: BucketRecord[K] | undefined;
};

/**
 * `change` answers what is to be different; it may run several times.
 * @throws CoreError NoSuchBucket, Busy, LastAdmin for grants that take away the last storage administrator, InvalidArgument for another
 * versioning without the one-time password that the bucket asks for
 */
export async function updateBucket(
  core: Core,
  name: BucketName,
  change: (bucket: BucketRecord) => BucketChange,
  factor?: SecondFactor,
): Promise<BucketInfo> {
  const key = bucketKey(name);
  return committing('bucket', async () => {
    // Counters and all are read before the change: behind it nothing may fail, or a client that tries again finds it done.
    const { bucket, info } = await openCounted(core, name);
    const wanted = applied(bucket.record, change(bucket.record));
    const metadata = sealTempUrlKeys(core, wanted.metadata);
    const changed = { ...wanted, metadata, modifiedAt: core.clock() };
    if (changed.versioning !== bucket.record.versioning) await clear(bucket.record, factor);
    const draft = new Draft(core).check(key, bucket.version).put(key, bucketFormat.encode(changed));
    await keepAnAdmin(core, draft, bucket.record, changed);
    await draft.commit();
    return { ...changed, objects: info.objects, bytes: info.bytes };
  });
}

/** `record` with `change` in it. */
export function applied(record: BucketRecord, change: BucketChange): BucketRecord {
  const { publicAddresses, readAcl, writeAcl, objectReads, addressPolicy, tags, ...rest } = {
    ...record,
    ...change,
  };
  return {
    ...rest,
    ...(publicAddresses !== undefined && { publicAddresses }),
    ...(readAcl !== undefined && { readAcl }),
    ...(writeAcl !== undefined && { writeAcl }),
    ...(objectReads !== undefined && { objectReads }),
    ...(addressPolicy !== undefined && { addressPolicy }),
    ...(tags !== undefined && { tags }),
  };
}
