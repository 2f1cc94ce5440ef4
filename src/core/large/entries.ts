/**
 * Owns the list of a static large object's segments, as it is stored: Swift's own JSON, which is also what
 * `?multipart-manifest=get` answers (wire page, "SLO"). Refuses to look at the segments themselves.
 */
import { createHash } from 'node:crypto';
import { type Json, spacedJson } from '../../base/wire/json.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { DataRange } from '../objects/read-data.ts';

/** Bytes that stand in the list itself. */
export interface DataEntry {
  readonly kind: 'data';
  readonly bytes: Buffer;
}

/** An object of the same project, as it was when the list was made. */
export interface ObjectEntry {
  readonly kind: 'object';
  readonly bucket: string;
  readonly key: string;
  /** Bytes of the whole object. */
  readonly size: number;
  /** As Swift shows it, unquoted. */
  readonly etag: string;
  readonly contentType: string;
  /** Milliseconds since the epoch; whole seconds. */
  readonly modifiedAt: number;
  /** Only these bytes of it. */
  readonly range?: DataRange;
  /** It is a static large object itself. */
  readonly nested: boolean;
}

export type ManifestEntry = DataEntry | ObjectEntry;

/** Bytes that the entry adds to the whole. */
export function lengthOfEntry(entry: ManifestEntry): number {
  if (entry.kind === 'data') return entry.bytes.length;
  return entry.range === undefined ? entry.size : entry.range.end - entry.range.start;
}

export function totalLength(entries: readonly ManifestEntry[]): number {
  return entries.reduce((sum, entry) => sum + lengthOfEntry(entry), 0);
}

/** The MD5, in hex, of the entity tags of all entries in a row; one of which only a range is meant counts with that. */
export function etagOfEntries(entries: readonly ManifestEntry[]): string {
  const hash = createHash('md5');
  for (const entry of entries) hash.update(tagOf(entry));
  return hash.digest('hex');
}

function tagOf(entry: ManifestEntry): string {
  if (entry.kind === 'data') return createHash('md5').update(entry.bytes).digest('hex');
  return entry.range === undefined ? entry.etag : `${entry.etag}:${shownRange(entry.range)};`;
}

/** Inclusive at both ends. */
export function shownRange({ start, end }: DataRange): string {
  return `${start}-${end - 1}`;
}

export function encodeEntries(entries: readonly ManifestEntry[]): Buffer {
  return Buffer.from(spacedJson(entries.map(entryJson)));
}

function entryJson(entry: ManifestEntry): Json {
  if (entry.kind === 'data') return { data: entry.bytes.toString('base64') };
  const { bucket, key, size, etag, contentType, modifiedAt, range, nested } = entry;
  return {
    name: `/${bucket}/${key}`,
    bytes: size,
    hash: etag,
    content_type: contentType,
    last_modified: new Date(modifiedAt).toISOString().replace('Z', '000'),
    ...(range !== undefined && { range: shownRange(range) }),
    ...(nested && { sub_slo: true }),
  };
}

/** @throws Corrupt when `bytes` are no list as it is stored */
export function decodeEntries(bytes: Uint8Array): ManifestEntry[] {
  const list: unknown = parsed(bytes);
  if (!Array.isArray(list)) throw damaged();
  return list.map(readEntry);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): Corrupt {
  return new Corrupt('the list of a static large object cannot be read', { cause });
}

function readEntry(raw: unknown): ManifestEntry {
  if (typeof raw !== 'object' || raw === null) throw damaged();
  const read: Partial<Record<string, unknown>> = { ...raw };
  const { data, name, bytes, hash, content_type, last_modified, range, sub_slo } = read;
  if (typeof data === 'string') return { kind: 'data', bytes: Buffer.from(data, 'base64') };
  const [, bucket, key] = /^\/([^/]+)\/(.+)$/s.exec(typeof name === 'string' ? name : '') ?? [];
  if (bucket === undefined || key === undefined) throw damaged();
  if (typeof bytes !== 'number' || typeof hash !== 'string' || typeof content_type !== 'string')
    throw damaged();
  return {
    kind: 'object',
    bucket,
    key,
    size: bytes,
    etag: hash,
    contentType: content_type,
    modifiedAt: Date.parse(`${String(last_modified).slice(0, 19)}Z`),
    ...(range !== undefined && { range: readRange(range) }),
    nested: sub_slo === true,
  };
}

function readRange(raw: unknown): DataRange {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(String(raw)) ?? [];
  if (first === undefined || last === undefined) throw damaged();
  return { start: Number(first), end: Number(last) + 1 };
}
