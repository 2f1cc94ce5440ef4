/**
 * Owns finding blobs that no record ever came to refer to: those of writers that died between bytes and commit, or whose commit
 * failed in an uncertain way. The collector cannot know them, because nothing about them was ever committed.
 */
import type { BlobId } from '../../engines/blob/blob-store.ts';
import type { Core } from '../core.ts';
import { blobReferencesKey } from '../model/keys.ts';

const dayOfMilliseconds = 24 * 60 * 60 * 1000;
/** Blobs looked up in one round trip. */
const batchSize = 500;

/**
 * Deletes blobs without a reference counter that are older than `minimumAge` (milliseconds; longer than any commit takes to
 * follow its bytes). Answers how many. Counters are looked at only after the blob was seen, and again after all blobs were seen,
 * right before the deletion: a commit that was under way at the first look is done by the second.
 */
export async function sweepOrphans(core: Core, minimumAge = dayOfMilliseconds): Promise<number> {
  const youngest = core.clock() - minimumAge;
  const suspects: BlobId[] = [];
  let batch: BlobId[] = [];
  for await (const { id, createdAt } of core.blobs.enumerate()) {
    if (createdAt > youngest) continue;
    batch.push(id);
    if (batch.length < batchSize) continue;
    suspects.push(...(await uncounted(core, batch)));
    batch = [];
  }
  suspects.push(...(await uncounted(core, batch)));
  let swept = 0;
  for (let at = 0; at < suspects.length; at += batchSize) {
    for (const id of await uncounted(core, suspects.slice(at, at + batchSize))) {
      await core.blobs.delete(id);
      swept += 1;
    }
  }
  return swept;
}

/** A counter of zero counts: that blob is in the collector's queue. */
async function uncounted(core: Core, ids: readonly BlobId[]): Promise<BlobId[]> {
  if (ids.length === 0) return [];
  const counters = await core.meta.get(ids.map(blobReferencesKey));
  return ids.filter((_, at) => counters[at] === undefined);
}
