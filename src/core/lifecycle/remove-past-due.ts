/**
 * Owns the removal of objects whose own date has come (Swift's X-Delete-At). They are absent for everybody from that moment on; this
 * gives back their bytes and takes them out of the counts. Safe in several processes and when killed anywhere.
 */

import type { Entry } from '../../engines/meta/meta-store.ts';
import type { SystemActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { deletionFormat, objectFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { deletionSpan, objectsPrefix, spanOf, splitDeletionKey } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import { isPastDue } from '../objects/past-due.ts';
import { eachOf, removeObject } from './remove.ts';

const actor: SystemActor = { kind: 'system', name: 'delete-at' };

/** Looks at up to `limit` dates that have come. @throws CoreError Busy, Unavailable; what was not reached stays for the next time */
export async function removePastDue(
  core: Core,
  limit: number,
): Promise<{ visited: number; removed: number }> {
  const now = core.clock();
  const entries = await core.meta.range({ ...deletionSpan(Math.floor(now / 1000)), limit });
  let removed = 0;
  await eachOf(entries, async (entry) => {
    const { due, key } = splitDeletionKey(entry.key);
    const { bucket } = deletionFormat.decode(entry.value);
    const gone = await removeObject(core, actor, {
      bucket,
      key,
      only: ({ record }) => record.deleteAt === due,
    });
    if (gone) removed += 1;
    else await dropStale(core, entry);
  });
  return { visited: entries.length, removed };
}

/** A note always goes with its object; one that has none would be looked at for ever. */
async function dropStale(core: Core, { key, version }: Entry): Promise<void> {
  await committing('object', async () => {
    const [entry] = await core.meta.get([key]);
    if (entry?.version !== version) return;
    await new Draft(core).check(key, version).delete(key).commit();
  });
}

const pageSize = 100;

/** Removes objects past due from the beginning of a bucket up to the first that is not: whoever asks whether it is empty means those. */
export async function clearPastDue(core: Core, bucket: BucketName, bucketId: string): Promise<void> {
  const base = objectsPrefix(bucketId);
  // One look is enough for the bucket that holds something else.
  for (let limit = 1; ; limit = pageSize) {
    const page = await core.meta.range({ ...spanOf(base), limit });
    const now = core.clock();
    const due: ObjectKey[] = [];
    for (const { key, value } of page) {
      if (!isPastDue(objectFormat.decode(value), now)) break;
      due.push(Buffer.from(key).toString('utf8', base.length) as ObjectKey);
    }
    await eachOf(due, async (key) => {
      await removeObject(core, actor, { bucket, key, only: ({ record }) => isPastDue(record, now) });
    });
    if (due.length < page.length || page.length === 0) return;
  }
}
