/**
 * What one S3 signature costs: verifying the header of a small GET, the look-up of its key left out, and decoding
 * aws-chunked bodies. Run: node scripts/run.mjs bench/micro/sigv4.ts
 *
 * On one core (AMD EPYC, Node 26): 8 us for a plain GET, 10 us with an encoded key and a query; unsigned chunks cost nothing
 * to speak of, signed ones run at the pace of SHA-256 (1.4 GiB/s).
 */
import { randomBytes } from 'node:crypto';
import { RequestView } from '../../src/base/http/request-view.ts';
import {
  type Claim,
  canonicalRequest,
  deriveSigningKey,
  joinHeaders,
  type SigningKey,
  sameSignature,
  sha256Hex,
  sign,
  stringToSign,
} from '../../src/base/wire/sigv4.ts';
import { ChunkedDecoder } from '../../src/protocols/s3/auth/aws-chunked.ts';
import { ChunkSignatures } from '../../src/protocols/s3/auth/chunk-signatures.ts';
import { claimFromHeader } from '../../src/protocols/s3/auth/header-authorization.ts';
import { SigningKeys } from '../../src/protocols/s3/auth/signing-keys.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const time = Date.UTC(2026, 10, 21, 3, 12, 14);
const scope = { date: '20261121', region: 'kr-central-2', service: 's3' };
const empty = sha256Hex('');

/** The headers an SDK sends with a GET. */
const rawHeaders = [
  ...['Host', 'localhost:9000', 'Accept-Encoding', 'identity', 'User-Agent', 'aws-sdk-js/3.1169.0 ua/2.1'],
  ...['x-amz-checksum-mode', 'ENABLED', 'amz-sdk-invocation-id', '8a7d0ee5-26c3-4a10-a1a2-2b1d0f0c2c41'],
  ...['amz-sdk-request', 'attempt=1; max=3', 'x-amz-content-sha256', empty, 'X-Amz-Date', '20261121T031214Z'],
  ...['Connection', 'keep-alive', 'Authorization', ''],
];

function requestOf(target: string): RequestView {
  return new RequestView(
    { method: 'GET', url: target, rawHeaders },
    { address: '127.0.0.1', secure: false, requestId: '0'.repeat(32), receivedAt: time },
  );
}

const keys = new SigningKeys(1000);

/** As `authenticateS3` does it, without the key's look-up. */
function verify(target: string): boolean {
  const request = requestOf(target);
  const claim = claimFromHeader(request, request.header('authorization') ?? '');
  const key = keys.get(claim.access, secret, claim.scope);
  const { method, path, query } = request;
  const parts = { method, path, query, headers: joinHeaders(request.rawHeaders) };
  return sameSignature(
    sign(key, stringToSign(claim, canonicalRequest(parts, claim, 'fold'))),
    claim.signature,
  );
}

function signFor(target: string): void {
  const claim: Claim = {
    access: 'AKIAIOSFODNN7EXAMPLE',
    scope,
    timestamp: '20261121T031214Z',
    signedHeaders: [
      ...['accept-encoding', 'amz-sdk-invocation-id', 'amz-sdk-request', 'host', 'x-amz-checksum-mode'],
      ...['x-amz-content-sha256', 'x-amz-date'],
    ],
    signature: '',
    payload: empty,
  };
  const { method, path, query } = requestOf(target);
  const parts = { method, path, query, headers: joinHeaders(rawHeaders) };
  const text = stringToSign(claim, canonicalRequest(parts, claim, 'fold'));
  rawHeaders[rawHeaders.length - 1] =
    `AWS4-HMAC-SHA256 Credential=${claim.access}/20261121/kr-central-2/s3/aws4_request, ` +
    `SignedHeaders=${claim.signedHeaders.join(';')}, ` +
    `Signature=${sign(deriveSigningKey(secret, scope), text)}`;
}

/** Microseconds for one call of `work`, the best of five rounds. */
function measure(rounds: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) work();
    best = Math.min(best, ((performance.now() - start) * 1000) / rounds);
  }
  return best;
}

function chunkedBody(claim: Claim, key: SigningKey, chunks: number, size: number, signed: boolean): Buffer {
  const data = randomBytes(size);
  const digest = sha256Hex(data.toString('latin1'));
  const context = `20261121T031214Z\n20261121/kr-central-2/s3/aws4_request`;
  let previous = claim.signature;
  const parts: Buffer[] = [];
  for (let i = 0; i <= chunks; i++) {
    const last = i === chunks;
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${context}\n${previous}\n${empty}\n${last ? empty : digest}`;
    previous = sign(key, text);
    const extension = signed ? `;chunk-signature=${previous}` : '';
    parts.push(Buffer.from(`${(last ? 0 : size).toString(16)}${extension}\r\n`));
    parts.push(last ? Buffer.alloc(0) : data, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

function report(name: string, microseconds: number, note = ''): void {
  process.stdout.write(`${name.padEnd(44)} ${microseconds.toFixed(1).padStart(10)} us ${note}\n`);
}

for (const target of [
  '/photos/2026/11/a.jpg',
  '/photos/%ED%95%9C%EA%B8%80%20a%2Bb.jpg?partNumber=1&x-id=GetObject',
]) {
  signFor(target);
  if (!verify(target)) throw new Error('the benchmark signs wrongly');
  report(
    `verify GET ${target.slice(0, 30)}`,
    measure(20_000, () => verify(target)),
  );
}

const claim: Claim = {
  access: 'a',
  scope,
  timestamp: '20261121T031214Z',
  signedHeaders: [],
  signature: '5'.repeat(64),
  payload: '',
};
const key = deriveSigningKey(secret, scope);
const [chunks, size] = [256, 65_536];
for (const signed of [false, true]) {
  const body = chunkedBody(claim, key, chunks, size, signed);
  const decode = () => {
    const decoder = new ChunkedDecoder({
      length: chunks * size,
      signatures: signed ? new ChunkSignatures(claim, key) : undefined,
      announced: undefined,
    });
    let bytes = 0;
    // As a socket gives them.
    for (let at = 0; at < body.length; at += 65_536) {
      for (const data of decoder.push(body.subarray(at, at + 65_536))) bytes += data.length;
    }
    decoder.end();
    if (bytes !== chunks * size) throw new Error('the benchmark decodes wrongly');
  };
  const spent = measure(5, decode);
  const rate = ((chunks * size) / 2 ** 30 / spent) * 1e6;
  report(`decode 16 MiB, ${signed ? 'signed' : 'unsigned'} chunks`, spent, `${rate.toFixed(1)} GiB/s`);
}
