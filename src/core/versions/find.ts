/** Owns finding one version of an object by its id, wherever it stands: current, or behind. */
import type { Key } from '../../engines/meta/meta-store.ts';
import { openPlace } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { Loaded } from '../model/draft.ts';
import { objectKey, versionKey } from '../model/keys.ts';
import type { VersionId } from '../model/names.ts';
import type { ObjectRecord } from '../model/object-records.ts';
import {
  findObject,
  type ObjectAddress,
  type ObjectPlace,
  placeIn,
  placeKeys,
  present,
  type Sight,
  visible,
} from '../objects/object-place.ts';
import { type LoadedBehind, loadedBehind, versionIdOf } from './behind.ts';
import { nullVersion, sequenceIn } from './ids.ts';

export interface VersionAddress extends ObjectAddress {
  /** One version; absent: the current object. */
  readonly version?: VersionId | undefined;
}

export interface VersionPlace {
  readonly place: ObjectPlace;
  /** Undefined when there is no such version. */
  readonly found: 'current' | LoadedBehind | undefined;
}

/** The version `id` of a key as of one moment. @throws CoreError NoSuchBucket, Busy */
export async function findVersion(
  core: Core,
  address: ObjectAddress,
  id: VersionId,
  sight?: Sight,
): Promise<VersionPlace> {
  let place = await findObject(core, address, sight);
  for (let turn = 0; turn < mostTurns; turn += 1) {
    if (place.object?.record.versionId === id) return { place, found: 'current' };
    if (place.bucket.record.versioning === undefined) return { place, found: undefined };
    const sequence = sequenceIn(id) ?? place.head?.record.nullAt;
    if (sequence === undefined) return { place, found: undefined };
    const opened = await openPlace(core, address.bucket, (bucket) => [
      ...placeKeys(bucket, address.key),
      versionKey(bucket.id, address.key, sequence),
    ]);
    place = placeIn(opened, address.key);
    const entry = opened.entries.at(-1);
    const behind = entry && loadedBehind(entry);
    if (behind !== undefined && versionIdOf(behind.record) === id) return { place, found: behind };
    // It may have become the current one meanwhile, or the null version be another one.
    const moved = id === nullVersion && place.head?.record.nullAt !== sequence;
    if (!moved && place.object?.record.versionId !== id) return { place, found: undefined };
  }
  throw new CoreError('Busy', { what: 'object' });
}

const mostTurns = 50;

/** A version that can be read, and where its record is. */
export interface ReadablePlace {
  readonly bucket: Loaded<BucketRecord>;
  readonly object: Loaded<ObjectRecord>;
  readonly engineKey: Key;
  /** The bucket's lifecycle document, for a current object. */
  readonly lifecycle?: ObjectPlace['lifecycle'];
}

/** @throws CoreError NoSuchBucket, NoSuchKey; for a version NoSuchVersion, IsDeleteMarker */
export async function requireReadable(
  core: Core,
  address: VersionAddress,
  sight?: Sight,
): Promise<ReadablePlace> {
  const { version } = address;
  if (version === undefined) return readableNow(await present(core, await findObject(core, address, sight)));
  const { place, found } = await findVersion(core, address, version, sight);
  // Where nothing is kept behind, what is past due is gone.
  const gone = place.bucket.record.versioning === undefined && visible(core, place.object) === undefined;
  if (found === undefined || gone) throw noSuchVersion(address, version);
  if (found === 'current') return readableNow(currentOf(place, address, version));
  const { record, version: stored, sequence } = found;
  if (record.kind === 'marker') {
    const { bucket, key } = address;
    throw new CoreError('IsDeleteMarker', { bucket, key, version, modifiedAt: record.modifiedAt });
  }
  return {
    bucket: place.bucket,
    object: { record: record.object, version: stored },
    engineKey: versionKey(place.bucket.record.id, address.key, sequence),
  };
}

function readableNow({
  bucket,
  key,
  object,
  lifecycle,
}: ObjectPlace & { readonly object: Loaded<ObjectRecord> }): ReadablePlace {
  return { bucket, object, lifecycle, engineKey: objectKey(bucket.record.id, key) };
}

function currentOf(
  place: ObjectPlace,
  address: ObjectAddress,
  version: VersionId,
): ObjectPlace & { readonly object: Loaded<ObjectRecord> } {
  if (place.object === undefined) throw noSuchVersion(address, version);
  return { ...place, object: place.object };
}

export function noSuchVersion({ bucket, key }: ObjectAddress, version: VersionId): CoreError {
  return new CoreError('NoSuchVersion', { bucket, key, version });
}
