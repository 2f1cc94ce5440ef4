/**
 * MoveObject for every door: one commit after which the object is at its new key and no longer at its old one. No bytes are copied,
 * whatever its size: the new record refers to what the old one referred to. With versioning, the destination gets a new version and
 * the source a delete marker with the object behind it. Refuses moves between buckets.
 */
import type { Actor } from '../actor.ts';
import { openPlaces } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import { committing } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { NewObject, ObjectRecord } from '../model/object-records.ts';
import { draftObject, draftRemoval } from './change.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { type ObjectPlace, type PresentPlace, placeIn, placeKeys, present, visible } from './object-place.ts';

export interface MoveObjectInput {
  readonly bucket: BucketName;
  readonly from: ObjectKey;
  readonly to: ObjectKey;
  /** What happens to an object that is at `to`: the move takes its place, or is refused. */
  readonly existing: 'replace' | 'refuse';
}

/**
 * Everything about the object stays but its key and its modification time: bytes and the way they are kept, ETag, checksum, attributes.
 * @throws CoreError NoSuchBucket, NoSuchKey for the source, InvalidArgument for a move onto itself, Duplicate, Busy
 */
export async function moveObject(core: Core, _actor: Actor, input: MoveObjectInput): Promise<ObjectInfo> {
  if (input.from === input.to) {
    throw new CoreError('InvalidArgument', { what: 'the destination', reason: 'is the source itself' });
  }
  return committing('object', async () => {
    const { source, target } = await openBoth(core, input);
    if (input.existing === 'refuse' && visible(core, target.object) !== undefined) {
      throw new CoreError('Duplicate', { what: 'an object', name: input.to });
    }
    const { draft, record } = await draftObject(core, target, movedAt(core.clock(), source.object.record));
    // Each of the two checks what is at its key, so of everybody who changes either one only one is in time.
    await (await draftRemoval(core, source, draft)).draft.commit();
    const { bucket, lifecycle } = target;
    return {
      ...objectInfo(bucket.record, input.to, record),
      ...expiryIn(core, lifecycle, input.to, record),
    };
  });
}

async function openBoth(
  core: Core,
  { bucket, from, to }: MoveObjectInput,
): Promise<{ source: PresentPlace; target: ObjectPlace }> {
  const [source, target] = await openPlaces(
    core,
    [from, to].map((key) => ({ bucket, keys: (record) => placeKeys(record, key) })),
  );
  if (source === undefined || target === undefined) throw new CoreError('NoSuchBucket', { bucket });
  return { source: await present(core, placeIn(source, from)), target: placeIn(target, to) };
}

/** Within a bucket also the wrapped data key stays what it is. */
function movedAt(modifiedAt: number, { versionId: _, sequence: __, ...kept }: ObjectRecord): NewObject {
  return { ...kept, modifiedAt };
}
