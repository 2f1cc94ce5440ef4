/** Owns what refused calls of Krutrim's API must leave as it is, as one text to compare. */
import { kos } from './kos.ts';
import { alice, eve } from './seed.ts';
import type { TestServer } from './start-server.ts';

/** Of two accounts all buckets; of the first also keys and the newest policy, and of its `bucket` objects, rules and addresses. */
export async function kosState(server: Pick<TestServer, 'url'>, bucket: string): Promise<string> {
  const reads = [
    ...[alice, eve].map((by) => ({ path: '/kos/v1/buckets', by })),
    ...['', '?prefix=a/', '?prefix=new/'].map((query) => ({
      path: `/kos/v1/buckets/${bucket}/objects${query}`,
    })),
    { path: `/kos/v1/buckets/${bucket}/lifecycle-rules` },
    { path: `/kos/v1/buckets/policy/${bucket}` },
    { path: '/kos/v1/access_keys' },
    { path: '/internal/kos/v1/policy' },
  ];
  const answers = await Promise.all(reads.map(({ path, ...call }) => kos(server, path, call)));
  return answers.map(({ status, text }) => `${status} ${text}`).join('\n');
}
