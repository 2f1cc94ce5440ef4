/** Owns signatures in the Authorization header. (S3 API reference, "Using the Authorization Header".) */
import { parseHttpDate } from '../../../base/http/http-date.ts';
import type { RequestView } from '../../../base/http/request-view.ts';
import { formatAmzDate, parseAmzDate } from '../../../base/wire/amz-date.ts';
import { type Claim, signatureAlgorithm } from '../../../base/wire/sigv4.ts';
import { type S3Error, s3Error } from '../errors.ts';
import { parseCredential, parseSignedHeaders } from './credential.ts';

/** How far the client's clock may be from ours, in milliseconds. */
export const maxSkew = 15 * 60 * 1000;

/**
 * The claim in `authorization`, made within the last or next 15 minutes.
 * @throws S3Error AuthorizationHeaderMalformed, InvalidRequest, InvalidArgument, NotImplemented, AccessDenied,
 * RequestTimeTooSkewed
 */
export function claimFromHeader(request: RequestView, authorization: string): Claim {
  const fields = parseFields(authorization);
  const payload = request.header('x-amz-content-sha256');
  if (payload === undefined) {
    throw s3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  const { time, timestamp } = requestTime(request);
  const { access, scope } = parseCredential(required(fields, 'Credential'), timestamp, malformed);
  const claim = {
    access,
    scope,
    timestamp,
    signedHeaders: parseSignedHeaders(required(fields, 'SignedHeaders'), malformed),
    signature: required(fields, 'Signature'),
    payload,
  };
  if (Math.abs(request.receivedAt - time) > maxSkew) throw tooSkewed(request, timestamp);
  return claim;
}

function malformed(reason: string): S3Error {
  return s3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${reason}.`);
}

/** `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...` in any order, with or without blanks. */
function parseFields(authorization: string): Map<string, string> {
  const blank = authorization.indexOf(' ');
  const scheme = blank < 0 ? authorization : authorization.slice(0, blank);
  if (scheme !== signatureAlgorithm) throw unsupported(scheme);
  const fields = new Map<string, string>();
  for (const field of authorization.slice(scheme.length).split(',')) {
    const equals = field.indexOf('=');
    if (equals < 0) throw malformed('each of its parts must have the form name=value');
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  return fields;
}

function unsupported(scheme: string): S3Error {
  if (scheme === 'AWS') return signatureVersion2();
  if (isVersion4A(scheme)) return signatureVersion4A();
  return s3Error('InvalidArgument', `Unsupported Authorization Type; use ${signatureAlgorithm}.`, {
    ArgumentName: 'Authorization',
  });
}

/** The answer to the signatures of before 2014. */
export function signatureVersion2(): S3Error {
  return s3Error(
    'InvalidRequest',
    `The authorization mechanism you have provided is not supported. Please use ${signatureAlgorithm}.`,
  );
}

/** Whether `algorithm` is the asymmetric variant, made for several regions at once. */
export function isVersion4A(algorithm: string): boolean {
  return algorithm.startsWith('AWS4-ECDSA');
}

export function signatureVersion4A(): S3Error {
  return s3Error(
    'NotImplemented',
    `Signature Version 4A is not implemented. Please use ${signatureAlgorithm}.`,
  );
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined || value === '') throw malformed(`${name} is missing`);
  return value;
}

/** When the request says it was made: milliseconds since the epoch, and as signed. */
function requestTime(request: RequestView): { time: number; timestamp: string } {
  const text = request.header('x-amz-date') ?? request.header('date') ?? '';
  const time = parseAmzDate(text);
  if (time !== undefined) return { time, timestamp: text };
  const plain = parseHttpDate(text);
  if (plain !== undefined) return { time: plain, timestamp: formatAmzDate(plain) };
  throw s3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
}

function tooSkewed(request: RequestView, timestamp: string): S3Error {
  return s3Error('RequestTimeTooSkewed', undefined, {
    RequestTime: timestamp,
    ServerTime: new Date(request.receivedAt).toISOString(),
    MaxAllowedSkewMilliseconds: maxSkew,
  });
}
