/**
 * Owns what the tests of S3's signatures share: the key of AWS's published examples in a real core, requests as values, and
 * signing them with our own arithmetic (which known answers and the SDK's signer prove).
 */
import assert from 'node:assert/strict';
import { Query } from '../../src/base/http/query.ts';
import { RequestView } from '../../src/base/http/request-view.ts';
import { formatAmzDate } from '../../src/base/wire/amz-date.ts';
import {
  type Claim,
  canonicalRequest,
  deriveSigningKey,
  type Folding,
  joinHeaders,
  scopeText,
  sign,
  stringToSign,
} from '../../src/base/wire/sigv4.ts';
import type { Core } from '../../src/core/core.ts';
import { setRoles } from '../../src/core/identity/memberships.ts';
import { createProject } from '../../src/core/identity/projects.ts';
import { createS3Key } from '../../src/core/identity/s3-keys.ts';
import { createUser } from '../../src/core/identity/users.ts';
import type { Authenticated } from '../../src/protocols/protocol.ts';
import { authenticateS3 } from '../../src/protocols/s3/auth/authenticate.ts';
import { S3Error, type S3ErrorCode } from '../../src/protocols/s3/errors.ts';
import { parseS3Request, type S3View } from '../../src/protocols/s3/request.ts';
import { memoryCore } from './memory-core.ts';

/** S3 API reference, "Signature Calculations": the key, host and time of all its examples. */
export const example = {
  access: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  host: 'examplebucket.s3.amazonaws.com',
  region: 'us-east-1',
  timestamp: '20130524T000000Z',
  time: Date.UTC(2013, 4, 24),
} as const;

export const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A core in memory with one user, who holds the example key. */
export async function exampleCore(): Promise<Core> {
  const core = await memoryCore();
  const { id: projectId } = await createProject(core, { name: 'demo' });
  const { id: userId } = await createUser(core, { name: 'alice' });
  await setRoles(core, userId, projectId, ['project-member']);
  await createS3Key(core, { userId, projectId, access: example.access, secret: example.secret });
  return core;
}

export interface TestRequest {
  readonly method?: string;
  readonly target: string;
  /** Names and values alternating. */
  readonly headers?: readonly string[];
  /** When it arrives, milliseconds since the epoch; the examples' time when absent. */
  readonly at?: number;
}

export function requestView({
  method = 'GET',
  target,
  headers = [],
  at = example.time,
}: TestRequest): S3View {
  const request = new RequestView(
    { method, url: target, rawHeaders: [...headers] },
    { address: '192.0.2.7', secure: false, requestId: '0'.repeat(32), receivedAt: at },
  );
  return parseS3Request(request, { domains: ['s3.amazonaws.com'] });
}

type Kind = 'none' | 'stream' | 'document';

export function authenticate(
  core: Core,
  request: TestRequest,
  kind: Kind = 'stream',
  name = 'Example',
): Promise<Authenticated> {
  return authenticateS3(core, requestView(request), { name, body: { kind, maxBytes: 1 << 20 } });
}

export function isS3Error(code: S3ErrorCode, text: string | RegExp = '') {
  return (error: unknown): true => {
    assert.ok(error instanceof S3Error, `${code} expected, not ${error}`);
    assert.equal(error.code, code, error.message);
    if (typeof text === 'string') assert.ok(error.message.includes(text), error.message);
    else assert.match(error.message, text);
    return true;
  };
}

/** The bytes cut at the given places, each piece in memory of its own, as a socket would give them. */
export async function* pieces(bytes: Uint8Array, ...borders: number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...borders, bytes.length]) {
    yield Uint8Array.from(bytes.subarray(from, to));
    from = to;
  }
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface Signing {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly payload?: string;
  readonly access?: string;
  readonly secret?: string;
  readonly service?: string;
  /** Seconds between signing and arrival. */
  readonly age?: number;
  /** Names signed beside host, x-amz-content-sha256 and x-amz-date. */
  readonly also?: readonly string[];
  readonly without?: string;
  readonly folding?: Folding;
}

/** A request signed by header, in the form `TestRequest` wants. */
export function signedRequest(signing: Signing = {}): TestRequest {
  const { method = 'GET', target = '/b/k', payload = emptySha256, also = [], age = 0 } = signing;
  const timestamp = formatAmzDate(example.time - age * 1000);
  const headers = [
    ...['Host', 'localhost', 'X-Amz-Date', timestamp, 'X-Amz-Content-Sha256', payload],
    ...(signing.headers ?? []),
  ];
  const names = ['host', 'x-amz-content-sha256', 'x-amz-date', ...also].sort();
  const claim: Claim = {
    access: signing.access ?? example.access,
    scope: { date: timestamp.slice(0, 8), region: 'kr-central-2', service: signing.service ?? 's3' },
    timestamp,
    signedHeaders: names.filter((name) => name !== signing.without),
    signature: '',
    payload,
  };
  const [path = '', query = ''] = target.split('?');
  const parts = { method, path, query: new Query(query), headers: joinHeaders(headers) };
  const key = deriveSigningKey(signing.secret ?? example.secret, claim.scope);
  const signature = sign(key, stringToSign(claim, canonicalRequest(parts, claim, signing.folding ?? 'fold')));
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${claim.access}/${scopeText(claim.scope)}, ` +
    `SignedHeaders=${claim.signedHeaders.join(';')}, Signature=${signature}`;
  return { method, target, headers: [...headers, 'Authorization', authorization] };
}

export function withHeader(
  request: TestRequest,
  name: string,
  change: (value: string) => string | undefined,
) {
  const headers: string[] = [];
  const old = request.headers ?? [];
  for (let i = 0; i < old.length; i += 2) {
    const header = old[i] ?? '';
    const value = header.toLowerCase() === name ? change(old[i + 1] ?? '') : old[i + 1];
    if (value !== undefined) headers.push(header, value);
  }
  return { ...request, headers };
}

/** A URL presigned with our own arithmetic, its parameters changed before signing. */
export function presigned(
  changes: Record<string, string | undefined> = {},
  headers: readonly string[] = [],
): TestRequest {
  const parameters: Record<string, string | undefined> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${example.access}/20130524/kr-central-2/s3/aws4_request`,
    'X-Amz-Date': example.timestamp,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    ...changes,
  };
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&');
  const scope = { date: '20130524', region: 'kr-central-2', service: 's3' };
  const claim: Claim = {
    access: example.access,
    scope,
    timestamp: example.timestamp,
    signedHeaders: ['host'],
    signature: '',
    payload: changes['X-Amz-Content-Sha256'] ?? 'UNSIGNED-PAYLOAD',
  };
  const all = ['Host', 'localhost', ...headers];
  const parts = { method: 'PUT', path: '/b/k', query: new Query(query), headers: joinHeaders(all) };
  const text = stringToSign(claim, canonicalRequest(parts, claim, 'fold'));
  const signature = sign(deriveSigningKey(example.secret, scope), text);
  return { method: 'PUT', target: `/b/k?${query}&X-Amz-Signature=${signature}`, headers: all };
}
