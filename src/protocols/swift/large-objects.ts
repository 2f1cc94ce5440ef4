/**
 * Owns what Swift's clients are told of large objects (wire page, "SLO", "DLO"): static and dynamic ones, and what S3 put together
 * from parts. The Etag of the last is not the MD5 of its bytes, which they would check; Swift's word for such an object is a static large
 * object, as it calls those that its own S3 door makes, here one without segments to name: the parts are no objects, and a
 * client deletes what a manifest names.
 */
import { createHash } from 'node:crypto';
import { MalformedTarget, percentDecode, percentEncode } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { spacedJson } from '../../base/wire/json.ts';
import { type ManifestEntry, shownRange } from '../../core/large/entries.ts';
import type { SegmentNames } from '../../core/large/shape.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import { refuseText } from './errors.ts';

/** What `/info` says. */
export const staticLimits = {
  max_manifest_segments: 1000,
  max_manifest_size: 8_388_608,
  yield_frequency: 10,
  min_segment_size: 1,
  allow_async_delete: false,
};

type Told = Pick<ObjectInfo, 'etag' | 'large' | 'stored'>;

/** Whether S3 made it of parts. */
export function isOfParts({ etag, large }: Told): boolean {
  return large === undefined && !/^[0-9a-f]{32}$/.test(etag);
}

/** What a deletion with `?multipart-manifest=delete` is for. */
export function isStatic(info: Told): boolean {
  return info.large?.kind === 'static' || isOfParts(info);
}

/** The Etag, in quotes where it is no MD5 of the bytes, and the headers that tell clients so (wire page, "SLO"). */
export function etagHeaders(info: Told): ReplyHeaders {
  const { etag, large, stored = false } = info;
  if (isOfParts(info)) return { Etag: `"${etag}"`, 'X-Static-Large-Object': 'True' };
  if (large === undefined) return { Etag: etag };
  const shown = stored || large.etag === undefined ? etag : `"${large.etag}"`;
  if (large.kind === 'dynamic') return { Etag: shown, 'X-Object-Manifest': shownNames(large) };
  return { Etag: shown, 'X-Static-Large-Object': 'True', 'X-Manifest-Etag': large.listEtag };
}

const jsonType = 'application/json; charset=utf-8';
const noSegments = '[]';

/** The answer to `?multipart-manifest=get` of an object that S3 made of parts; `headers` are the object's. */
export function noManifestReply(headers: ReplyHeaders): Reply {
  return {
    status: 200,
    headers: {
      ...headers,
      'Content-Type': jsonType,
      Etag: createHash('md5').update(noSegments).digest('hex'),
    },
    body: noSegments,
  };
}

/** The type of a static large object's list, which is stored as it is shown. */
export function manifestType({ large }: Told): ReplyHeaders {
  return large?.kind === 'static' ? { 'Content-Type': jsonType } : {};
}

/** The list as it may be put again. */
export function rawManifestReply(headers: ReplyHeaders, entries: readonly ManifestEntry[]): Reply {
  const body = spacedJson(entries.map(rawEntry));
  return { status: 200, headers: { ...headers, Etag: createHash('md5').update(body).digest('hex') }, body };
}

function rawEntry(entry: ManifestEntry) {
  if (entry.kind === 'data') return { data: entry.bytes.toString('base64') };
  const { bucket, key, size, etag, range } = entry;
  return {
    etag,
    path: `/${bucket}/${key}`,
    ...(range !== undefined && { range: shownRange(range) }),
    size_bytes: size,
  };
}

const header = 'x-object-manifest';

/** What X-Object-Manifest names; undefined without one. @throws SwiftError 400 */
export function segmentNamesOf(request: RequestView): SegmentNames | undefined {
  const value = request.header(header)?.trim();
  if (!value) return undefined;
  const [, container = '', prefix = ''] = /^([^/]+)\/(.+)$/s.exec(decoded(value)) ?? [];
  if (
    container === '' ||
    prefix === '' ||
    prefix.startsWith('/') ||
    /[?&]/.test(value) ||
    prefix.includes('\0')
  ) {
    throw refuseText(400, 'X-Object-Manifest must be in the format container/prefix');
  }
  return { container, prefix };
}

/** A `%` that begins no escape stands for itself. @throws SwiftError 400 for what is not UTF-8 */
function decoded(value: string): string {
  try {
    return percentDecode(value.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch (error) {
    if (!(error instanceof MalformedTarget)) throw error;
    throw refuseText(400, 'X-Object-Manifest must be in the format container/prefix');
  }
}

function shownNames({ container, prefix }: SegmentNames): string {
  return [container, ...prefix.split('/')].map(percentEncode).join('/');
}

/** Whether `?multipart-manifest=` asks for this. */
export function asksManifest({ query, rawQuery }: RequestView, wish: 'get' | 'put' | 'delete'): boolean {
  return rawQuery !== '' && query.get('multipart-manifest')?.toLowerCase() === wish;
}
