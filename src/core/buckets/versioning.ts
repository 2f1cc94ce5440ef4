/** Turns a bucket's versioning on, and suspends it; off, as every bucket begins, it never is again. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import type { BucketRecord, Versioning } from '../model/records.ts';
import { openBucket } from './lookup.ts';

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
}

/** Holds for what is written and deleted from now on. @throws CoreError NoSuchBucket, Busy */
export async function putVersioning(
  core: Core,
  _actor: Actor,
  { bucket, versioning }: PutVersioningInput,
): Promise<void> {
  await committing('bucket', async () => {
    const { record, version } = await openBucket(core, bucket);
    if (record.versioning === versioning) return;
    const changed = { ...record, versioning, modifiedAt: core.clock() };
    await new Draft(core)
      .check(bucketKey(bucket), version)
      .put(bucketKey(bucket), bucketFormat.encode(changed))
      .commit();
  });
}

/** Undefined: off, and never anything else. @throws CoreError NoSuchBucket */
export async function getVersioning(core: Core, bucket: BucketName): Promise<Versioning | undefined> {
  return (await openBucket(core, bucket)).record.versioning;
}
