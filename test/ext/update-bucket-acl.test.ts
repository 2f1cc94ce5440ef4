// UpdateBucketAcl: POST /v1_ext/bucket/{name} (reference 5.4), and what it opens at the other doors
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, assertRecentTime, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, demo, eve, other } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
});
after(() => server.stop());

const post = (bucket: string, acl: unknown, extra: object = {}) =>
  ext(server, token, `/bucket/${bucket}`, { method: 'POST', body: { acl, ...extra } });
const aclOf = async (bucket: string) => {
  const answer = await ext(server, token, `/bucket/${bucket}`);
  return (answer.json as { acl: unknown }).acl;
};
const set = async (bucket: string, acl: unknown) => {
  const answer = await post(bucket, acl);
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { acl: { public: string; public_read_allow_ip_list: string[] | null } }).acl;
};
/** A bucket with the object `a/b`. */
const filled = async (bucket: string) => {
  await makeBucket(server, token, bucket);
  const url = `${server.url}/v1/${demo.id}/${bucket}/a/b`;
  const put = await fetch(url, { method: 'PUT', headers: { 'X-Auth-Token': token }, body: 'text' });
  assert.equal(put.status, 201);
};

/** What nobody gets to see of `bucket`: statuses of object GET and HEAD, list and a write, by Swift's path and by S3's. */
async function seenByNobody(bucket: string, headers: Record<string, string> = {}): Promise<number[][]> {
  const calls: [string, string][] = [
    ['GET', '/a/b'],
    ['HEAD', '/a/b'],
    ['GET', '?format=json'],
    ['PUT', '/c'],
  ];
  const statuses = (base: string) =>
    Promise.all(
      calls.map(async ([method, rest]) => (await fetch(`${base}${rest}`, { method, headers })).status),
    );
  return [
    await statuses(`${server.url}/v1/${demo.id}/${bucket}`),
    await statuses(`${server.url}/v1/AUTH_${demo.id}/${bucket}`),
    await statuses(`${server.url}/${bucket}`),
  ];
}
const closed = [
  [401, 401, 401, 401],
  [401, 401, 401, 401],
  [403, 403, 403, 403],
];
const open = [
  [200, 200, 200, 401],
  [200, 200, 200, 401],
  [200, 200, 200, 403],
];

test('answers the documented request field for field, with account', async () => {
  await makeBucket(server, token, 'documented');
  const answer = await post(
    'documented',
    { public: 'read-only', public_read_allow_ip_list: ['127.0.0.1', '10.0.0.0/8'] },
    { name: 'documented' },
  );
  assert.equal(answer.status, 200, answer.text);
  const { createdAt, lastModified, ...rest } = answer.json as Record<string, unknown>;
  assertRecentTime(createdAt);
  assertRecentTime(lastModified);
  const acl = { public: 'read-only', public_read_allow_ip_list: ['127.0.0.1', '10.0.0.0/8'] };
  assert.deepEqual(rest, {
    account: demo.id,
    project: demo.id,
    name: 'documented',
    type: 'STANDARD',
    bytes: 0,
    objectCount: 0,
    use_encryption: false,
    encryption_type: '',
    storageClass: 'STANDARD',
    storagePolicy: 'default-placement',
    acl,
  });
  assert.deepEqual(await aclOf('documented'), acl);
});

test('opens reading to everybody, and closes it, with the next request at every door', async () => {
  await filled('opened');
  for (const closing of [null, { public: 'deny' }, { public: null }]) {
    assert.deepEqual(await seenByNobody('opened'), closed);
    assert.deepEqual(await set('opened', { public: 'read-only' }), {
      public: 'read-only',
      public_read_allow_ip_list: null,
    });
    for (let turn = 0; turn < 3; turn += 1) assert.deepEqual(await seenByNobody('opened'), open);
    assert.deepEqual(await set('opened', closing), { public: 'deny', public_read_allow_ip_list: null });
  }
  assert.deepEqual(await seenByNobody('opened'), closed);
});

test('a wrong token is refused even where none is needed', async () => {
  await filled('wrong-token');
  await set('wrong-token', { public: 'read-only' });
  const headers = { 'X-Auth-Token': 'gAAAAAnothing' };
  const answer = await fetch(`${server.url}/v1/${demo.id}/wrong-token/a/b`, { headers });
  assert.equal(answer.status, 401);
});

test('the object is under its own project alone', async () => {
  await filled('own-project');
  await set('own-project', { public: 'read-only' });
  assert.equal((await fetch(`${server.url}/v1/${other.id}/own-project/a/b`)).status, 401);
});

test('limits reading to the listed addresses, whoever comes by that grant alone', async () => {
  await filled('listed');
  await set('listed', { public: 'read-only', public_read_allow_ip_list: ['192.0.2.0/24', '2001:db8::/32'] });
  assert.deepEqual(await seenByNobody('listed'), closed);
  // Claimed by somebody who is no trusted proxy.
  assert.deepEqual(await seenByNobody('listed', { 'X-Forwarded-For': '192.0.2.1' }), closed);
  const evesToken = await issueToken(server, eve);
  const stranger = await fetch(`${server.url}/v1/${demo.id}/listed/a/b`, {
    headers: { 'X-Auth-Token': evesToken },
  });
  assert.equal(stranger.status, 403);
  const member = await fetch(`${server.url}/v1/${demo.id}/listed/a/b`, {
    headers: { 'X-Auth-Token': await issueToken(server, bob) },
  });
  assert.equal(member.status, 200);

  // Without `public` the list alone changes; an empty one and null take the limit away.
  assert.equal(
    (await set('listed', { public_read_allow_ip_list: ['127.0.0.0/8', '::1'] })).public,
    'read-only',
  );
  assert.deepEqual(await seenByNobody('listed'), open);
  await set('listed', { public: 'read-only', public_read_allow_ip_list: ['1.2.3.4'] });
  assert.deepEqual(await set('listed', { public: 'read-only' }), {
    public: 'read-only',
    public_read_allow_ip_list: ['1.2.3.4'],
  });
  for (const none of [null, []]) {
    await set('listed', { public_read_allow_ip_list: ['1.2.3.4'] });
    assert.deepEqual(await seenByNobody('listed'), closed);
    assert.equal((await set('listed', { public_read_allow_ip_list: none })).public_read_allow_ip_list, null);
    assert.deepEqual(await seenByNobody('listed'), open);
  }
  await set('listed', { public_read_allow_ip_list: ['1.2.3.4'] });
  assert.deepEqual(await set('listed', null), { public: 'deny', public_read_allow_ip_list: null });
});

test('believes a trusted proxy, and only one, about who is behind it', async () => {
  await using proxied = await startServer({ env: { ONGGI_TRUSTED_PROXIES: '127.0.0.1/32, 10.0.0.0/8' } });
  const secret = await issueToken(proxied, alice);
  await makeBucket(proxied, secret, 'behind-proxy');
  const body = { acl: { public: 'read-only', public_read_allow_ip_list: ['192.0.2.7', '2001:db8::/32'] } };
  const changed = await ext(proxied, secret, '/bucket/behind-proxy', { method: 'POST', body });
  assert.equal(changed.status, 200, changed.text);
  const status = async (forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
    return (await fetch(`${proxied.url}/v1/${demo.id}/behind-proxy`, { headers })).status;
  };
  assert.equal(await status('192.0.2.7'), 204);
  assert.equal(await status('2001:db8::9'), 204);
  assert.equal(await status('192.0.2.7, 10.1.2.3'), 204);
  assert.equal(await status(), 401);
  assert.equal(await status('192.0.2.8'), 401);
  // Only what stands right of the last stranger was written by a proxy.
  assert.equal(await status('192.0.2.7, 203.0.113.5'), 401);
  assert.equal(await status('192.0.2.7, 203.0.113.5, 10.1.2.3'), 401);
  assert.equal(await status('nonsense'), 401);
});

test('refuses bad values one by one, and changes nothing', async () => {
  await makeBucket(server, token, 'bad-acls');
  const addresses = [
    '1.2.3.4/33',
    '1.2.3',
    '1.2.3.256',
    '::1/129',
    'fe80::1%eth0',
    'example.com',
    '1.2.3.*',
    '',
  ];
  for (const address of addresses) {
    const acl = { public: 'read-only', public_read_allow_ip_list: ['1.2.3.4', address] };
    assertError(await post('bad-acls', acl), 400, 'BadRequest', /public_read_allow_ip_list/);
  }
  const wrong: [unknown, RegExp][] = [
    [{ public: 'read-write' }, /acl\.public/],
    [{ public: true }, /acl\.public must be string/],
    [{ public_read_allow_ip_list: '1.2.3.4' }, /acl\.public_read_allow_ip_list must be array/],
    [{ public_read_allow_ip_list: [1] }, /acl\.public_read_allow_ip_list\.0 must be string/],
    ['read-only', /acl must be object/],
    [[], /acl must be object/],
    [undefined, /acl/],
  ];
  for (const [acl, message] of wrong) assertError(await post('bad-acls', acl), 400, 'BadRequest', message);
  assertError(await post('bad-acls', null, { name: 'other' }), 400, 'BadRequest', /name/);
  const headers = { 'Content-Type': 'application/xml' };
  const call = { method: 'POST', body: { acl: null }, headers };
  assertError(await ext(server, token, '/bucket/bad-acls', call), 400, 'BadRequest', /Content-Type/);
  assertError(
    await ext(server, token, '/bucket/bad-acls', { method: 'POST', body: '[]' }),
    400,
    'BadRequest',
  );
  assert.deepEqual(await aclOf('bad-acls'), { public: 'deny', public_read_allow_ip_list: null });
});

test('is for who may change the policy', async () => {
  await makeBucket(server, token, 'guarded');
  const call = { method: 'POST', body: { acl: { public: 'read-only' } } };
  assertError(await ext(server, undefined, '/bucket/guarded', call), 401, 'Unauthorized');
  for (const user of [bob, carol, eve]) {
    assertError(await ext(server, await issueToken(server, user), '/bucket/guarded', call), 403, 'Forbidden');
  }
  assertError(await ext(server, token, '/bucket/nowhere', call), 404, 'NotFound');
});
