/** Owns the meeting of a bucket and one object key: what is there now. Refuses to change it: that is `change.ts`. */

import type { Entry, Key } from '../../engines/meta/meta-store.ts';
import { type OpenedPlace, openPlace } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { headFormat, objectFormat } from '../model/codecs.ts';
import type { Loaded } from '../model/draft.ts';
import { bucketDocumentKey, objectKey, versionHeadKey } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ObjectRecord, VersionHead } from '../model/object-records.ts';
import { newestBehind, versionIdOf } from '../versions/behind.ts';
import { isPastDue } from './past-due.ts';

export interface ObjectAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** A place for an object as of one moment. */
export interface ObjectPlace {
  readonly bucket: Loaded<BucketRecord>;
  readonly key: ObjectKey;
  /** The current object, past due or not: `visible` is what everybody is told of. */
  readonly object: Loaded<ObjectRecord> | undefined;
  /** What is behind it, in a bucket with versioning. */
  readonly head?: Loaded<VersionHead> | undefined;
  /** The bucket's lifecycle document, where it was read along. */
  readonly lifecycle?: Entry | undefined;
}

/** What was read at an object's address: by authorization, for the use case that follows it. Not decoded before it is used. */
export interface Sight extends ObjectAddress {
  readonly opened: OpenedPlace;
}

/** @throws CoreError NoSuchBucket */
export async function lookAt(core: Core, { bucket, key }: ObjectAddress): Promise<Sight> {
  const opened = await openPlace(core, bucket, (record) => placeKeys(record, key));
  return { bucket, key, opened };
}

/** What is to be read of a place with its bucket, and nothing that the bucket's record says is not there. */
export function placeKeys({ id, hasLifecycle, versioning }: BucketRecord, key: ObjectKey): Key[] {
  const keys = [objectKey(id, key)];
  if (hasLifecycle !== false) keys.push(bucketDocumentKey(id, 'lifecycle'));
  if (versioning !== undefined) keys.push(versionHeadKey(id, key));
  return keys;
}

/** The place in what was read by `placeKeys`; other keys may have been read behind them. */
export function placeIn({ bucket, entries }: OpenedPlace, key: ObjectKey): ObjectPlace {
  const { hasLifecycle, versioning } = bucket.record;
  let at = 0;
  const object = loadedObject(entries[at++]);
  const lifecycle = hasLifecycle === false ? undefined : entries[at++];
  const head = versioning === undefined ? undefined : entries[at];
  return {
    bucket,
    key,
    object,
    lifecycle,
    head: head && { record: headFormat.decode(head.value), version: head.version },
  };
}

/** What is at `address` now, or was a moment ago in `sight`. @throws CoreError NoSuchBucket */
export async function findObject(core: Core, address: ObjectAddress, sight?: Sight): Promise<ObjectPlace> {
  const known = sight?.bucket === address.bucket && sight.key === address.key;
  return placeIn((known ? sight : await lookAt(core, address)).opened, address.key);
}

export function loadedObject(entry: Entry | undefined): Loaded<ObjectRecord> | undefined {
  return entry && { record: objectFormat.decode(entry.value), version: entry.version };
}

/** What is there for everybody but who removes it: nothing when it is past due. */
export function visible(
  core: Core,
  object: Loaded<ObjectRecord> | undefined,
): Loaded<ObjectRecord> | undefined {
  return object !== undefined && isPastDue(object.record, core.clock()) ? undefined : object;
}

export type PresentPlace = ObjectPlace & { readonly object: Loaded<ObjectRecord> };

/** @throws CoreError NoSuchBucket, NoSuchKey */
export async function requireObject(
  core: Core,
  address: ObjectAddress,
  sight?: Sight,
): Promise<PresentPlace> {
  return present(core, await findObject(core, address, sight));
}

/** @throws CoreError NoSuchKey, which names the delete marker that is in the object's place */
export async function present(core: Core, place: ObjectPlace): Promise<PresentPlace> {
  const object = visible(core, place.object);
  if (object !== undefined) return { ...place, object };
  const { bucket, key } = place;
  const address = { bucket: bucket.record.name, key };
  if (place.object !== undefined || place.head === undefined) throw new CoreError('NoSuchKey', address);
  const [newest] = await newestBehind(core, bucket.record.id, key, 1);
  const marker = newest?.record.kind === 'marker' ? versionIdOf(newest.record) : undefined;
  throw new CoreError('NoSuchKey', { ...address, ...(marker !== undefined && { marker }) });
}
