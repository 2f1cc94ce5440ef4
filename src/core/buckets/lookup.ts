/**
 * Owns finding a bucket, and what lies under its id, in one round trip: the record of a name is remembered and checked against the
 * one that comes with the answer, so what is remembered is only ever a guess.
 */
import { compareBytes } from '../../base/bytes.ts';
import type { Entry, Key, MetaStore } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import type { Loaded } from '../model/draft.ts';
import { bucketKey } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import { sharedStore } from '../trail/witnessed-store.ts';
import { settleDeletion } from './settle.ts';

/** A bucket, and the keys to read together with it, which may depend on what its record says. */
export interface Place {
  readonly bucket: BucketName;
  readonly keys: (bucket: BucketRecord) => readonly Key[];
}

export interface OpenedPlace {
  readonly bucket: Loaded<BucketRecord>;
  /** In the order of the place's keys; one consistent view with the bucket. */
  readonly entries: readonly (Entry | undefined)[];
}

/** Records of buckets as last seen, by name. Decoding is saved too, as long as the version is the same. */
type Seen = Map<string, Loaded<BucketRecord>>;
const seenBuckets = new WeakMap<MetaStore, Seen>();
const mostSeen = 10_000;
const mostTurns = 50;

/**
 * All places as of one moment. A bucket in the middle of its deletion is settled first.
 * @throws CoreError NoSuchBucket for the first place whose bucket is absent; Busy
 */
export async function openPlaces(core: Core, places: readonly Place[]): Promise<OpenedPlace[]> {
  const seen = seenIn(sharedStore(core.meta));
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const opened = await openGuessing(core, seen, places);
    if (opened !== undefined) return opened;
  }
  throw new CoreError('Busy', { what: 'bucket' });
}

/** Undefined when a guess was wrong or a deletion had to be settled; then the next turn knows better. */
async function openGuessing(
  core: Core,
  seen: Seen,
  places: readonly Place[],
): Promise<OpenedPlace[] | undefined> {
  const wanted: Key[] = [];
  const guesses = places.map(({ bucket, keys }) => {
    const known = seen.get(bucket);
    const at = wanted.push(bucketKey(bucket));
    if (known !== undefined) wanted.push(...keys(known.record));
    return { name: bucket, keys, known, at, end: wanted.length };
  });
  const entries = await core.meta.get(wanted);
  const opened: OpenedPlace[] = [];
  let right = true;
  for (const { name, keys, known, at, end } of guesses) {
    const entry = entries[at - 1];
    const same = known !== undefined && known.version === entry?.version;
    const bucket = same ? known : await current(core, seen, name, entry);
    if (bucket === undefined) {
      right = false;
      continue;
    }
    if (!same && !sameKeys(keys(bucket.record), wanted.slice(at, end))) right = false;
    // Authorized for one bucket, a call whose body is slow in coming must not act on the one that took its name meanwhile.
    if (core.witness?.saw(bucket.record) === false) throw new CoreError('NoSuchBucket', { bucket: name });
    opened.push({ bucket, entries: entries.slice(at, end) });
  }
  return right && opened.length === places.length ? opened : undefined;
}

/** Whether a record that was not known asks for nothing but what was read. */
function sameKeys(a: readonly Key[], b: readonly Key[]): boolean {
  return a.length === b.length && a.every((key, at) => compareBytes(key, b[at] ?? new Uint8Array()) === 0);
}

/** The bucket in `entry`, remembered from now on; undefined when it was being deleted, and now is settled. */
async function current(
  core: Core,
  seen: Seen,
  name: BucketName,
  entry: Entry | undefined,
): Promise<Loaded<BucketRecord> | undefined> {
  if (entry === undefined) {
    seen.delete(name);
    throw new CoreError('NoSuchBucket', { bucket: name });
  }
  const bucket = { record: bucketFormat.decode(entry.value), version: entry.version };
  if (bucket.record.state === 'deleting') {
    await settleDeletion(core, bucket);
    return undefined;
  }
  if (seen.size >= mostSeen) seen.clear();
  seen.set(name, bucket);
  return bucket;
}

function seenIn(meta: MetaStore): Seen {
  let seen = seenBuckets.get(meta);
  if (seen === undefined) {
    seen = new Map();
    seenBuckets.set(meta, seen);
  }
  return seen;
}

/** One bucket with the entries of `keys`. @throws CoreError NoSuchBucket */
export function openPlace(core: Core, bucket: BucketName, keys: Place['keys']): Promise<OpenedPlace> {
  return openPlaces(core, [{ bucket, keys }]).then(([opened]) => {
    if (opened === undefined) throw new CoreError('NoSuchBucket', { bucket });
    return opened;
  });
}

/** @throws CoreError NoSuchBucket */
export async function openBucket(core: Core, name: BucketName): Promise<Loaded<BucketRecord>> {
  const { bucket } = await openPlace(core, name, () => []);
  return bucket;
}
