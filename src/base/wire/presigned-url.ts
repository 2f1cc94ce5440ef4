/**
 * Owns making presigned S3 URLs. (S3 API reference, "Authenticating Requests: Using Query Parameters".) A URL is good for its method on
 * its path with its query alone, as all of these are signed; of headers only the host is, and the payload is open.
 */
import { percentEncode, Query } from '../http/query.ts';
import { formatAmzDate } from './amz-date.ts';
import {
  canonicalRequest,
  deriveSigningKey,
  scopeText,
  sign,
  signatureAlgorithm,
  stringToSign,
} from './sigv4.ts';

export interface PresignedRequest {
  readonly method: string;
  /** Scheme and host, and what a proxy in front takes off paths; without a slash at the end. */
  readonly base: string;
  /** Decoded, e.g. `/photos/cat.jpg`. */
  readonly path: string;
}

export interface PresigningKey {
  readonly access: string;
  readonly secret: string;
  /** Of a session; absent for a key that lasts. */
  readonly token?: string;
}

export interface PresignedTerm {
  readonly region: string;
  /** When it begins, in milliseconds since the epoch. */
  readonly at: number;
  /** How long it holds, in seconds. */
  readonly seconds: number;
}

/** @throws TypeError when `base` is no URL */
export function presignedUrl(
  { method, base, path }: PresignedRequest,
  { access, secret, token }: PresigningKey,
  { region, at, seconds }: PresignedTerm,
): string {
  const timestamp = formatAmzDate(at);
  const scope = { date: timestamp.slice(0, 8), region, service: 's3' };
  const fields = {
    'X-Amz-Algorithm': signatureAlgorithm,
    'X-Amz-Credential': `${access}/${scopeText(scope)}`,
    'X-Amz-Date': timestamp,
    'X-Amz-Expires': `${seconds}`,
    ...(token !== undefined && { 'X-Amz-Security-Token': token }),
    'X-Amz-SignedHeaders': 'host',
  };
  const query = Object.entries(fields)
    .map(([name, value]) => `${name}=${percentEncode(value)}`)
    .join('&');
  const encoded = percentEncode(path).replaceAll('%2F', '/');
  // As clients send it: without the port that a scheme has anyway.
  const { host } = new URL(base);
  const claim = {
    access,
    scope,
    timestamp,
    signedHeaders: ['host'],
    signature: '',
    payload: 'UNSIGNED-PAYLOAD',
  };
  const parts = { method, path: encoded, query: new Query(query), headers: new Map([['host', host]]) };
  const text = stringToSign(claim, canonicalRequest(parts, claim, 'fold'));
  return `${base}${encoded}?${query}&X-Amz-Signature=${sign(deriveSigningKey(secret, scope), text)}`;
}
