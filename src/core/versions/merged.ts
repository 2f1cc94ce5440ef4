/**
 * Owns the one sequence that current objects and what is behind them make together: by key, then newest first. Its keys are those of
 * what is behind, and a current object stands in it where it would stand behind.
 *
 * The two are read one after the other. A version may come to be current in between, or go behind, and be missed; so the current
 * objects are looked at again, and a stretch in which they have changed meanwhile is read anew.
 */
import { compareBytes } from '../../base/bytes.ts';
import type { Entry, Key, KeyRange } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { objectFormat } from '../model/codecs.ts';
import { objectsPrefix, versionsPrefix, versionTail, versionTailOf } from '../model/keys.ts';
import type { Behind, ObjectRecord } from '../model/object-records.ts';
import { loadedBehind } from './behind.ts';
import { sequenceOf } from './ids.ts';

export interface MergedEntry extends Entry {
  readonly sequence: number;
  readonly what: { readonly kind: 'current'; readonly object: ObjectRecord } | Behind;
}

const mostTurns = 50;

/** Up to `limit` of the entries from `start` to `end`, which are keys of what is behind. @throws CoreError Busy */
export async function mergedRange(
  core: Core,
  bucket: Pick<BucketRecord, 'id' | 'versioning'>,
  { start, end, limit }: Pick<KeyRange, 'start' | 'end' | 'limit'>,
): Promise<MergedEntry[]> {
  let wanted = limit;
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const found = await readBoth(core, bucket, { start, end, limit: wanted });
    if (found !== undefined) {
      const whole = wanted === limit || found.length < wanted;
      if (whole) return found;
      // A caller takes a short answer for the end, so the rest follows in stretches as short.
      const last = found.at(-1);
      if (last === undefined) return found;
      const next = Buffer.concat([last.key, Uint8Array.of(0)]);
      return [
        ...found,
        ...(await mergedRange(core, bucket, { start: next, end, limit: limit - found.length })),
      ];
    }
    // The shorter a stretch, the less happens in it.
    wanted = Math.max(wanted >> 1, 1);
  }
  throw new CoreError('Busy', { what: 'versions' });
}

/** Undefined when the current objects changed meanwhile. */
async function readBoth(
  core: Core,
  { id, versioning }: Pick<BucketRecord, 'id' | 'versioning'>,
  range: Pick<KeyRange, 'start' | 'end' | 'limit'>,
): Promise<MergedEntry[] | undefined> {
  const { limit } = range;
  const currents = { ...currentRange(id, range), limit: limit + 1 };
  const before = await core.meta.range(currents);
  if (versioning === undefined) return merge(id, before, [], range);
  const behind = await core.meta.range(range);
  const entries = merge(id, before, behind, range);
  const after = await core.meta.range(currents);
  return sameVersions(before, after) ? entries : undefined;
}

/** Where the current objects are whose places in the sequence are between two keys of it, and at most one too many at each end. */
function currentRange(
  bucketId: string,
  { start, end }: Pick<KeyRange, 'start' | 'end'>,
): Pick<KeyRange, 'start' | 'end'> {
  const base = objectsPrefix(bucketId);
  const nameIn = (key: Key) => {
    const rest = Buffer.from(key).subarray(base.length);
    const nul = rest.indexOf(0);
    return nul < 0 ? { name: rest, inside: false } : { name: rest.subarray(0, nul), inside: true };
  };
  const from = nameIn(start);
  const to = nameIn(end);
  // Where the tag itself is cut, the end is behind all of the bucket's keys.
  const whole = compareBytes(end.subarray(0, base.length), versionsPrefix(bucketId)) > 0;
  const last = to.inside ? Buffer.concat([to.name, Uint8Array.of(0)]) : to.name;
  return {
    start: Buffer.concat([base, from.name]),
    end: whole ? afterBucket(base) : Buffer.concat([base, last]),
  };
}

function afterBucket(base: Buffer): Buffer {
  // No UTF-8 text begins with this byte.
  return Buffer.concat([base, Uint8Array.of(0xff)]);
}

function merge(
  bucketId: string,
  currents: readonly Entry[],
  behind: readonly Entry[],
  { start, end, limit }: Pick<KeyRange, 'start' | 'end' | 'limit'>,
): MergedEntry[] {
  const base = objectsPrefix(bucketId).length;
  const found: MergedEntry[] = [];
  for (const entry of currents) {
    const object = objectFormat.decode(entry.value);
    const sequence = sequenceOf(object);
    const name = Buffer.from(entry.key).subarray(base);
    const key = Buffer.concat([versionsPrefix(bucketId), name, versionTailOf(sequence)]);
    if (compareBytes(key, start) < 0 || compareBytes(key, end) >= 0) continue;
    found.push({
      key,
      value: entry.value,
      version: entry.version,
      sequence,
      what: { kind: 'current', object },
    });
  }
  for (const entry of behind) {
    const { record, sequence } = loadedBehind(entry);
    found.push({ ...entry, sequence, what: record });
  }
  return found.sort((a, b) => compareBytes(a.key, b.key)).slice(0, limit);
}

function sameVersions(a: readonly Entry[], b: readonly Entry[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ key, version }, at) => {
      const other = b[at];
      return other !== undefined && other.version === version && compareBytes(other.key, key) === 0;
    })
  );
}

/** The object key's bytes in what follows `versionsPrefix`. */
export function versionName(rest: Buffer): Buffer {
  return rest.subarray(0, rest.length - versionTail);
}
