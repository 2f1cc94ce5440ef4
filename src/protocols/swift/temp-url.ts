/**
 * Owns temporary addresses: `?temp_url_sig&temp_url_expires[&temp_url_prefix][&temp_url_ip_range][&filename][&inline]` (reference,
 * section 6; wire page, "TempURL"). Whoever has one may do what it was signed for, without a token. Refuses all else with one and the same answer.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isListed, isNetwork } from '../../base/addresses.ts';
import { httpDate } from '../../base/http/http-date.ts';
import { percentEncode, type Query } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { BucketAction } from '../../core/access/roles.ts';
import type { AnonymousActor } from '../../core/actor.ts';
import { tempUrlKeys } from '../../core/buckets/temp-url-keys.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import { type BucketName, defaultNameLimits, parseBucketName } from '../../core/model/names.ts';
import { projectOf } from './dialect.ts';
import { refuseSentence, SwiftError } from './errors.ts';
import { titleCase } from './metadata.ts';
import { htmlType, sentenceReply } from './pages.ts';
import type { SwiftView } from './view.ts';

/** What an address signed for a method lets its holder do. */
const actions: Readonly<Record<string, BucketAction>> = {
  GET: 'storage.objects.get',
  HEAD: 'storage.objects.getMeta',
  PUT: 'storage.objects.create',
  POST: 'storage.objects.update',
  DELETE: 'storage.objects.delete',
};

/** By the length of their hex form. SHA-1 is for old clients. */
const digests: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 128: 'sha512' };

/** What `/info` says. */
export const tempUrlCapabilities = {
  methods: Object.keys(actions),
  incoming_remove_headers: ['x-timestamp'],
  incoming_allow_headers: [],
  outgoing_remove_headers: ['x-object-meta-*'],
  outgoing_allow_headers: ['x-object-meta-public-*'],
  allowed_digests: Object.values(digests),
  deprecated_digests: ['sha1'],
};

/** Headers that would make an object give out what lies beside it. */
const forbidden = ['x-object-manifest', 'x-symlink-target'];

/** Whether a request comes by such an address; then no token counts. */
export function usesTempUrl({ rawQuery }: RequestView): boolean {
  // Not decoded: failures are printed by this too, and a query that cannot be decoded is one.
  return rawQuery !== '' && /(?:^|&)temp_url_(?:sig|expires)(?:[=&]|$)/.test(rawQuery);
}

/** As `usesTempUrl`, where such an address can lead: to an object. */
export function signedAddress({ request, target }: SwiftView): boolean {
  return target.scope === 'object' && usesTempUrl(request);
}

/** Who holds the address, with what it allows. @throws SwiftError 401 for anything wrong with it, 400 for a header it must not have */
export async function holderOfTempUrl(core: Core, view: SwiftView): Promise<AnonymousActor> {
  const { request, target } = view;
  const action = actions[request.method];
  const signature = readSignature(request.query.get('temp_url_sig') ?? '');
  const texts = signedTexts(view);
  const project = projectOf(target.account);
  if (action === undefined || signature === undefined || texts.length === 0 || project === undefined) {
    throw invalid();
  }
  const bucket = bucketNamed(target.container);
  const keys = await tempUrlKeys(core, project, bucket);
  const byProject = matches(signature, keys.project, texts);
  const byBucket = matches(signature, keys.bucket, texts);
  if (!(byProject || byBucket) || bucket === undefined) throw invalid();
  refuseForbidden(request);
  const keyOf = byProject ? ('project' as const) : ('bucket' as const);
  const signed = { project, bucket, key: target.object, action, keyOf };
  return { kind: 'anonymous', address: request.address, signed };
}

/** The texts of which one must have been signed; none when the address no longer holds, not here, or not for this client. */
function signedTexts({ request, target }: SwiftView): string[] {
  const { query, method } = request;
  const expires = readExpiry(query.get('temp_url_expires') ?? '');
  if (expires === undefined || expires * 1000 <= request.receivedAt) return [];
  const prefix = query.get('temp_url_prefix');
  if (prefix !== undefined && !target.object.startsWith(prefix)) return [];
  const range = query.get('temp_url_ip_range');
  if (range !== undefined && !(isNetwork(range) && isListed([range], request.address))) return [];
  const container = `/v1/${target.account}/${target.container}`;
  const path = prefix === undefined ? `${container}/${target.object}` : `prefix:${container}/${prefix}`;
  // HEAD is allowed by whatever lets one see or make the object.
  const methods = method === 'HEAD' ? ['HEAD', 'GET', 'PUT', 'POST'] : [method];
  const holders = range === undefined ? '' : `ip=${range}\n`;
  return methods.map((signed) => `${holders}${signed}\n${expires}\n${path}`);
}

/** Everything is compared, so that the time taken tells nothing of which key or method came close. */
function matches({ digest, bytes }: Signature, keys: readonly string[], texts: readonly string[]): boolean {
  let right = false;
  for (const key of keys) {
    for (const text of texts) {
      const made = createHmac(digest, key).update(text).digest();
      right = (made.length === bytes.length && timingSafeEqual(made, bytes)) || right;
    }
  }
  return right;
}

function invalid(): SwiftError {
  return new SwiftError(
    sentenceReply(401, '401 Unauthorized: Temp URL invalid\n', htmlType, {
      'Www-Authenticate': 'Swift realm="unknown"',
    }),
  );
}

function bucketNamed(container: string): BucketName | undefined {
  try {
    return parseBucketName(container, defaultNameLimits);
  } catch (error) {
    if (error instanceof CoreError) return undefined;
    throw error;
  }
}

interface Signature {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** Hex, told apart by its length, or `sha512:` and base64 of either alphabet. */
function readSignature(text: string): Signature | undefined {
  const named = /^(sha1|sha256|sha512):([A-Za-z0-9+/_-]+={0,2})$/.exec(text);
  if (named !== null) return { digest: named[1] ?? '', bytes: Buffer.from(named[2] ?? '', 'base64') };
  const digest = /^[0-9a-fA-F]+$/.test(text) ? digests[text.length] : undefined;
  return digest === undefined ? undefined : { digest, bytes: Buffer.from(text, 'hex') };
}

/** Seconds since the epoch, as a number or a moment in UTC: `2026-11-21`, `2026-11-21T03:12:13`, with or without `Z`. */
function readExpiry(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ?)?$/.test(text)) return undefined;
  const time = Date.parse(text.length === 10 || text.endsWith('Z') ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time / 1000;
}

function refuseForbidden(request: RequestView): void {
  const found = forbidden.find((name) => request.header(name) !== undefined);
  if (found === undefined) return;
  throw refuseSentence(400, `The header '${titleCase(found)}' is not allowed in this tempurl`);
}

/** The answer as the holder gets it: metadata stays private, and a browser saves what it reads under a name. */
export function tempUrlReply({ request, target }: SwiftView, reply: Reply): Reply {
  const headers = withoutMetadata(reply.headers);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads || reply.status >= 300) return { ...reply, headers };
  const expires = readExpiry(request.query.get('temp_url_expires') ?? '') ?? 0;
  return {
    ...reply,
    headers: {
      ...headers,
      'Content-Disposition': disposition(request.query, target.object, headers['Content-Disposition']),
      Expires: httpDate(expires * 1000),
    },
  };
}

/** Refusals of reads show an object's headers too. */
export function withoutMetadata(headers: ReplyHeaders = {}): ReplyHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-object-meta-(?!public-)/i.test(name)),
  );
}

function disposition(query: Query, object: string, stored: ReplyHeaders[string]): ReplyHeaders[string] {
  const filename = query.get('filename');
  if (query.has('inline')) return filename ? named('inline', filename) : 'inline';
  if (filename) return named('attachment', filename);
  const path = object.replace(/\/+$/, '');
  return stored ?? named('attachment', path.slice(path.lastIndexOf('/') + 1));
}

/** RFC 6266, for readers of either age. */
function named(type: string, filename: string): string {
  const encoded = percentEncode(filename).replaceAll('%2F', '/');
  return `${type}; filename="${encoded.replaceAll('%20', ' ')}"; filename*=UTF-8''${encoded}`;
}
