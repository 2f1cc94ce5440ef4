/** Owns what Swift's headers say about an object: read from a request into attributes, and printed from what is stored. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { ContentHeaders, ObjectAttributes } from '../../core/model/object-records.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import { refuseText } from './errors.ts';
import { etagHeaders, manifestType } from './large-objects.ts';
import { metadataHeaders } from './metadata.ts';
import { lastModified, timestamp } from './times.ts';

/** The headers kept with an object and given back with it, beside its type and metadata. */
const contentHeaderNames = {
  cacheControl: 'Cache-Control',
  contentDisposition: 'Content-Disposition',
  contentEncoding: 'Content-Encoding',
  contentLanguage: 'Content-Language',
  expires: 'Expires',
  robotsTag: 'X-Robots-Tag',
} as const satisfies Record<keyof ContentHeaders, string>;

const contentFields = Object.keys(contentHeaderNames) as (keyof ContentHeaders)[];

/** Those given with a value. */
export function contentHeadersOf(request: RequestView): ContentHeaders {
  return Object.fromEntries(
    contentFields.flatMap((field) => {
      const value = request.headerText(contentHeaderNames[field].toLowerCase());
      return value ? [[field, value]] : [];
    }),
  );
}

/** Swift keeps ten digits. */
const latestDeleteAt = 9_999_999_999;

/**
 * When the object is to go, in seconds since the epoch: X-Delete-After (from now) before X-Delete-At; X-Remove-Delete-At and
 * neither of them say never. @throws SwiftError 400
 */
export function deleteAtOf(request: RequestView): Pick<ObjectAttributes, 'deleteAt'> {
  const now = Math.floor(request.receivedAt / 1000);
  const after = wholeSeconds(request, 'X-Delete-After');
  if (after !== undefined && after <= 0) throw refuseText(400, 'X-Delete-After in past');
  const at = after === undefined ? wholeSeconds(request, 'X-Delete-At') : now + after;
  if (at === undefined) return {};
  if (at <= now) throw refuseText(400, 'X-Delete-At in past');
  return { deleteAt: Math.min(at, latestDeleteAt) };
}

function wholeSeconds(request: RequestView, header: string): number | undefined {
  const value = request.header(header.toLowerCase())?.trim();
  if (!value) return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw refuseText(400, `Non-integer ${header}`);
  return Number(value);
}

/** `X-Object-Meta-*` and `X-Delete-At`: what a copy shows of its source too. */
export function customHeaders(info: ObjectAttributes): ReplyHeaders {
  return { ...metadataHeaders('object', info.metadata), 'X-Delete-At': info.deleteAt };
}

/** All an answer about an object carries, but its Content-Length. */
export function objectHeaders(info: ObjectInfo): ReplyHeaders {
  const headers: ReplyHeaders = { 'Content-Type': info.contentType, ...customHeaders(info) };
  for (const field of contentFields) headers[contentHeaderNames[field]] = info.headers[field];
  return {
    ...headers,
    ...(info.stored === true && manifestType(info)),
    ...etagHeaders(info),
    'Last-Modified': lastModified(info.modifiedAt),
    'X-Timestamp': timestamp(info.modifiedAt),
    'Accept-Ranges': 'bytes',
  };
}
