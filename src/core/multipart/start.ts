/** CreateMultipartUpload for every door. */
import type { Actor } from '../actor.ts';
import { dataKeyFor } from '../buckets/encryption.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { encryptionIn } from '../crypt/keys.ts';
import { CoreError } from '../errors.ts';
import { uploadFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey, uploadKey } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { Checksum, ObjectAttributes, UploadRecord } from '../model/object-records.ts';
import { attributesOf } from '../objects/info.ts';
import { newUploadId } from './upload-place.ts';

export interface StartUploadInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: ObjectAttributes;
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'>;
  /** True: encrypted, also in a bucket where not everything is. */
  readonly encrypted?: boolean;
}

/** @throws CoreError NoSuchBucket, Busy; InvalidArgument for a checksum type that the algorithm does not have */
export async function startUpload(core: Core, actor: Actor, input: StartUploadInput): Promise<UploadRecord> {
  if (input.checksum !== undefined) refuseWrongType(input.checksum);
  return committing('upload', async () => {
    const dataKey = await dataKeyFor(core, (await openBucket(core, input.bucket)).record, input.encrypted);
    const bucket = await openBucket(core, input.bucket);
    const record: UploadRecord = {
      ...attributesOf(input.attributes),
      id: newUploadId(core),
      bucket: input.bucket,
      key: input.key,
      // Somebody must answer for what an anonymous writer begins.
      initiatorId: actor.kind === 'user' ? actor.userId : bucket.record.ownerId,
      startedAt: core.clock(),
      storageClass: bucket.record.storageClass,
      ...(input.checksum !== undefined && { checksum: input.checksum }),
      ...encryptionIn(core, bucket.record, dataKey),
    };
    await new Draft(core)
      .check(bucketKey(input.bucket), bucket.version)
      .put(uploadKey(bucket.record.id, record.key, record.id), uploadFormat.encode(record))
      .commit();
    return record;
  });
}

/** S3 user guide, "Checking object integrity": SHA digests cannot be joined, and CRC64NVME is only kept of whole objects. */
function refuseWrongType({ algorithm, type }: Pick<Checksum, 'algorithm' | 'type'>): void {
  const sha = algorithm === 'SHA1' || algorithm === 'SHA256';
  if (type === 'FULL_OBJECT' ? !sha : algorithm !== 'CRC64NVME') return;
  throw new CoreError('InvalidArgument', {
    what: 'checksum type',
    reason: `${algorithm} cannot be ${type === 'FULL_OBJECT' ? 'of the full object' : 'composite'}`,
  });
}
