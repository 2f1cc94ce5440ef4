/**
 * Turns a bucket's versioning on, and suspends it; off, as every bucket begins, it never is again. With it goes MFA delete, which asks
 * for a one-time password before a version goes for ever or the versioning changes.
 */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { SecondFactor } from '../identity/second-factor.ts';
import type { BucketRecord, Versioning } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketDocumentKey, bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { clear, present } from '../versions/clearance.ts';
import { openBucket, openPlace } from './lookup.ts';

/** What asking for versioning, or for none, makes of a bucket: one that never had it stays as it is when none is asked for. */
export function versioningAsked(
  wanted: boolean,
  { versioning }: Pick<BucketRecord, 'versioning'>,
): { readonly versioning?: Versioning } {
  if (wanted) return { versioning: 'enabled' };
  return versioning === undefined ? {} : { versioning: 'suspended' };
}

export interface PutVersioningInput {
  readonly bucket: BucketName;
  readonly versioning: Versioning;
  /** Absent: as it is. */
  readonly mfaDelete?: boolean | undefined;
  /** What the caller shows: needed to turn MFA delete on, and for everything while it is on. */
  readonly factor?: SecondFactor | undefined;
}

/**
 * Holds for what is written and deleted from now on.
 * @throws CoreError NoSuchBucket, InvalidArgument for a one-time password that is needed and does not count, InvalidBucketState for MFA
 * delete beside lifecycle rules, Busy
 */
export async function putVersioning(core: Core, _actor: Actor, input: PutVersioningInput): Promise<void> {
  const { versioning, factor } = input;
  await committing('bucket', async () => {
    const { bucket, entries } = await openPlace(core, input.bucket, ({ id }) => [
      bucketDocumentKey(id, 'lifecycle'),
    ]);
    const { record, version } = bucket;
    const mfaDelete = input.mfaDelete ?? record.mfaDelete;
    if (mfaDelete === true) {
      const code = present(factor);
      // Whoever writes or removes the rules changes the bucket's record too, so the check of that one is enough.
      if (entries[0] !== undefined) throw besideRules(record);
      await code.spend();
    }
    await clear(record, factor);
    if (record.versioning === versioning && record.mfaDelete === mfaDelete) return;
    const changed: BucketRecord = {
      ...record,
      versioning,
      ...(mfaDelete !== undefined && { mfaDelete }),
      modifiedAt: core.clock(),
    };
    await new Draft(core)
      .check(bucketKey(record.name), version)
      .put(bucketKey(record.name), bucketFormat.encode(changed))
      .commit();
  });
}

function besideRules({ name }: BucketRecord): CoreError {
  return new CoreError('InvalidBucketState', {
    bucket: name,
    reason: 'has lifecycle rules: remove them before turning MFA delete on',
  });
}

/** `versioning` undefined: off, and never anything else. @throws CoreError NoSuchBucket */
export async function getVersioning(
  core: Core,
  bucket: BucketName,
): Promise<Pick<BucketRecord, 'versioning' | 'mfaDelete'>> {
  const { versioning, mfaDelete } = (await openBucket(core, bucket)).record;
  return { ...(versioning !== undefined && { versioning }), ...(mfaDelete !== undefined && { mfaDelete }) };
}
