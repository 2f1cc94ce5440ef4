/** Turns a bucket's encryption on and off, and gives a bucket its key. The key stays for as long as the bucket, because objects need it. */
import type { Core } from '../core.ts';
import { encryptsAll, newBucketEncryption, newKey } from '../crypt/keys.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { openBucket } from './lookup.ts';

/** Holds for what is written from now on; what is there stays as it is. @throws CoreError NoSuchBucket, Busy */
export async function setBucketEncryption(core: Core, name: BucketName, all: boolean): Promise<void> {
  await changeKey(core, name, (bucket) => {
    if (encryptsAll(bucket) === all) return bucket;
    const { onRequest: _, ...kept } = bucket.encryption ?? newBucketEncryption(core, bucket.id, all);
    return {
      ...bucket,
      encryption: { ...kept, ...(!all && { onRequest: true }) },
      modifiedAt: core.clock(),
    };
  });
}

/**
 * A data key for what is about to be written, when it is to be encrypted: `asked` for, or because all in the bucket is. A bucket
 * without a key gets one.
 */
export async function dataKeyFor(
  core: Core,
  bucket: BucketRecord,
  asked: boolean | undefined,
): Promise<Buffer | undefined> {
  if (asked !== true && !encryptsAll(bucket)) return undefined;
  if (bucket.encryption === undefined) await giveKey(core, bucket.name);
  return newKey(core);
}

/** After it the bucket's record has a key. @throws CoreError NoSuchBucket, Busy */
export async function giveKey(core: Core, name: BucketName): Promise<void> {
  await changeKey(core, name, (bucket) =>
    bucket.encryption === undefined
      ? { ...bucket, encryption: newBucketEncryption(core, bucket.id, false) }
      : bucket,
  );
}

/** Nothing is written when `change` answers the record it was given. */
async function changeKey(
  core: Core,
  name: BucketName,
  change: (bucket: BucketRecord) => BucketRecord,
): Promise<void> {
  const key = bucketKey(name);
  await committing('bucket', async () => {
    const { record, version } = await openBucket(core, name);
    const changed = change(record);
    if (changed === record) return;
    await new Draft(core).check(key, version).put(key, bucketFormat.encode(changed)).commit();
  });
}
