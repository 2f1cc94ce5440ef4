/**
 * Speaks S3 for tests: the AWS SDK as applications use it, and a plain signed HTTP request for what the SDK cannot or will not
 * send. The signature is written out here anew, from the specification, so that ours is checked against another hand.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import http from 'node:http';
import { S3, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

type Server = Pick<TestServer, 'url'>;

/** The SDK with its defaults, but for what any self-hosted endpoint needs. No retries: a test wants the first answer. */
export function s3Client(server: Server, user: TestUser, config: S3ClientConfig = {}): S3 {
  return new S3({
    endpoint: server.url,
    region: 'kr-central-2',
    forcePathStyle: true,
    credentials: { accessKeyId: user.s3Key.access, secretAccessKey: user.s3Key.secret },
    maxAttempts: 1,
    ...config,
  });
}

/** A new, empty bucket under a name nobody else has. */
export async function newBucket(s3: S3): Promise<string> {
  const Bucket = `t-${randomBytes(8).toString('hex')}`;
  await s3.createBucket({ Bucket });
  return Bucket;
}

/** The call must fail with this code and status, as the SDK sees it. */
export async function assertFails(call: Promise<unknown>, status: number, code: string): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof S3ServiceException, String(error));
    const seen = [error.$metadata.httpStatusCode, error.name];
    assert.deepEqual(seen, [status, code], error.message);
    return true;
  });
}

/** The answer must be an S3 error document with this code, and nothing less than it should hold. */
export function assertError(answer: RawAnswer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.element('Code')], [status, code], answer.text);
  assert.equal(answer.headers['content-type'], 'application/xml');
  assert.ok(answer.element('Message'), answer.text);
  assert.equal(answer.element('RequestId'), answer.headers['x-amz-request-id']);
}

/** Keys that careless code mixes up, loses or refuses. */
export const tortureKeys: readonly string[] = [
  'plain',
  'a b',
  ' lead and trail ',
  'a+b',
  'a%b',
  'a%2Fb',
  '100%25',
  'a//b',
  '/lead',
  '//',
  'a/../b',
  '..',
  '.',
  'a/./b',
  'trail/',
  'a?b',
  'a#b',
  'a&b=c;d,e',
  `q"'<>&amp;`,
  'back\\slash',
  "~-._*'()!@$:",
  'tab\tline\nreturn\r',
  'control\u0001\u007f',
  'caf\u00e9',
  'cafe\u0301',
  '한글/옹기.txt',
  'emoji 🫙👩‍👩‍👧',
  'x'.repeat(1024),
];

export interface RawRequest {
  readonly method?: string;
  /** As it goes into the request line: encoded, with or without a query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Who signs; nobody when absent. */
  readonly user?: TestUser;
  /** Sends the body in chunks, without a length. */
  readonly chunked?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The content of the first element of this name, as written; undefined when there is none. */
  element(name: string): string | undefined;
  /** The contents of all elements of this name. */
  elements(name: string): string[];
}

/** Sends one request on a connection of its own and reads the whole answer. */
export async function rawS3(server: Server, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', target, body = '', user, chunked = false } = request;
  const bytes = Buffer.from(body);
  const url = new URL(server.url);
  const headers: Record<string, string> = { host: url.host };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  if (!chunked && (bytes.length > 0 || /^(PUT|POST)$/.test(method))) {
    headers['content-length'] ??= String(bytes.length);
  }
  if (user !== undefined) sign(method, target, headers, bytes, user);
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      host: url.hostname,
      port: url.port,
      method,
      path: target,
      headers,
      agent: false,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks))),
      );
    });
    outgoing.end(bytes);
  });
}

function answerOf(status: number, headers: http.IncomingHttpHeaders, body: Buffer): RawAnswer {
  const text = body.toString('utf8');
  const elements = (name: string) =>
    [...text.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>(.*?)</${name}>)`, 'gs'))].map(
      (match) => match[1] ?? '',
    );
  return { status, headers, body, text, elements, element: (name) => elements(name)[0] };
}

/** `/bucket/key` as a request target: everything but RFC 3986's unreserved characters and slashes is encoded. */
export function objectTarget(bucket: string, key: string): string {
  return `/${bucket}/${encode(key).replaceAll('%2F', '/')}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Signature Version 4 in the Authorization header (AWS General Reference, "Signing requests"), over all headers given. */
function sign(
  method: string,
  target: string,
  headers: Record<string, string>,
  body: Buffer,
  { s3Key }: TestUser,
): void {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  headers['x-amz-date'] ??= date;
  headers['x-amz-content-sha256'] ??= sha256(body);
  const [path = '/', query = ''] = target.split('?');
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${date.slice(0, 8)}/kr-central-2/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(Buffer.from(canonical, 'latin1'))].join('\n');
  const key = scope
    .split('/')
    .reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${s3Key.secret}`));
  headers.authorization =
    `AWS4-HMAC-SHA256 Credential=${s3Key.access}/${scope}, SignedHeaders=${names.join(';')}, ` +
    `Signature=${hmac(key, toSign).toString('hex')}`;
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join('=')))] as const;
    })
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
