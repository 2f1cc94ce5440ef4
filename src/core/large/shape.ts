/** Owns what makes a stored body the manifest of a large object: the record's size, ETag and data. */
import type { NewObject, ObjectData } from '../model/object-records.ts';
import { withCount } from '../objects/info.ts';
import type { StoredBody } from '../objects/store-body.ts';
import { etagOfEntries, type ManifestEntry, totalLength } from './entries.ts';

/** A bucket of the same project, and what the names of the segments begin with. */
export interface SegmentNames {
  readonly container: string;
  readonly prefix: string;
}

/** What a body is a manifest of. The body of a static one is its list of segments. */
export type Shape =
  | { readonly kind: 'static'; readonly size: number; readonly etag: string; readonly partCount: number }
  | ({ readonly kind: 'dynamic' } & SegmentNames);

/** The shape of the large object that `entries` make. */
export function staticShape(entries: readonly ManifestEntry[]): Shape & { readonly kind: 'static' } {
  const partCount = entries.length;
  return {
    kind: 'static',
    size: totalLength(entries),
    etag: withCount(etagOfEntries(entries), partCount),
    partCount,
  };
}

/** The shape of an object's own bytes. */
export function shapeOf({ data, size, etag }: Pick<NewObject, 'data' | 'size' | 'etag'>): Shape | undefined {
  if (data.kind === 'static') return { kind: 'static', size, etag, partCount: data.partCount };
  if (data.kind !== 'dynamic') return undefined;
  return { kind: 'dynamic', container: data.container, prefix: data.prefix };
}

/** What a record says of a body, given what that is a manifest of. */
export function shaped(
  shape: Shape | undefined,
  { segments, size, md5 }: Pick<StoredBody, 'segments' | 'size' | 'md5'>,
): Pick<NewObject, 'size' | 'etag' | 'data'> {
  const own = { kind: 'segments', segments } as const;
  if (shape?.kind === 'static') {
    const { partCount } = shape;
    const data = { kind: 'static', list: segments, listSize: size, listEtag: md5, partCount } as const;
    return { size: shape.size, etag: shape.etag, data };
  }
  return { size, etag: md5, data: shape === undefined ? own : { ...shape, own } };
}

/** `data` with the segments it stands for from now on: others, or none. A static large object stays what it is. */
export function standingFor(data: ObjectData, names: SegmentNames | undefined): ObjectData {
  if (data.kind === 'static') return data;
  const own = data.kind === 'dynamic' ? data.own : data;
  return names === undefined ? own : { kind: 'dynamic', own, ...names };
}
