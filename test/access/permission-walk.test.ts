/**
 * Walks every permission x role x door: what `roles.ts` says must be what each door does. A grant to a user for every bucket role, a
 * membership for every project role, and every call of a door that expresses the permission; and what a bucket's policy by address makes
 * of each.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BucketAction, bucketActions } from '../../src/core/access/roles.ts';
import { ext } from '../support/ext.ts';
import { kos } from '../support/kos.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo, type TestUser } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { bucket, granted, may, mayOn, members, nameOf, startWalk, type Walker } from '../support/walkers.ts';

let server: TestServer;
let tokenOf: (user: TestUser) => string;
before(async () => {
  ({ server, tokenOf } = await startWalk({ ONGGI_TRUSTED_PROXIES: '127.0.0.1' }));
});
after(() => server.stop());

/** Where all probes come from, as the trusted proxy says. */
let from: Record<string, string> = {};

/** A call of a door, and the status it has for who may; 403 for who may not. */
interface Probe {
  readonly call: string;
  readonly allowed: number;
  readonly send: (user: TestUser) => Promise<number>;
}

interface Parts {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const byExt = (method: string, path: string, allowed: number, { body }: Parts = {}): Probe => ({
  call: `ext ${method} ${path}`,
  allowed,
  send: async (user) =>
    (await ext(server, tokenOf(user), path, { method, headers: from, ...(body !== undefined && { body }) }))
      .status,
});
const byS3 = (
  method: string,
  target: string,
  allowed: number,
  { body = '', headers = {} }: Parts = {},
): Probe => ({
  call: `s3 ${method} ${target}`,
  allowed,
  send: async (user) =>
    (await rawS3(server, { method, target, headers: { ...headers, ...from }, body: String(body), user }))
      .status,
});
/** In both dialects; `upstream` where the status of the one differs. */
const bySwift = (
  method: string,
  path: string,
  allowed: number,
  parts: Parts = {},
  upstream = allowed,
): Probe[] =>
  [demo.id, `AUTH_${demo.id}`].map((account) => ({
    call: `swift ${method} /v1/${account}${path}`,
    allowed: account === demo.id ? allowed : upstream,
    send: async (user) => {
      const url = `${server.url}/v1/${account}${path}`;
      const headers = { 'X-Auth-Token': tokenOf(user), ...parts.headers, ...from };
      const body = parts.body === undefined ? {} : { body: String(parts.body) };
      const answer = await fetch(url, { method, headers, ...body });
      await answer.arrayBuffer();
      return answer.status;
    },
  }));

// Probes change nothing that another one sees: what would, fails for another reason once it is allowed.
const onBucket: Record<BucketAction, readonly Probe[]> = {
  'storage.buckets.get': [byExt('GET', `/bucket/${bucket}`, 200), byExt('HEAD', `/bucket/${bucket}`, 200)],
  'storage.buckets.update': [
    byExt('GET', `/bucket/${bucket}/lifecycle`, 404),
    byExt('DELETE', `/bucket/${bucket}/lifecycle`, 200),
    byS3('GET', `/${bucket}?lifecycle`, 404),
    byS3('DELETE', `/${bucket}?lifecycle`, 204),
    ...bySwift('POST', `/${bucket}`, 200, { headers: { 'X-Container-Meta-A': 'b' } }, 204),
  ],
  'storage.buckets.delete': [
    byExt('DELETE', `/bucket/${bucket}`, 409),
    byS3('DELETE', `/${bucket}`, 409),
    ...bySwift('DELETE', `/${bucket}`, 409),
  ],
  'storage.buckets.getIamPolicy': [
    byExt('GET', `/bucket/${bucket}/policy`, 200),
    byExt('GET', `/bucket/${bucket}/policy/none`, 404),
    byExt('GET', `/bucket/${bucket}/cors`, 200),
    byS3('GET', `/${bucket}?acl`, 200),
    byS3('GET', `/${bucket}?cors`, 404),
  ],
  'storage.buckets.setIamPolicy': [
    byExt('POST', `/bucket/${bucket}`, 200, { body: { acl: { public_read_allow_ip_list: null } } }),
    byExt('POST', `/bucket/${bucket}/policy`, 400, { body: { role: 'none', member: { type: 'user' } } }),
    byExt('PUT', `/bucket/${bucket}/policy/none`, 404, { body: { role: 'viewer' } }),
    byExt('DELETE', `/bucket/${bucket}/policy/none`, 404),
    byExt('PUT', `/bucket/${bucket}/cors`, 200, { body: { cors: [] } }),
    byExt('POST', `/bucket/${bucket}/cors`, 200, { body: { cors: [] } }),
    byS3('PUT', `/${bucket}?acl`, 400, { body: 'no document' }),
    byS3('POST', `/${bucket}?acl`, 400, { body: 'no document' }),
    byS3('DELETE', `/${bucket}?cors`, 204),
    ...bySwift('POST', `/${bucket}`, 200, { headers: { 'X-Container-Write': '' } }, 204),
  ],
  'storage.objects.list': [
    byS3('GET', `/${bucket}`, 200),
    byS3('GET', `/${bucket}?list-type=2`, 200),
    byS3('HEAD', `/${bucket}`, 200),
    ...bySwift('GET', `/${bucket}`, 200),
    ...bySwift('HEAD', `/${bucket}`, 204),
  ],
  'storage.objects.get': [byS3('GET', `/${bucket}/k`, 200), ...bySwift('GET', `/${bucket}/k`, 200)],
  'storage.objects.getMeta': [byS3('HEAD', `/${bucket}/k`, 200), ...bySwift('HEAD', `/${bucket}/k`, 200)],
  'storage.objects.create': [
    byS3('PUT', `/${bucket}/k`, 200, { body: 'x' }),
    byS3('POST', `/${bucket}/k?uploads`, 200),
    ...bySwift('PUT', `/${bucket}/k`, 201, { body: 'x' }),
  ],
  'storage.objects.update': [
    byS3('PUT', `/${bucket}/k?acl`, 200, { headers: { 'x-amz-acl': 'private' } }),
    ...bySwift('POST', `/${bucket}/k`, 202, { headers: { 'X-Object-Meta-A': 'b' } }),
  ],
  'storage.objects.delete': [
    byS3('DELETE', `/${bucket}/none`, 204),
    ...bySwift('DELETE', `/${bucket}/none`, 404),
  ],
};

const inProject = {
  'storage.buckets.create': [
    byExt('PUT', '/bucket', 409, { body: { name: bucket } }),
    byS3('PUT', `/${bucket}`, 409),
  ],
  'storage.buckets.list': [byExt('GET', '/bucket', 200), byS3('GET', '/', 200), ...bySwift('GET', '', 200)],
} as const satisfies Record<string, readonly Probe[]>;

async function walk(
  who: string,
  user: TestUser,
  probes: readonly Probe[],
  allows: boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { call, allowed, send } of probes) {
    const status = await send(user);
    const expected = allows ? allowed : 403;
    if (status !== expected) wrong.push(`${who}: ${call} is ${status} instead of ${expected}`);
  }
  return wrong;
}

async function walkAll(
  people: readonly Walker[],
  probes: readonly Probe[],
  allows: (who: Walker) => boolean,
): Promise<void> {
  const wrong: string[] = [];
  for (const who of people) wrong.push(...(await walk(nameOf(who), who.user, probes, allows(who))));
  assert.deepEqual(wrong, []);
}

for (const action of bucketActions) {
  test(`${action}: every bucket role, at every door`, () =>
    walkAll(granted, onBucket[action], (who) => mayOn(who, action)));

  test(`${action}: every project role, at every door`, () =>
    walkAll(members, onBucket[action], (who) => mayOn(who, action)));
}

for (const action of ['storage.buckets.create', 'storage.buckets.list'] as const) {
  test(`${action}: every project role, at every door`, () =>
    walkAll(members, inProject[action], (who) => may(who, action)));
}

test('a policy by address: every permission, from a listed address, one listed for reading and another', async () => {
  const reading: readonly BucketAction[] = [
    'storage.objects.list',
    'storage.objects.get',
    'storage.objects.getMeta',
  ];
  const policy = { s3_read_write_ips: ['192.0.2.0/24'], s3_read_only_ips: ['198.51.100.*'] };
  const path = `/kos/v1/buckets/policy/${bucket}`;
  const made = await kos(server, path, { method: 'POST', body: policy });
  assert.equal(made.status, 201, made.text);
  const wrong: string[] = [];
  for (const [address, binds] of [
    ['192.0.2.1', () => false],
    ['198.51.100.1', (action: BucketAction) => !reading.includes(action)],
    ['203.0.113.1', () => true],
  ] as const) {
    from = { 'X-Forwarded-For': address };
    for (const action of bucketActions) {
      // The policy is about objects: the bucket is managed from anywhere.
      const allows = !action.startsWith('storage.objects.') || !binds(action);
      wrong.push(...(await walk(`${address} ${action}`, alice, onBucket[action], allows)));
    }
  }
  from = {};
  assert.equal((await kos(server, path, { method: 'DELETE' })).status, 204);
  assert.deepEqual(wrong, []);
});
