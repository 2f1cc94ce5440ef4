/**
 * Owns the arithmetic of AWS Signature Version 4 as S3 uses it: canonical request, string to sign, signing key, signature.
 * Refuses judging: what must be signed, by whom and when is for its callers. (S3 API reference, "Signature Calculations for
 * the Authorization Header" and "Authenticating Requests: Using Query Parameters".)
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { percentDecode, percentEncode, type Query } from '../http/query.ts';

export const signatureAlgorithm = 'AWS4-HMAC-SHA256';

/** For which day, region and service a signature holds. */
export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a client claims with a signed request, before any of it is believed. */
export interface Claim {
  /** The access key's public id. */
  readonly access: string;
  readonly scope: Scope;
  /** The time of signing, `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** In the client's order and case. */
  readonly signedHeaders: readonly string[];
  /** Hex digits. */
  readonly signature: string;
  /** What stands for the payload in the canonical request: a digest or one of the literals of `x-amz-content-sha256`. */
  readonly payload: string;
}

/** The parts of a request that a signature covers. */
export interface SignedParts {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: Query;
  /** Values by lower-case name, as received (one character per byte), repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

/** How white space inside header values counts: runs as one blank, or as it stands. Signers differ. */
export type Folding = 'fold' | 'keep';

export function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** Header values by lower-case name, repeated ones joined by a bare comma, as signatures want them. */
export function joinHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const joined = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

/**
 * The canonical request, one character per byte. A signed header that is absent counts as empty.
 * @throws MalformedTarget
 */
export function canonicalRequest(parts: SignedParts, claim: Claim, folding: Folding): string {
  const { method, path, query } = parts;
  const { signedHeaders, payload } = claim;
  let headers = '';
  for (const name of signedHeaders) {
    headers += `${name}:${canonicalValue(parts.headers.get(name.toLowerCase()) ?? '', folding)}\n`;
  }
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${headers}\n${signedHeaders.join(';')}\n${payload}`;
}

export function stringToSign(claim: Claim, canonical: string): string {
  return `${signatureAlgorithm}\n${claim.timestamp}\n${scopeText(claim.scope)}\n${sha256Hex(canonical)}`;
}

/** The key with which one access key signs everything of one scope, in the two padded forms HMAC hashes with (RFC 2104 section 2). */
export interface SigningKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

export function deriveSigningKey(secret: string, { date, region, service }: Scope): SigningKey {
  let key = hmac(`AWS4${secret}`, date);
  for (const part of [region, service, 'aws4_request']) key = hmac(key, part);
  return { inner: padded(key, 0x36), outer: padded(key, 0x5c) };
}

/** HMAC-SHA256 of `text` in lower-case hex. Two plain hashes take half the time of the library's HMAC, which is set up anew for each text. */
export function sign({ inner, outer }: SigningKey, text: string): string {
  const message = Buffer.allocUnsafe(blockBytes + Buffer.byteLength(text));
  message.set(inner);
  message.write(text, blockBytes);
  const digest = Buffer.allocUnsafe(blockBytes + digestBytes);
  digest.set(outer);
  digest.write(hash('sha256', message, 'hex'), blockBytes, 'hex');
  return hash('sha256', digest, 'hex');
}

/** Compares in a time that tells nothing about where the two differ. */
export function sameSignature(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Of text with one character per byte; lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'hex');
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Of SHA-256. */
const blockBytes = 64;
const digestBytes = 32;

function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(blockBytes, pad);
  key.forEach((byte, at) => {
    block[at] = byte ^ pad;
  });
  return block;
}

const unreservedPath = /^[A-Za-z0-9\-._~/]*$/;

/** S3 alone does not normalize: every segment stays, encoded exactly once. */
function canonicalPath(path: string): string {
  return unreservedPath.test(path) ? path : percentEncode(percentDecode(path)).replaceAll('%2F', '/');
}

/** Sorted by encoded name, then value; a signature cannot cover itself. */
function canonicalQuery(query: Query): string {
  const pairs: string[] = [];
  for (const [name, value] of query.entries) {
    // NUL sorts before everything that is left in an encoded name, so pairs in a row sort as their parts do.
    if (name !== 'X-Amz-Signature') pairs.push(`${percentEncode(name)}\0${percentEncode(value)}`);
  }
  return pairs.sort().join('&').replaceAll('\0', '=');
}

function canonicalValue(value: string, folding: Folding): string {
  if (!/[ \t]/.test(value)) return value;
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '');
  return folding === 'fold' ? trimmed.replace(/[ \t]+/g, ' ') : trimmed;
}
