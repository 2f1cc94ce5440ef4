/** Puts many objects into a bucket before it is read or listed. */
import { readFileSync } from 'node:fs';
import type { Door } from '../peers/peer.ts';
import { replay } from './wrk.ts';

/** Key number `index`, in an order that is also the listing's. */
export function keyAt(index: number): string {
  return `key-${String(index).padStart(8, '0')}`;
}

/** Puts `count` objects one by one over `lanes` connections. @throws Error with the first answer that is not 2xx */
export async function fill(
  door: Door,
  bucket: string,
  count: number,
  bodyFile: string,
  lanes = 32,
): Promise<void> {
  const body = readFileSync(bodyFile);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const { path, headers } = door.request('PUT', bucket, keyAt(next++));
      const all = { ...door.headers, ...headers };
      const response = await fetch(door.url + path, { method: 'PUT', headers: all, body });
      const text = await response.text();
      if (!response.ok)
        throw new Error(`${door.name}: PUT ${bucket}: ${response.status} ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await checkBytes(door, bucket, body);
}

/** An object must read back as it was written. */
async function checkBytes(door: Door, bucket: string, body: Buffer): Promise<void> {
  const { path, headers } = door.request('GET', bucket, keyAt(0));
  const response = await fetch(door.url + path, { headers: { ...door.headers, ...headers } });
  const read = Buffer.from(await response.arrayBuffer());
  if (!response.ok || !read.equals(body)) {
    throw new Error(
      `${door.name}: GET ${bucket}: ${response.status}, ${read.length} bytes that are not what was put`,
    );
  }
}

/** Puts `count` objects at full speed. @returns requests per second @throws Error when any request went wrong */
export async function fillFast(
  door: Door,
  bucket: string,
  count: number,
  bodyFile: string,
  home: string,
): Promise<number> {
  const connections = 64;
  const began = performance.now();
  for (let from = 0; from < count; ) {
    const size = Math.min(100_000, count - from);
    const requests = Array.from({ length: size }, (_, i) => door.request('PUT', bucket, keyAt(from + i)));
    const done = await replay({ door, method: 'PUT', requests, bodyFile, seconds: 4, connections, home });
    if (done.wrong > 0) throw new Error(`${door.name}: ${done.wrong} of ${done.requests} PUTs went wrong`);
    // The last requests of a replay may have been cut off: begin the next one before them.
    from =
      done.requests >= size + connections ? from + size : from + Math.max(1, done.requests - connections);
  }
  return count / ((performance.now() - began) / 1000);
}
