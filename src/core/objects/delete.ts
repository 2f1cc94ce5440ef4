/** DeleteObject for every door. */
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { WriteConditions } from './conditions.ts';

export interface DeleteObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions?: Pick<WriteConditions, 'ifMatch'>;
}

/** Answers whether there was an object. @throws CoreError NoSuchBucket, PreconditionFailed, Busy */
export async function deleteObject(core: Core, input: DeleteObjectInput): Promise<{ existed: boolean }> {
  void core;
  void input;
  throw new Error('to be written');
}
