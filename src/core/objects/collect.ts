/**
 * Owns the collector: what nobody refers to any more is given back, entry by entry of the queue, when it is due. Safe in several
 * processes at once and when killed anywhere: an entry goes last, and each step before it either can be repeated or checks the
 * records it deletes.
 *
 * A count of zero is final, because whatever adds a reference checks the version of a record that holds one. The exception is a
 * manifest that is being prepared (`multipart/complete.ts`): it belongs to its entry, so the entry is claimed (rewritten) before
 * anything of it is touched.
 */
import { Conflict, Unavailable } from '../../engines/errors.ts';
import { counterValue, type Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { queueFormat, uploadFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import {
  blobReferencesKey,
  completionKey,
  manifestPrefix,
  manifestReferencesKey,
  type QueueKind,
  queueKey,
  queueSpan,
  spanOf,
  splitQueueKey,
  uploadsPrefix,
} from '../model/keys.ts';
import type { UploadId } from '../model/names.ts';
import {
  draftPartsRemoval,
  draftUploadRemoval,
  mostPartsInCommit,
  readParts,
} from '../multipart/upload-place.ts';
import { placed } from './manifest.ts';

export interface CollectReport {
  /** Entries looked at. */
  readonly visited: number;
  /** Entries done with; when as many as `limit`, there may be more. */
  readonly settled: number;
  /** What was given back, by kind. */
  readonly collected: Readonly<Record<QueueKind, number>>;
  /** Entries put off because something unexpected happened. */
  readonly failures: readonly { readonly kind: QueueKind; readonly id: string; readonly error: Error }[];
}

/** Entries visited at the same time. */
const visitsAtOnce = 16;
/** How long a failing entry is put off, in milliseconds: doubled with each failure, up to a day. */
const firstDelay = 60 * 1000;
const longestDelay = 24 * 60 * 60 * 1000;
/** Open uploads of a deleted bucket ended in one commit. */
const uploadsInCommit = 100;

interface Visit {
  readonly core: Core;
  readonly kind: QueueKind;
  readonly id: string;
  readonly entry: Entry;
}

/** `dropped`: there was nothing to give back. `left`: somebody else is at it. */
type Outcome = 'collected' | 'dropped' | 'left';

/** Gives something back and takes its entry away. @throws Conflict when others do the same */
type Visitor = (visit: Visit) => Promise<Outcome>;

/** Looks at up to `limit` due entries. @throws Unavailable; what was not reached stays for the next time */
export async function collect(core: Core, limit: number): Promise<CollectReport> {
  const entries = await core.meta.range({ ...queueSpan(core.clock()), limit });
  const collected = { blob: 0, manifest: 0, upload: 0, completion: 0, bucket: 0 };
  const failures: { kind: QueueKind; id: string; error: Error }[] = [];
  const waiting = entries.values();
  let settled = 0;
  let unavailable: Unavailable | undefined;
  const work = async () => {
    for (const entry of waiting) {
      const what = splitQueueKey(entry.key);
      // A kind of a later version is left to it.
      if (what === undefined) continue;
      const outcome = await visitSafely({ core, entry, ...what });
      if (outcome === 'collected') collected[what.kind] += 1;
      if (outcome === 'collected' || outcome === 'dropped') settled += 1;
      if (outcome instanceof Unavailable) unavailable = outcome;
      else if (outcome instanceof Error) failures.push({ ...what, error: outcome });
      if (unavailable !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: visitsAtOnce }, work));
  if (unavailable !== undefined) throw unavailable;
  return { visited: entries.length, settled, collected, failures };
}

/** Never throws: an engine that is down ends the run, anything else unexpected puts this entry off. */
async function visitSafely(visit: Visit): Promise<Outcome | Error> {
  try {
    return await visitors[visit.kind](visit);
  } catch (error) {
    if (error instanceof Conflict) return 'left';
    if (error instanceof Unavailable) return error;
    return (await putOff(visit)) ?? (error instanceof Error ? error : new Error(String(error)));
  }
}

const visitors: Readonly<Record<QueueKind, Visitor>> = {
  async blob(visit) {
    const { core, id } = visit;
    const counter = blobReferencesKey(id);
    const [count] = await core.meta.get([counter]);
    if (counterValue(count) > 0n) return drop(visit);
    await core.blobs.delete(id);
    await done(visit).delete(counter).commit();
    return 'collected';
  },

  async manifest(visit) {
    const { core, id } = visit;
    const counter = manifestReferencesKey(id);
    const [count] = await core.meta.get([counter]);
    if (counterValue(count) > 0n) return drop(visit);
    const claimed = await claim(visit);
    if (claimed === undefined) return 'left';
    while (await releaseChunk(core, id)) {
      // One bounded commit a turn.
    }
    await done(claimed).delete(counter).commit();
    return 'collected';
  },

  /** Parts left over from an upload that has ended. */
  async upload(visit) {
    const { core, id } = visit;
    let some = false;
    while (await releaseParts(core, id as UploadId)) some = true;
    await done(visit).commit();
    return some ? 'collected' : 'dropped';
  },

  async completion(visit) {
    await done(visit)
      .delete(completionKey(visit.id as UploadId))
      .commit();
    return 'collected';
  },

  /** Uploads left open in a bucket that was deleted. */
  async bucket(visit) {
    while (await endUploads(visit.core, visit.id)) {
      // One bounded commit a turn.
    }
    await done(visit).commit();
    return 'collected';
  },
};

/** The commit that ends a visit. */
function done({ core, entry }: Visit): Draft {
  return new Draft(core).check(entry.key, entry.version).delete(entry.key);
}

/** Something refers to it (again): whoever lets go of it next makes a new entry. */
async function drop(visit: Visit): Promise<'dropped'> {
  await done(visit).commit();
  return 'dropped';
}

/** Rewrites the entry, so that a commit which relied on it fails from now on. */
async function claim(visit: Visit): Promise<Visit | undefined> {
  const { core, entry } = visit;
  await new Draft(core).check(entry.key, entry.version).put(entry.key, entry.value).commit();
  const [claimed] = await core.meta.get([entry.key]);
  return claimed && { ...visit, entry: claimed };
}

/** Answers the engine's error when that fails too. */
async function putOff({ core, kind, id, entry }: Visit): Promise<Unavailable | undefined> {
  try {
    const failures = queueFormat.decode(entry.value).failures + 1;
    const delay = Math.min(firstDelay * 2 ** (failures - 1), longestDelay);
    const later = queueKey(core.clock() + delay, kind, id);
    const draft = new Draft(core).check(entry.key, entry.version).delete(entry.key);
    await draft.put(later, queueFormat.encode({ failures })).commit();
  } catch (error) {
    // Otherwise somebody else has visited it.
    if (error instanceof Unavailable) return error;
  }
  return undefined;
}

/** Whether there was a chunk. The check of its version keeps two collectors from releasing its parts twice. */
async function releaseChunk(core: Core, manifest: string): Promise<boolean> {
  return committing('manifest', async () => {
    const [entry] = await core.meta.range({ ...spanOf(manifestPrefix(manifest)), limit: 1 });
    if (entry === undefined) return false;
    const draft = new Draft(core).check(entry.key, entry.version).delete(entry.key);
    for (const part of placed(entry).parts) draft.releaseSegments(part.segments);
    await draft.commit();
    return true;
  });
}

async function releaseParts(core: Core, upload: UploadId): Promise<boolean> {
  return committing('upload', async () => {
    const parts = await readParts(core, upload, 0, mostPartsInCommit);
    if (parts.length === 0) return false;
    await draftPartsRemoval(new Draft(core), upload, parts).commit();
    return true;
  });
}

async function endUploads(core: Core, bucketId: string): Promise<boolean> {
  return committing('upload', async () => {
    const uploads = await core.meta.range({ ...spanOf(uploadsPrefix(bucketId)), limit: uploadsInCommit });
    if (uploads.length === 0) return false;
    const draft = new Draft(core);
    for (const { value, version } of uploads) {
      draftUploadRemoval(draft, bucketId, { record: uploadFormat.decode(value), version }, [], core.clock());
    }
    await draft.commit();
    return true;
  });
}
