/**
 * Signature V4 for the requests of a load, made in advance and in bulk (about 15 microseconds each). Knows only what the
 * loads need: paths without special characters, unsigned payloads. Source: AWS, "Authenticating Requests".
 */
import { createHash, createHmac } from 'node:crypto';

export interface S3Key {
  readonly access: string;
  readonly secret: string;
}

export interface Signer {
  /** A path with the signature in its query, valid for a day. `query`: name and value, sorted by name. */
  presign(method: string, path: string, query?: readonly (readonly [string, string])[]): string;
  /** The headers that sign a request with an unsigned payload, valid for fifteen minutes. */
  sign(method: string, path: string): Record<string, string>;
}

/** Signs for one server: `host` is what the requests say in their Host header. */
export function createSigner(key: S3Key, host: string, region = 'kr-central-2'): Signer {
  const date = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const signingKey = [date.slice(0, 8), region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${key.secret}`,
  );
  const signature = (canonical: string) =>
    createHmac('sha256', signingKey)
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`)
      .digest('hex');
  const credential = `${key.access}/${scope}`;
  const fixed: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', credential],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', '86400'],
    ['X-Amz-SignedHeaders', 'host'],
  ];
  return {
    presign(method, path, query = []) {
      const text = [...fixed, ...query]
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&');
      const canonical = `${method}\n${path}\n${text}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
      return `${path}?${text}&X-Amz-Signature=${signature(canonical)}`;
    },
    sign(method, path) {
      const names = 'host;x-amz-content-sha256;x-amz-date';
      const headers = `host:${host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:${date}\n`;
      const signed = signature(`${method}\n${path}\n\n${headers}\n${names}\nUNSIGNED-PAYLOAD`);
      return {
        Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signed}`,
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        'x-amz-date': date,
      };
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
