/** Owns the credential inside a signature: the access key and the scope it was used for. Refuses scopes that are not S3's. */

import type { Scope } from '../../../base/wire/sigv4.ts';
import type { S3Error } from '../errors.ts';

export interface Credential {
  readonly access: string;
  readonly scope: Scope;
}

/**
 * Reads `access/YYYYMMDD/region/s3/aws4_request`. Any region is accepted; the day must be that of `timestamp`.
 * @throws what `malformed` makes of the reason
 */
export function parseCredential(
  text: string,
  timestamp: string,
  malformed: (reason: string) => S3Error,
): Credential {
  // From the end, because an access key may contain slashes.
  const parts = text.split('/');
  const [date, region, service, terminator] = parts.splice(-4);
  const access = parts.join('/');
  if (date === undefined || region === undefined || service === undefined || access === '') {
    throw malformed('the credential must have the form <access key>/<YYYYMMDD>/<region>/s3/aws4_request');
  }
  if (terminator !== 'aws4_request') throw malformed('the credential must end with "aws4_request"');
  if (service !== 's3') throw malformed('the service in the credential must be "s3"');
  if (!/^\d{8}$/.test(date)) throw malformed('the date in the credential must have the form YYYYMMDD');
  if (!timestamp.startsWith(date)) {
    throw malformed('the date in the credential is not the day of the request');
  }
  return { access, scope: { date, region, service } };
}

/** The names in a list like `host;x-amz-date`. @throws what `malformed` makes of the reason */
export function parseSignedHeaders(text: string, malformed: (reason: string) => S3Error): string[] {
  const names = text.split(';');
  if (!names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))) {
    throw malformed('the list of signed headers is not valid');
  }
  return names;
}
