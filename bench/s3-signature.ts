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

/** What a signature is made with, renewed every minute. */
interface Pen {
  readonly until: number;
  readonly date: string;
  readonly credential: string;
  signature(canonical: string): string;
}

/** Signs for one server: `host` is what the requests say in their Host header. */
export function createSigner(key: S3Key, host: string, region = 'kr-central-2'): Signer {
  let current = newPen(key, region);
  const pen = () => {
    if (Date.now() > current.until) current = newPen(key, region);
    return current;
  };
  return {
    presign(method, path, query = []) {
      const { date, credential, signature } = pen();
      const text = [
        ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'] as const,
        ['X-Amz-Credential', credential] as const,
        ['X-Amz-Date', date] as const,
        ['X-Amz-Expires', '86400'] as const,
        ['X-Amz-SignedHeaders', 'host'] as const,
        ...query,
      ]
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&');
      const canonical = `${method}\n${path}\n${text}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
      return `${path}?${text}&X-Amz-Signature=${signature(canonical)}`;
    },
    sign(method, path) {
      const { date, credential, signature } = pen();
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

function newPen(key: S3Key, region: string): Pen {
  const now = Date.now();
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const parts = [date.slice(0, 8), region, 's3', 'aws4_request'];
  const scope = parts.join('/');
  const signingKey = parts.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secret}`);
  return {
    until: now + 60_000,
    date,
    credential: `${key.access}/${scope}`,
    signature(canonical) {
      const digest = createHash('sha256').update(canonical).digest('hex');
      return hmac(signingKey, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${digest}`).toString('hex');
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
