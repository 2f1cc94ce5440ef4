/**
 * Owns the meeting of a bucket and one object key: what is there now, and the commit that replaces or removes it. Every such
 * commit checks the bucket's and the object's versions and moves references and counters along.
 */

import type { Entry, Key } from '../../engines/meta/meta-store.ts';
import { type OpenedPlace, openPlace } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { deletionFormat, objectFormat } from '../model/codecs.ts';
import { Draft, type Loaded } from '../model/draft.ts';
import {
  bucketBytesKey,
  bucketDocumentKey,
  bucketKey,
  bucketObjectsKey,
  deletionKey,
  objectKey,
  projectBytesKey,
  projectObjectsKey,
} from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { BucketRecord, ObjectRecord } from '../model/records.ts';
import { isPastDue } from './past-due.ts';

export interface ObjectAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** A place for an object as of one moment. */
export interface ObjectPlace {
  readonly bucket: Loaded<BucketRecord>;
  readonly key: ObjectKey;
  /** What is there now, past due or not: `visible` is what everybody is told of. */
  readonly object: Loaded<ObjectRecord> | undefined;
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
export function placeKeys({ id, hasLifecycle }: BucketRecord, key: ObjectKey): Key[] {
  const current = objectKey(id, key);
  return hasLifecycle === false ? [current] : [current, bucketDocumentKey(id, 'lifecycle')];
}

/** The place in what was read by `placeKeys`; other keys may have been read behind them. */
export function placeIn({ bucket, entries }: OpenedPlace, key: ObjectKey): ObjectPlace {
  const [object, lifecycle] = entries;
  return {
    bucket,
    key,
    object: loadedObject(object),
    lifecycle: bucket.record.hasLifecycle === false ? undefined : lifecycle,
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

/** @throws CoreError NoSuchBucket, NoSuchKey */
export async function requireObject(
  core: Core,
  address: ObjectAddress,
  sight?: Sight,
): Promise<ObjectPlace & { readonly object: Loaded<ObjectRecord> }> {
  const place = await findObject(core, address, sight);
  return { ...place, object: present(core, place.object, address) };
}

/** @throws CoreError NoSuchKey */
export function present(
  core: Core,
  object: Loaded<ObjectRecord> | undefined,
  { bucket, key }: ObjectAddress,
): Loaded<ObjectRecord> {
  const found = visible(core, object);
  if (found === undefined) throw new CoreError('NoSuchKey', { bucket, key });
  return found;
}

/** Makes `record` the object at `place`. */
export function draftObject(core: Core, place: ObjectPlace, record: ObjectRecord): Draft {
  const draft = draftChange(core, place).retain(record.data);
  draft.put(objectKey(place.bucket.record.id, place.key), objectFormat.encode(record));
  const was = place.object?.record;
  if (was !== undefined) draft.release(was.data);
  noteDeletion(draft, place, was?.deleteAt, record.deleteAt);
  return count(draft, place.bucket.record, was === undefined ? 1 : 0, record.size - (was?.size ?? 0));
}

/** Removes the object that is at `place`. */
export function draftRemoval(core: Core, place: ObjectPlace, { record }: Loaded<ObjectRecord>): Draft {
  const draft = draftChange(core, place).release(record.data);
  draft.delete(objectKey(place.bucket.record.id, place.key));
  noteDeletion(draft, place, record.deleteAt, undefined);
  return count(draft, place.bucket.record, -1, -record.size);
}

function draftChange(core: Core, { bucket, key, object }: ObjectPlace): Draft {
  return new Draft(core)
    .check(bucketKey(bucket.record.name), bucket.version)
    .check(objectKey(bucket.record.id, key), object?.version);
}

/** Moves the note of when the object is to go, in the commit that changes the object. */
function noteDeletion(
  draft: Draft,
  { bucket: { record }, key }: ObjectPlace,
  was: number | undefined,
  is: number | undefined,
): void {
  if (was !== undefined && was !== is) draft.delete(deletionKey(was, record.id, key));
  if (is !== undefined)
    draft.put(deletionKey(is, record.id, key), deletionFormat.encode({ bucket: record.name }));
}

function count(draft: Draft, { id, projectId }: BucketRecord, objects: number, bytes: number): Draft {
  return draft
    .add(bucketObjectsKey(id), objects)
    .add(bucketBytesKey(id), bytes)
    .add(projectObjectsKey(projectId), objects)
    .add(projectBytesKey(projectId), bytes);
}
