/**
 * Owns finding the bucket and the key in an S3 request, from its path or its host. Normalizes nothing: `//`, `.`, `..` and
 * trailing slashes are parts of a key like any other. Whether names are allowed is for core's parsers.
 */
import { MalformedTarget, percentDecode } from '../../base/http/query.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { s3Error } from './errors.ts';

export interface S3View {
  readonly request: RequestView;
  /** Decoded, not yet checked; absent for requests to the service itself. Empty for paths like `//key`. */
  readonly bucket?: string;
  /** Decoded, never empty; absent for requests to a bucket. */
  readonly key?: string;
  readonly style: 'path' | 'host';
}

export interface AddressingOptions {
  /** Our own host names; `{bucket}.{domain}` addresses a bucket by its host. Without ports. */
  readonly domains: readonly string[];
}

/** @throws S3Error InvalidURI for a path that is not percent-encoded UTF-8, or holds NUL. */
export function parseS3Request(request: RequestView, options: AddressingOptions): S3View {
  const path = decodePath(request.path);
  const bucket = bucketOfHost(request.header('host'), options.domains);
  if (bucket !== undefined) return view(request, 'host', bucket, path);
  if (path === '') return { request, style: 'path' };
  // Cut after decoding, as signatures are over the decoded path: `a%2Fb` and `a/b` are one resource.
  const slash = path.indexOf('/');
  if (slash < 0) return view(request, 'path', path, '');
  return view(request, 'path', path.slice(0, slash), path.slice(slash + 1));
}

function view(request: RequestView, style: S3View['style'], bucket: string, key: string): S3View {
  return key === '' ? { request, style, bucket } : { request, style, bucket, key };
}

/** The path without its leading slash, decoded. */
function decodePath(raw: string): string {
  if (!raw.startsWith('/')) throw s3Error('InvalidURI');
  const path = strictDecode(raw.slice(1));
  if (path.includes('\0')) throw s3Error('InvalidURI', 'The request URI must not contain NUL.');
  return path;
}

function strictDecode(raw: string): string {
  try {
    return percentDecode(raw);
  } catch (error) {
    if (error instanceof MalformedTarget) throw s3Error('InvalidURI');
    throw error;
  }
}

/** `photos` of `Photos.s3.example.com:9000` when `s3.example.com` is ours; undefined for every other host. */
export function bucketOfHost(host: string | undefined, domains: readonly string[]): string | undefined {
  if (host === undefined || domains.length === 0) return undefined;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  // The longest domain wins, so that a domain below another one is not taken for a bucket.
  let found: string | undefined;
  for (const domain of domains) {
    const suffix = domain.toLowerCase();
    if (name === suffix) return undefined;
    if (!name.endsWith(`.${suffix}`)) continue;
    const bucket = name.slice(0, -suffix.length - 1);
    if (bucket !== '' && (found === undefined || bucket.length < found.length)) found = bucket;
  }
  return found;
}

/** The Content-Encoding to keep with an object: what was sent, without `aws-chunked`, which is a transfer form only. */
export function storedContentEncoding(request: RequestView): string | undefined {
  const sent = request.headerText('content-encoding');
  if (sent === undefined || !/aws-chunked/i.test(sent)) return sent;
  const kept = sent
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding.toLowerCase() !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}
