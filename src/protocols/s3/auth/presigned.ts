/** Owns signatures in the query of a URL. (S3 API reference, "Authenticating Requests: Using Query Parameters".) */
import { isoSeconds } from '../../../base/http/http-date.ts';
import type { Query } from '../../../base/http/query.ts';
import type { RequestView } from '../../../base/http/request-view.ts';
import { parseAmzDate } from '../../../base/wire/amz-date.ts';
import { type Claim, signatureAlgorithm } from '../../../base/wire/sigv4.ts';
import { type S3Error, s3Error } from '../errors.ts';
import { parseCredential, parseSignedHeaders } from './credential.ts';
import { isVersion4A, maxSkew, signatureVersion2, signatureVersion4A } from './header-authorization.ts';
import { unsignedPayload } from './payload-form.ts';

/** The longest life of a presigned URL, in seconds. */
const maxExpires = 604_800;

/** Whether a query carries a signature of any version, or a piece of one. */
export function hasQuerySignature(query: Query): boolean {
  return query.entries.some((entry) => version4.has(entry[0])) || isVersion2(query);
}

const version4 = new Set(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature']);

function isVersion2(query: Query): boolean {
  return query.has('AWSAccessKeyId') && query.has('Signature');
}

/**
 * The claim in a presigned URL that holds now.
 * @throws S3Error AuthorizationQueryParametersError, InvalidRequest, NotImplemented, AccessDenied
 */
export function claimFromQuery(request: RequestView): Claim {
  const { query } = request;
  if (isVersion2(query)) throw signatureVersion2();
  checkAlgorithm(required(query, 'X-Amz-Algorithm'));
  const timestamp = required(query, 'X-Amz-Date');
  const time = parseAmzDate(timestamp);
  if (time === undefined) throw malformed('X-Amz-Date must have the form YYYYMMDDTHHMMSSZ');
  const expires = parseExpires(required(query, 'X-Amz-Expires'));
  const signedHeaders = parseSignedHeaders(required(query, 'X-Amz-SignedHeaders'), malformed);
  const { access, scope } = parseCredential(required(query, 'X-Amz-Credential'), timestamp, malformed);
  const claim = {
    access,
    scope,
    timestamp,
    signedHeaders,
    signature: required(query, 'X-Amz-Signature'),
    payload: payloadOf(request, signedHeaders),
  };
  checkLifetime(time, expires, request.receivedAt);
  return claim;
}

function malformed(reason: string): S3Error {
  return s3Error(
    'AuthorizationQueryParametersError',
    `Error parsing the authorization query parameters; ${reason}.`,
  );
}

function required(query: Query, name: string): string {
  const value = query.get(name);
  if (value === undefined || value === '') throw malformed(`${name} is missing`);
  return value;
}

function checkAlgorithm(algorithm: string): void {
  if (algorithm === signatureAlgorithm) return;
  if (isVersion4A(algorithm)) throw signatureVersion4A();
  throw malformed(`X-Amz-Algorithm only supports "${signatureAlgorithm}"`);
}

/** Seconds. */
function parseExpires(text: string): number {
  if (!/^-?\d+$/.test(text)) throw malformed('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 1) throw malformed('X-Amz-Expires must be positive');
  if (seconds > maxExpires) {
    throw malformed(`X-Amz-Expires must be less than a week (in seconds) that is ${maxExpires}`);
  }
  return seconds;
}

function checkLifetime(time: number, expires: number, now: number): void {
  if (time - now > maxSkew) {
    throw s3Error('AccessDenied', 'Request is not valid yet', { ServerTime: isoSeconds(now) });
  }
  const end = time + expires * 1000;
  if (now > end) {
    throw s3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': expires,
      Expires: isoSeconds(end),
      ServerTime: isoSeconds(now),
    });
  }
}

/** Who signs a URL seldom knows the payload; who does says so in the query or in a signed header. */
function payloadOf(request: RequestView, signedHeaders: readonly string[]): string {
  const name = 'x-amz-content-sha256';
  const inHeader = signedHeaders.includes(name) ? request.header(name) : undefined;
  return request.query.get('X-Amz-Content-Sha256') ?? inHeader ?? unsignedPayload;
}
