/** DeleteObject for every door. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing, type Loaded } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ObjectRecord } from '../model/records.ts';
import { matches, type WriteConditions } from './conditions.ts';
import { draftRemoval, findObject, visible } from './object-place.ts';

export interface DeleteObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions?: Pick<WriteConditions, 'ifMatch'>;
  /** Any other object than this says yes to stays; it is asked about what is really there, also when that is past due. */
  readonly only?: (object: Loaded<ObjectRecord>) => boolean;
}

/** Answers whether there was an object. @throws CoreError NoSuchBucket, PreconditionFailed, Busy */
export async function deleteObject(core: Core, input: DeleteObjectInput): Promise<{ existed: boolean }> {
  const { only, conditions: { ifMatch } = {} } = input;
  return committing('object', async () => {
    const place = await findObject(core, input);
    const object = only === undefined ? visible(core, place.object) : place.object;
    if (ifMatch !== undefined && !(object && matches(ifMatch, object.record.etag))) {
      throw new CoreError('PreconditionFailed', { condition: 'If-Match' });
    }
    if (object === undefined || only?.(object) === false) return { existed: false };
    await draftRemoval(core, place, object).commit();
    return { existed: true };
  });
}
