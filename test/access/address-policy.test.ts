// A bucket's policy by address at every door and by every proof, behind a trusted proxy, with two processes.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { dashed } from '../../src/base/uuid.ts';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, type KosCall, kos } from '../support/kos.ts';
import { rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

/** For writing and reading, for reading, for nothing. */
const inside = '192.0.2.7';
const near = '198.51.100.7';
const far = '203.0.113.7';
const lists = { s3_read_write_ips: ['192.0.2.*', '2001:db8::/32'], s3_read_only_ips: ['198.51.100.0/24'] };

let server: TestServer;
let token: string;
const bucket = 'guarded-box';
const path = `/kos/v1/buckets/policy/${bucket}`;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2', ONGGI_TRUSTED_PROXIES: '127.0.0.1' } });
  token = await issueToken(server, alice);
  await makeBucket(server, token, bucket);
  await rawS3(server, { method: 'PUT', target: `/${bucket}/k`, body: 'x', user: alice });
});
after(() => server.stop());
beforeEach(async () => {
  await kos(server, path, { method: 'DELETE' });
});

const make = (body: unknown = lists, call: KosCall = {}) =>
  kos(server, path, { method: 'POST', body, ...call });
const via = (address: string) => ({ 'X-Forwarded-For': address });

/** The status a plain request from `address` has. */
async function ask(address: string, url: string, init: RequestInit = {}): Promise<number> {
  const headers = { ...(init.headers as Record<string, string>), ...via(address) };
  const answer = await fetch(url, { ...init, headers });
  await answer.arrayBuffer();
  return answer.status;
}

interface Way {
  readonly reads: (address: string) => Promise<number>;
  readonly writes: (address: string) => Promise<number>;
}

const signed = (method: string, target: string, address: string) =>
  rawS3(server, { method, target, user: alice, headers: via(address) }).then(({ status }) => status);
const byToken = (method: string, url: string, address: string) =>
  ask(address, `${server.url}${url}`, { method, headers: { 'X-Auth-Token': token } });

async function presigned(command: GetObjectCommand | PutObjectCommand): Promise<string> {
  const client = s3Client(server, alice);
  return getSignedUrl(client, command as GetObjectCommand, { expiresIn: 300 });
}

async function temporary(method: string): Promise<string> {
  const url = `/v1/AUTH_${demo.id}/${bucket}/k`;
  const expires = Math.floor(Date.now() / 1000) + 300;
  const sig = createHmac('sha256', 'temp-key').update(`${method}\n${expires}\n${url}`).digest('hex');
  return `${server.url}${url}?temp_url_sig=${sig}&temp_url_expires=${expires}`;
}

const place = { Bucket: bucket, Key: 'k' };
const swift = `/v1/${demo.id}/${bucket}`;
const ways: Record<string, Way> = {
  'S3, signed': {
    reads: (address) => signed('GET', `/${bucket}/k`, address),
    writes: (address) => signed('PUT', `/${bucket}/k`, address),
  },
  'S3, listing and multipart': {
    reads: (address) => signed('GET', `/${bucket}?list-type=2`, address),
    writes: (address) => signed('POST', `/${bucket}/k?uploads`, address),
  },
  'S3, presigned': {
    reads: async (address) => ask(address, await presigned(new GetObjectCommand(place))),
    writes: async (address) =>
      ask(address, await presigned(new PutObjectCommand(place)), { method: 'PUT', body: 'x' }),
  },
  'Swift, by token': {
    reads: (address) => byToken('GET', `${swift}/k`, address),
    writes: (address) => byToken('PUT', `${swift}/k`, address),
  },
  'Swift, listing and metadata': {
    reads: (address) => byToken('GET', swift, address),
    writes: (address) => byToken('POST', `${swift}/k`, address),
  },
  'Swift, a temporary address': {
    reads: async (address) => ask(address, await temporary('GET')),
    writes: async (address) => ask(address, await temporary('PUT'), { method: 'PUT', body: 'x' }),
  },
};

for (const [name, { reads, writes }] of Object.entries(ways)) {
  test(`${name}: by address alone`, async () => {
    const keys = {
      method: 'POST',
      headers: { 'X-Auth-Token': token, 'X-Account-Meta-Temp-URL-Key': 'temp-key' },
    };
    await fetch(`${server.url}/v1/AUTH_${demo.id}`, keys);
    const ok = (status: number) => status >= 200 && status < 300;
    assert.ok(ok(await reads(far)) && ok(await writes(far)), 'no policy: all addresses');
    assert.equal((await make()).status, 201);
    const seen: Record<string, number[]> = {};
    for (const address of [inside, '2001:db8::9', near, far, 'nobody']) {
      seen[address] = [await reads(address), await writes(address)];
    }
    const expected = Object.entries(seen).map(([address, [read = 0, write = 0]]) => [
      address,
      ok(read) ? 'reads' : read,
      ok(write) ? 'writes' : write,
    ]);
    const refused = name.includes('temporary') ? 401 : 403;
    assert.deepEqual(expected, [
      [inside, 'reads', 'writes'],
      ['2001:db8::9', 'reads', 'writes'],
      [near, 'reads', refused],
      [far, refused, refused],
      ['nobody', refused, refused],
    ]);
  });
}

test('public reading is limited too', async () => {
  const opened = await ext(server, token, `/bucket/${bucket}`, {
    method: 'POST',
    body: { acl: { public: 'read-only' } },
  });
  assert.equal(opened.status, 200, opened.text);
  const urls = [`${server.url}/${bucket}/k`, `${server.url}/${bucket}`, `${server.url}${swift}/k`];
  for (const url of urls) assert.equal(await ask(far, url), 200, url);
  await make();
  for (const url of urls) {
    assert.equal(await ask(near, url), 200, url);
    const status = await ask(far, url);
    assert.ok(status === 401 || status === 403, `${url} ${status}`);
  }
});

test('a header of somebody who is no trusted proxy changes nothing', async () => {
  await using direct = await startServer({ env: { ONGGI_WORKERS: '1' } });
  const own = await issueToken(direct, alice);
  await makeBucket(direct, own, bucket);
  const made = await kos(direct, path, { method: 'POST', body: { s3_read_write_ips: [inside] } });
  assert.equal(made.status, 201, made.text);
  const answer = await rawS3(direct, { target: `/${bucket}`, user: alice, headers: via(inside) });
  assert.equal(answer.status, 403);
  const body = { s3_read_write_ips: ['127.0.0.1'] };
  assert.equal((await kos(direct, path, { method: 'PUT', body })).status, 200);
  assert.equal((await rawS3(direct, { target: `/${bucket}`, user: alice })).status, 200);
});

test('a copy needs both buckets to let the address in', async () => {
  await makeBucket(server, token, 'open-box');
  await make();
  const copy = (address: string) =>
    rawS3(server, {
      method: 'PUT',
      target: '/open-box/copy',
      user: alice,
      headers: { 'x-amz-copy-source': `/${bucket}/k`, ...via(address) },
    });
  assert.equal((await copy(near)).status, 200);
  assert.equal((await copy(far)).status, 403);
});

test('batches are refused item by item', async () => {
  await make();
  const body = '<Delete><Object><Key>k</Key></Object></Delete>';
  const headers = { 'Content-MD5': createHash('md5').update(body).digest('base64'), ...via(near) };
  const answer = await rawS3(server, {
    method: 'POST',
    target: `/${bucket}?delete`,
    user: alice,
    headers,
    body,
  });
  assert.deepEqual([answer.status, answer.element('Code')], [200, 'AccessDenied'], answer.text);
  assert.equal(await ways['S3, signed']?.reads(inside), 200);
});

test('the policy itself is managed from anywhere: made, read, changed, removed', async () => {
  const from = { headers: via(far) };
  const call = (options: KosCall = {}) => kos(server, path, { ...from, ...options });
  assertKosError(await call(), 404, 'PolicyNotFound');
  assertKosError(await call({ method: 'PUT', body: lists }), 404, 'PolicyNotFound');
  assertKosError(await call({ method: 'DELETE' }), 404, 'PolicyNotFound');
  const made = await make(lists, from);
  assert.equal(made.status, 201, made.text);
  const { created_at, updated_at, bucketKrn, bucketPolicyKrn, ...rest } = fieldsOf(made);
  assert.deepEqual(rest, lists);
  assert.equal(created_at, updated_at);
  assert.match(String(bucketKrn), /^krn:kos:In-Bangalore-1:\d{10}:[0-9a-f-]{36}:bucket:[0-9a-f-]{36}$/);
  const form = `^krn:kos:In-Bangalore-1:${demo.accountNumber}:${dashed(demo.id)}:bucket-policy:[0-9a-f-]{36}$`;
  assert.match(String(bucketPolicyKrn), new RegExp(form));
  assert.deepEqual(fieldsOf(await call()), fieldsOf(made));
  const byKrn = await kos(server, `/kos/v1/buckets/policy/${bucketKrn}`, from);
  assert.deepEqual(fieldsOf(byKrn), fieldsOf(made));
  const encoded = await kos(server, `/kos/v1/buckets/policy/${encodeURIComponent(String(bucketKrn))}`, from);
  assert.deepEqual(fieldsOf(encoded), fieldsOf(made));
  assertKosError(await make(lists, from), 409, 'AlreadyExists');

  const put = await call({ method: 'PUT', body: { s3_read_only_ips: null } });
  assert.deepEqual([put.status, put.text], [200, '']);
  const now = fieldsOf(await call());
  assert.deepEqual([now.s3_read_only_ips, now.s3_read_write_ips], [[], lists.s3_read_write_ips]);
  assert.equal(await ways['S3, signed']?.reads(near), 403);
  const gone = await call({ method: 'DELETE' });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.equal(await ways['S3, signed']?.reads(far), 200);
});

test('who may not change the policy, and what is no policy', async () => {
  for (const body of [
    '{',
    '[]',
    { s3_read_write_ips: 'x' },
    { s3_read_write_ips: [7] },
    { s3_read_only_ips: ['1.2.3'] },
    { s3ReadOnlyIps: ['1.2.3.4'] },
  ]) {
    assertKosError(await make(body), 400, 'BadRequest');
  }
  assertKosError(await kos(server, path), 404, 'PolicyNotFound');
  for (const user of [bob, carol]) assertKosError(await make(lists, { by: user }), 403, 'Forbidden');
  assertKosError(await make(lists, { by: eve }), 404, 'BucketNotFound');
  assertKosError(await make(lists, { by: null }), 401, 'Unauthorized');
  await make();
  assertKosError(await kos(server, path, { by: carol }), 403, 'Forbidden');
  assertKosError(await kos(server, '/kos/v1/buckets/policy/no-such-box'), 404, 'BucketNotFound');
  assertKosError(await kos(server, '/kos/v1/buckets/policy/krn:kos:x'), 400, 'BadRequest');
});

test('a policy and its bucket go together', async () => {
  await makeBucket(server, token, 'short-lived');
  const own = '/kos/v1/buckets/policy/short-lived';
  await kos(server, own, { method: 'POST', body: lists });
  const removed = await kos(server, '/kos/v1/buckets/short-lived', { method: 'DELETE', headers: via(far) });
  assert.equal(removed.status, 204, removed.text);
  await makeBucket(server, token, 'short-lived');
  assertKosError(await kos(server, own), 404, 'PolicyNotFound');
});
