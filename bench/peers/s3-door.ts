/** The S3 way into a server, by presigned URLs or by signed headers; the same for every server that speaks S3. */
import { createSigner, type S3Key } from '../s3-signature.ts';
import type { Door } from './peer.ts';

export function s3Door(name: string, url: string, key: S3Key, signing: 'query' | 'header' = 'query'): Door {
  const signer = createSigner(key, new URL(url).host);
  const page: Door['page'] = (bucket, limit, after) => {
    const query = [
      ['list-type', '2'],
      ['max-keys', String(limit)],
      ['start-after', after],
    ] as const;
    return { path: signer.presign('GET', `/${bucket}`, query) };
  };
  return {
    name,
    url,
    headers: {},
    async createBucket(bucket) {
      const response = await fetch(url + signer.presign('PUT', `/${bucket}`), { method: 'PUT' });
      const text = await response.text();
      if (!response.ok && response.status !== 409)
        throw new Error(`${name}: create bucket: ${response.status} ${text}`);
    },
    request(method, bucket, object) {
      const path = `/${bucket}/${object}`;
      if (signing === 'query') return { path: signer.presign(method, path) };
      return { path, headers: signer.sign(method, path) };
    },
    ...(signing === 'query' ? { page } : {}),
  };
}
