/** DeleteObject for every door. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import { matches, type WriteConditions } from './conditions.ts';
import { draftRemoval, findObject } from './object-place.ts';

export interface DeleteObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions?: Pick<WriteConditions, 'ifMatch'>;
}

/** Answers whether there was an object. @throws CoreError NoSuchBucket, PreconditionFailed, Busy */
export async function deleteObject(core: Core, input: DeleteObjectInput): Promise<{ existed: boolean }> {
  const { ifMatch } = input.conditions ?? {};
  return committing('object', async () => {
    const place = await findObject(core, input);
    const { object } = place;
    if (ifMatch !== undefined && !(object && matches(ifMatch, object.record.etag))) {
      throw new CoreError('PreconditionFailed', { condition: 'If-Match' });
    }
    if (object === undefined) return { existed: false };
    await draftRemoval(core, place, object).commit();
    return { existed: true };
  });
}
