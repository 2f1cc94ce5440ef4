/** Replaces the attributes of an object in place (Swift POST): the bytes and the ETag stay, the modification time moves. */
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ObjectAttributes } from '../model/records.ts';
import type { ObjectInfo } from './info.ts';

export interface UpdateObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: (current: ObjectInfo) => ObjectAttributes;
}

/** @throws CoreError NoSuchBucket, NoSuchKey */
export async function updateObject(core: Core, input: UpdateObjectInput): Promise<ObjectInfo> {
  void core;
  void input;
  throw new Error('to be written');
}
