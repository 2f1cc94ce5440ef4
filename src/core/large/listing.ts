/** What a static large object is made of, for who wants to see the list or delete all of it. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { type ObjectAddress, requireObject } from '../objects/object-place.ts';
import { readEntries } from './content.ts';
import type { ManifestEntry, ObjectEntry } from './entries.ts';
import { type SegmentName, SegmentReader } from './segment-reader.ts';

/** The list of the static large object at `address`; undefined for any other object. @throws CoreError NoSuchBucket, NoSuchKey */
export async function staticEntries(
  core: Core,
  address: ObjectAddress,
): Promise<readonly ManifestEntry[] | undefined> {
  const { bucket, object } = await requireObject(core, address);
  if (object.record.data.kind !== 'static') return undefined;
  return readEntries(core, bucket.record, object.record);
}

/** More than any tree of segments that somebody would build. */
const mostSegments = 100_000;

/**
 * The names of all objects that the static large object at `address` is made of, each once and behind what it is made of itself; not the object's
 * own. What of a nested one cannot be read, or is more than 100,000 names, is left out. Undefined as in `staticEntries`.
 */
export async function segmentNames(
  core: Core,
  actor: Actor,
  address: ObjectAddress,
): Promise<readonly SegmentName[] | undefined> {
  const { bucket, object } = await requireObject(core, address);
  const { record } = object;
  if (record.data.kind !== 'static') return undefined;
  const reader = new SegmentReader(core, actor, bucket.record, address.key);
  const seen = new Map<string, SegmentName>();
  const name = ({ bucket, key }: SegmentName) => `${bucket}/${key}`;
  const visit = async (entries: readonly ManifestEntry[], visiting: ReadonlySet<string>): Promise<void> => {
    for (const entry of entries) {
      if (entry.kind === 'data' || seen.has(name(entry)) || visiting.has(name(entry))) continue;
      if (seen.size >= mostSegments) return;
      if (entry.nested) await visit(await nestedEntries(reader, entry), new Set([...visiting, name(entry)]));
      seen.set(name(entry), { bucket: entry.bucket, key: entry.key });
    }
  };
  await visit(await readEntries(core, bucket.record, record), new Set([name(address)]));
  return [...seen.values()];
}

async function nestedEntries(reader: SegmentReader, entry: ObjectEntry): Promise<readonly ManifestEntry[]> {
  const segment = await reader.look(entry, 'storage.objects.get');
  if (typeof segment === 'string' || segment.object.record.data.kind !== 'static') return [];
  return readEntries(reader.core, segment.bucket.record, segment.object.record);
}
