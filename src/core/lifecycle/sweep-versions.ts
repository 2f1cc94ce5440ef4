/**
 * Owns judging what stands behind current objects, a page at a time, by a bucket's rules as of midnight: noncurrent objects and delete
 * markers, and delete markers with nothing behind them. What a version is depends on its neighbours, so a page is read through in
 * order before anything of it goes; each removal then makes sure of it once more.
 */
import type { Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { headFormat, objectFormat } from '../model/codecs.ts';
import { objectKey, splitVersionKey, versionHeadKey, versionsOfKeySpan } from '../model/keys.ts';
import type { ObjectKey, VersionId } from '../model/names.ts';
import type { Behind } from '../model/object-records.ts';
import { type LoadedBehind, loadedBehind, newestBehind, versionIdOf } from '../versions/behind.ts';
import type { VersionPlace } from '../versions/find.ts';
import { sequenceOf, timeOf } from '../versions/ids.ts';
import type { LifecycleDocument } from './document.ts';
import { lifecycleActor, removeVersion } from './remove.ts';
import { markerExpiryOf, mostNewerVersions, noncurrentExpiryOf } from './rules.ts';

interface VersionsInput {
  readonly bucketId: string;
  readonly document: LifecycleDocument;
  readonly midnight: number;
}

/** Whether an entry of the page went. */
export type VersionSweep = (entry: Entry) => Promise<boolean>;

/** What is known of a key while its entries pass, newest first. */
interface Passing {
  readonly key: ObjectKey;
  /** Noncurrent objects that have passed. */
  newer: number;
  /** When the entry before this one was made; undefined for the newest of all. */
  successorAt: number | undefined;
  /** Whether nothing else is at the key: then a marker covers nothing. */
  readonly alone: boolean;
}

/** Reads the neighbours that a page needs. What does not decode fails when it is its turn. */
export async function versionSweep(
  core: Core,
  input: VersionsInput,
  page: readonly Entry[],
): Promise<VersionSweep> {
  const due = new Map<Entry, ObjectKey>();
  let passing: Passing | undefined;
  for (const entry of page) {
    const { key } = splitVersionKey(entry.key);
    if (passing?.key !== key) passing = await enter(core, input.bucketId, key, entry);
    const behind = decoded(entry);
    if (behind === undefined || isDue(core, input, passing, behind)) due.set(entry, key);
    if (behind === undefined) continue;
    if (behind.kind === 'object') passing.newer += 1;
    passing.successorAt = timeOf(splitVersionKey(entry.key).sequence);
  }
  return async (entry) => {
    const key = due.get(entry);
    return key !== undefined && remove(core, input, key, loadedBehind(entry));
  };
}

function decoded(entry: Entry): Behind | undefined {
  try {
    return loadedBehind(entry).record;
  } catch {
    return undefined;
  }
}

/** A key whose first entry in the page is `first`: what is before that has passed in an earlier page. */
async function enter(core: Core, bucketId: string, key: ObjectKey, first: Entry): Promise<Passing> {
  const [current, head] = await core.meta.get([objectKey(bucketId, key), versionHeadKey(bucketId, key)]);
  const span = versionsOfKeySpan(bucketId, key);
  const [before] = await core.meta.range({ start: span.start, end: first.key, limit: 1, reverse: true });
  const count = head === undefined ? 0 : headFormat.decode(head.value).count;
  const alone = current === undefined && count === 1;
  if (before !== undefined) {
    const newer = await objectsBefore(core, span.start, first);
    return { key, newer, successorAt: timeOf(splitVersionKey(before.key).sequence), alone };
  }
  const object = current && objectFormat.decode(current.value);
  return { key, newer: 0, successorAt: object && timeOf(sequenceOf(object)), alone };
}

/** How many objects there are before an entry of its key; no more are counted than can matter. */
async function objectsBefore(core: Core, start: Uint8Array, { key: end }: Entry): Promise<number> {
  let count = 0;
  let from = start;
  while (count < mostNewerVersions) {
    const page = await core.meta.range({ start: from, end, limit: mostNewerVersions });
    count += page.filter((entry) => decoded(entry)?.kind === 'object').length;
    const last = page.at(-1);
    if (page.length < mostNewerVersions || last === undefined) break;
    from = Buffer.concat([last.key, Uint8Array.of(0)]);
  }
  return count;
}

function isDue(
  core: Core,
  { document: { rules }, midnight }: VersionsInput,
  at: Passing,
  behind: Behind,
): boolean {
  const day = core.settings.lifecycleDay;
  const { key, newer, successorAt, alone } = at;
  if (behind.kind === 'marker' && successorAt === undefined) {
    const { modifiedAt } = behind;
    const expiry = alone ? markerExpiryOf(rules, { key, modifiedAt }, day) : undefined;
    return expiry !== undefined && expiry <= midnight;
  }
  const size = behind.kind === 'object' ? behind.object.size : 0;
  const noncurrentAt = behind.kind === 'object' ? behind.noncurrentAt : (successorAt ?? core.clock());
  const expiry = noncurrentExpiryOf(rules, { key, size, noncurrentAt, newer }, day);
  return expiry !== undefined && expiry <= midnight;
}

/** The very entry, as long as it is what it was judged as. */
function remove(
  core: Core,
  { bucketId, document }: VersionsInput,
  key: ObjectKey,
  was: LoadedBehind,
): Promise<boolean> {
  const { record, sequence } = was;
  const onlyVersion = async ({ place, found }: VersionPlace): Promise<boolean> => {
    if (found === undefined || found === 'current' || found.sequence !== sequence) return false;
    if (place.bucket.record.id !== bucketId) return false;
    // A marker in the place of an object goes only when it covers nothing: else something would come back.
    const [newest] = record.kind === 'marker' ? await newestBehind(core, bucketId, key, 1) : [];
    const bare = place.object === undefined && newest?.sequence === sequence;
    return !bare || place.head?.record.count === 1;
  };
  const version = versionIdOf(record) as VersionId;
  return removeVersion(core, lifecycleActor, { bucket: document.bucket, key, version, onlyVersion });
}
