/** PutObject for every door: bytes durable first, then one commit that makes them an object. */
import type { Actor, UserActor } from '../actor.ts';
import { dataKeyFor } from '../buckets/encryption.ts';
import type { Core } from '../core.ts';
import { encryptionIn } from '../crypt/keys.ts';
import { type Shape, shaped } from '../large/shape.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { committing, type Draft } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ChecksumAlgorithm, NewObject, ObjectAttributes } from '../model/object-records.ts';
import { draftObject } from './change.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { attributesOf, type ExpectedDigest, type ObjectInfo, objectInfo } from './info.ts';
import { findObject, type ObjectPlace, type Sight, visible } from './object-place.ts';
import { keepingBody, storeBody } from './store-body.ts';

export interface PutObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: ObjectAttributes;
  readonly conditions: WriteConditions;
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes announced; a body of another length is refused with IncompleteBody (or TooLarge). */
  readonly size?: number;
  readonly expected: readonly ExpectedDigest[];
  /** The checksum to compute, check where expected, and keep with the object. */
  readonly checksum?: ChecksumAlgorithm;
  readonly signal: AbortSignal;
  /** True: encrypted, also in a bucket where not everything is. */
  readonly encrypted?: boolean;
  /** What authorization saw at the object's address. */
  readonly sight?: Sight | undefined;
  /** Present: the body is the manifest of a large object. */
  readonly shape?: Shape | undefined;
  /** Adds to the commit that makes the object; may run several times. What it throws ends the call. */
  readonly along?: (draft: Draft) => Promise<void>;
}

/**
 * @throws CoreError NoSuchBucket, PreconditionFailed, NoSuchKey (If-Match on an absent object), BadDigest, IncompleteBody,
 * TooLarge, Busy. Nothing stays behind after any of them.
 */
export async function putObject(core: Core, _actor: Actor, input: PutObjectInput): Promise<ObjectInfo> {
  const early = await findObject(core, input, input.sight);
  checkWrite(input.conditions, visible(core, early.object)?.record, input);
  const dataKey = await dataKeyFor(core, early.bucket.record, input.encrypted);
  // A bucket that got its key just now is not as it was read.
  const stale = dataKey !== undefined && early.bucket.record.encryption === undefined;
  const { segments, size, md5, ...stored } = await storeBody(core, input, dataKey);
  return keepingBody(core, segments, () =>
    writeObject(core, input, stale ? undefined : early, (bucket) => ({
      ...attributesOf(input.attributes),
      modifiedAt: core.clock(),
      ...shaped(input.shape, { segments, size, md5 }),
      storageClass: bucket.storageClass,
      ...stored,
      ...encryptionIn(core, bucket, dataKey),
    })),
  );
}

/** Commits on what was read `early`, and on a new reading whenever somebody else was faster. */
async function writeObject(
  core: Core,
  input: PutObjectInput,
  early: ObjectPlace | undefined,
  make: (bucket: BucketRecord) => NewObject,
): Promise<ObjectInfo> {
  let place = early;
  return committing('object', async () => {
    const found = place ?? (await findObject(core, input));
    place = undefined;
    const { bucket, object, lifecycle } = found;
    checkWrite(input.conditions, visible(core, object)?.record, input);
    const { draft, record } = await draftObject(core, found, make(bucket.record));
    await input.along?.(draft);
    await draft.commit();
    return {
      ...objectInfo(bucket.record, input.key, record),
      ...expiryIn(core, lifecycle, input.key, record),
    };
  });
}

export type { UserActor };
