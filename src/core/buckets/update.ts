/** Changes what is recorded about a bucket beside its objects. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import type { BucketRecord, Grant } from '../model/records.ts';
import type { BucketInfo } from './buckets.ts';
import { getBucket } from './get.ts';
import { openBucket } from './lookup.ts';
import { sealTempUrlKeys } from './temp-url-keys.ts';

type Clearable = 'publicAddresses' | 'readAcl' | 'writeAcl';

/** What is to be different; `undefined` clears. */
export type BucketChange = Partial<Pick<BucketRecord, 'metadata' | 'grants'>> & {
  readonly [K in Clearable]?: BucketRecord[K] | undefined;
};

/**
 * `change` answers what is to be different; it may run several times.
 * @throws CoreError NoSuchBucket, Busy, LastAdmin for grants that take away the last storage administrator
 */
export async function updateBucket(
  core: Core,
  name: BucketName,
  change: (bucket: BucketRecord) => BucketChange,
): Promise<BucketInfo> {
  const key = bucketKey(name);
  const record = await committing('bucket', async () => {
    const bucket = await openBucket(core, name);
    const wanted = applied(bucket.record, change(bucket.record));
    const metadata = sealTempUrlKeys(core, wanted.metadata);
    const changed = { ...wanted, metadata, modifiedAt: core.clock() };
    if (administrators(bucket.record.grants) > 0 && administrators(changed.grants) === 0) {
      throw new CoreError('LastAdmin', { bucket: name });
    }
    await new Draft(core).check(key, bucket.version).put(key, bucketFormat.encode(changed)).commit();
    return changed;
  });
  const { objects, bytes } = await getBucket(core, name);
  return { ...record, objects, bytes };
}

/** `record` with `change` in it. */
export function applied(record: BucketRecord, change: BucketChange): BucketRecord {
  const { publicAddresses, readAcl, writeAcl, ...rest } = { ...record, ...change };
  return {
    ...rest,
    ...(publicAddresses !== undefined && { publicAddresses }),
    ...(readAcl !== undefined && { readAcl }),
    ...(writeAcl !== undefined && { writeAcl }),
  };
}

/** Everybody is no administrator, whatever everybody may. */
function administrators(grants: readonly Grant[]): number {
  return grants.filter(
    ({ role, member }) =>
      (role === 'storage.owner' || role === 'storage.admin') && member.type !== 'all_users',
  ).length;
}
