/** Owns an object's attributes as headers: read from a write, and written into every answer that shows the object. */
import { httpDate } from '../../base/http/http-date.ts';
import type { ReplyHeaders } from '../../base/http/reply.ts';
import { CoreError } from '../../core/errors.ts';
import type { ContentHeaders, Metadata, ObjectAttributes } from '../../core/model/object-records.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import { encryptionHeader, managedEncryption } from './encryption-headers.ts';
import { headerText, headerValue } from './header-text.ts';
import { expirationHeaders } from './lifecycle-headers.ts';
import { type S3View, storedContentEncoding } from './request.ts';
import { versionHeaders } from './version-headers.ts';

/** S3's type for objects written without one. */
const defaultContentType = 'binary/octet-stream';

const metadataPrefix = 'x-amz-meta-';

/** S3 user guide, "Working with object metadata": names and values together, in UTF-8. */
const metadataLimit = 2048;

/** @throws CoreError MetadataTooLarge; S3Error InvalidArgument */
export function attributesOf(view: S3View): ObjectAttributes {
  const { request } = view;
  return {
    contentType: headerText(request, 'content-type') || defaultContentType,
    headers: contentHeadersOf(view),
    metadata: metadataOf(view),
  };
}

function contentHeadersOf(view: S3View): ContentHeaders {
  const { request } = view;
  const headers: { -readonly [Name in keyof ContentHeaders]: ContentHeaders[Name] } = {};
  const keep = (name: keyof ContentHeaders, value: string | undefined) => {
    if (value !== undefined) headers[name] = value;
  };
  keep('cacheControl', headerText(request, 'cache-control'));
  keep('contentDisposition', headerText(request, 'content-disposition'));
  keep('contentEncoding', storedContentEncoding(request));
  keep('contentLanguage', headerText(request, 'content-language'));
  keep('expires', headerText(request, 'expires'));
  return headers;
}

function metadataOf(view: S3View): Metadata {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const header of view.request.headers.keys()) {
    if (!header.startsWith(metadataPrefix)) continue;
    const name = header.slice(metadataPrefix.length);
    const value = headerText(view.request, header) ?? '';
    metadata[name] = value;
    bytes += name.length + Buffer.byteLength(value);
  }
  if (bytes > metadataLimit) {
    throw new CoreError('MetadataTooLarge', {
      bytes,
      limit: metadataLimit,
      reason: 'user metadata is limited',
    });
  }
  return metadata;
}

export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}

/** What tells how to read an object's bytes; `overrides` are what this one request asked to be told instead. */
export function objectHeaders(info: ObjectInfo, overrides: ResponseOverrides = {}): ReplyHeaders {
  const { headers } = info;
  const written: ReplyHeaders = {
    'Last-Modified': httpDate(info.modifiedAt),
    ETag: quoteEtag(info.etag),
    'Accept-Ranges': 'bytes',
    [encryptionHeader]: info.encrypted === true ? managedEncryption : undefined,
    ...expirationHeaders(info),
    ...versionHeaders(info),
    'x-amz-storage-class': info.storageClass === 'STANDARD' ? undefined : info.storageClass,
    'Content-Type': printed(info.contentType),
    'Cache-Control': printed(headers.cacheControl),
    'Content-Disposition': printed(headers.contentDisposition),
    'Content-Encoding': printed(headers.contentEncoding),
    'Content-Language': printed(headers.contentLanguage),
    Expires: printed(headers.expires),
  };
  for (const name in overrides) written[name] = printed(overrides[name]);
  for (const name in info.metadata) written[metadataPrefix + name] = printed(info.metadata[name]);
  return written;
}

function printed(value: string | undefined): string | undefined {
  return value === undefined ? undefined : headerValue(value);
}

/** Header names to the values a request wants to see in its answer. */
export type ResponseOverrides = Readonly<Record<string, string>>;

const overridable: ReadonlyMap<string, string> = new Map([
  ['response-cache-control', 'Cache-Control'],
  ['response-content-disposition', 'Content-Disposition'],
  ['response-content-encoding', 'Content-Encoding'],
  ['response-content-language', 'Content-Language'],
  ['response-content-type', 'Content-Type'],
  ['response-expires', 'Expires'],
]);

/** The `response-*` parameters of GetObject and HeadObject. */
export function responseOverridesOf(view: S3View): ResponseOverrides {
  const overrides: Record<string, string> = {};
  if (view.request.rawQuery === '') return overrides;
  for (const [parameter, value] of view.request.query.entries) {
    const header = overridable.get(parameter);
    if (header !== undefined) overrides[header] = value;
  }
  return overrides;
}
