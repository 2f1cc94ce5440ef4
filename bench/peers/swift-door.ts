/** The Swift way into a server: a token in a header, plain paths; the same for every server that speaks Swift. */
import type { Door } from './peer.ts';

/** `storageUrl` is the account's address, as authentication gives it. */
export function swiftDoor(name: string, storageUrl: string, token: string): Door {
  const { origin, pathname } = new URL(storageUrl);
  const headers = { 'X-Auth-Token': token };
  return {
    name,
    url: origin,
    headers,
    async createBucket(container) {
      const response = await fetch(`${storageUrl}/${container}`, { method: 'PUT', headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${name}: create container: ${response.status} ${text}`);
    },
    request: (_method, container, object) => ({ path: `${pathname}/${container}/${object}` }),
    page: (container, limit, after) => ({
      path: `${pathname}/${container}?format=json&limit=${limit}&marker=${encodeURIComponent(after)}`,
    }),
  };
}

/** The token and account of `user` (`account:name`) from the v1 authentication at `authUrl`. */
export async function swiftAuth(
  authUrl: string,
  user: string,
  password: string,
): Promise<{ token: string; storageUrl: string }> {
  const response = await fetch(authUrl, { headers: { 'X-Auth-User': user, 'X-Auth-Key': password } });
  await response.arrayBuffer();
  const token = response.headers.get('x-auth-token');
  const storageUrl = response.headers.get('x-storage-url');
  if (token === null || storageUrl === null) throw new Error(`${authUrl}: ${response.status}, no token`);
  return { token, storageUrl };
}
