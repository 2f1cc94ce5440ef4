/**
 * Owns what of an object is its own, whatever it is made of: the bytes its record refers to, which take up room and which references
 * are counted for. Of a static large object that is the list of its segments, of a dynamic one the body it was stored with.
 */
import type { ObjectData, ObjectRecord, OwnData } from './object-records.ts';

/** A record whose size, ETag and data are those of its own bytes. */
export type OwnRecord = ObjectRecord & { readonly data: OwnData };

export function ownData(data: ObjectData): OwnData {
  if (data.kind === 'static') return { kind: 'segments', segments: data.list };
  return data.kind === 'dynamic' ? data.own : data;
}

/** Whether the object has no other bytes than its own, as nearly all have. */
export function isOwn(record: ObjectRecord): record is OwnRecord {
  return record.data.kind === 'segments' || record.data.kind === 'manifest';
}

/** The object as it is stored: its manifest in the place of what that stands for. */
export function ownRecord(record: ObjectRecord): OwnRecord {
  if (isOwn(record)) return record;
  const { data } = record;
  if (data.kind === 'static') {
    return { ...record, size: data.listSize, etag: data.listEtag, data: ownData(data) };
  }
  return { ...record, data: ownData(data) };
}

/** The bytes a record takes up. Segments are objects themselves and count where they are. */
export function ownSize({ data, size }: Pick<ObjectRecord, 'data' | 'size'>): number {
  return data.kind === 'static' ? data.listSize : size;
}
