/** Replaces the attributes of an object in place (Swift POST): the bytes and the ETag stay, the modification time moves. */
import type { Core } from '../core.ts';
import { type SegmentNames, standingFor } from '../large/shape.ts';
import { committing } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ObjectAttributes, ObjectRecord } from '../model/object-records.ts';
import { draftUpdate } from './change.ts';
import { attributesOf, type ObjectInfo, objectInfo } from './info.ts';
import { requireObject } from './object-place.ts';

export interface UpdateObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: (current: ObjectInfo) => ObjectAttributes;
  /** What the object stands for from now on instead of its own bytes; null: for them. A static large object stays what it is. */
  readonly standsFor?: SegmentNames | null;
}

/** The current object; it stays the same version. @throws CoreError NoSuchBucket, NoSuchKey */
export async function updateObject(core: Core, input: UpdateObjectInput): Promise<ObjectInfo> {
  const { key } = input;
  return committing('object', async () => {
    const place = await requireObject(core, input);
    const bucket = place.bucket.record;
    const { record } = place.object;
    const { standsFor } = input;
    const changed = {
      ...withAttributes(record, input.attributes(objectInfo(bucket, key, record)), core.clock()),
      ...(standsFor !== undefined && { data: standingFor(record.data, standsFor ?? undefined) }),
    };
    await draftUpdate(core, place, changed).commit();
    return objectInfo(bucket, key, changed);
  });
}

/** All attributes are replaced: an optional one that is absent now is gone. */
function withAttributes(
  record: ObjectRecord,
  attributes: ObjectAttributes,
  modifiedAt: number,
): ObjectRecord {
  const { deleteAt: _, ...kept } = record;
  return { ...kept, ...attributesOf(attributes), modifiedAt };
}
