// GetBucketMeta: GET and HEAD /v1_ext/bucket/{name}
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, assertRecentTime, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'test-bucket-01');
});
after(() => server.stop());

/** An object or container call of the other API for the same data. */
const swift = (path: string, init: RequestInit) =>
  fetch(`${server.url}/v1/${demo.id}${path}`, {
    ...init,
    headers: { 'X-Auth-Token': token, ...init.headers },
  });

test('answers the documented request field for field', async () => {
  const found = await ext(server, token, '/bucket/test-bucket-01');
  assert.equal(found.status, 200, found.text);
  assert.match(found.headers.get('content-type') ?? '', /^application\/json/);
  const { createdAt, lastModified, ...rest } = found.json as Record<string, unknown>;
  assertRecentTime(createdAt);
  assertRecentTime(lastModified);
  assert.deepEqual(rest, {
    project: demo.id,
    name: 'test-bucket-01',
    type: 'STANDARD',
    bytes: 0,
    objectCount: 0,
    use_encryption: false,
    encryption_type: '',
    storageClass: 'STANDARD',
    storagePolicy: 'default-placement',
    acl: { public: 'deny', public_read_allow_ip_list: null },
  });
});

test('HEAD answers the same head without a body', async () => {
  const get = await ext(server, token, '/bucket/test-bucket-01');
  const head = await ext(server, token, '/bucket/test-bucket-01', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(get.text)));
  assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
});

test('counts what other doors wrote, at once', async () => {
  await makeBucket(server, token, 'counted');
  const counted = async () => {
    const { bytes, objectCount } = (await ext(server, token, '/bucket/counted')).json as Record<
      string,
      number
    >;
    return { bytes, objectCount };
  };
  assert.equal((await swift('/counted/one', { method: 'PUT', body: 'x'.repeat(1000) })).status, 201);
  assert.equal((await swift('/counted/two', { method: 'PUT', body: 'y'.repeat(234) })).status, 201);
  assert.deepEqual(await counted(), { bytes: 1234, objectCount: 2 });
  assert.equal((await swift('/counted/two', { method: 'PUT', body: '' })).status, 201);
  assert.deepEqual(await counted(), { bytes: 1000, objectCount: 2 });
  assert.equal((await swift('/counted/one', { method: 'DELETE' })).status, 204);
  assert.deepEqual(await counted(), { bytes: 0, objectCount: 1 });
});

test('shows the metadata Swift set as X-Container-Meta-*', async () => {
  await makeBucket(server, token, 'described');
  const metadata = {
    'X-Container-Meta-Company': 'kakao enterprise',
    'X-Container-Meta-Cost-Center': 'storage 7',
  };
  const set = await swift('/described', { method: 'POST', headers: metadata });
  assert.ok(set.ok, `${set.status}`);
  for (const method of ['GET', 'HEAD']) {
    const { headers } = await ext(server, token, '/bucket/described', { method });
    assert.equal(headers.get('x-container-meta-company'), 'kakao enterprise');
    assert.equal(headers.get('x-container-meta-cost-center'), 'storage 7');
  }
});

test('members and readers of the project may look', async () => {
  for (const user of [bob, carol]) {
    const found = await ext(server, await issueToken(server, user), '/bucket/test-bucket-01');
    assert.equal(found.status, 200, `${user.name}: ${found.text}`);
  }
});

test('403 for a user without rights and for another project', async () => {
  for (const user of [dave, eve]) {
    assertError(
      await ext(server, await issueToken(server, user), '/bucket/test-bucket-01'),
      403,
      'Forbidden',
    );
  }
});

test('401 without a token or with a wrong one, before anything about the bucket is told', async () => {
  for (const wrong of [undefined, 'gAAAAABwrong']) {
    for (const name of ['test-bucket-01', 'absent-bucket', 'BAD']) {
      assertError(await ext(server, wrong, `/bucket/${name}`), 401, 'Unauthorized');
    }
  }
});

test('404 for an absent bucket, also without a body for HEAD', async () => {
  assertError(await ext(server, token, '/bucket/absent-bucket'), 404, 'NotFound', /absent-bucket/);
  const head = await ext(server, token, '/bucket/absent-bucket', { method: 'HEAD' });
  assert.equal(head.status, 404);
  assert.equal(head.text, '');
});

test('400 for a name no bucket can have, and for a path that is not percent-encoded UTF-8', async () => {
  for (const name of ['UPPER', 'ab', 'a%20b', 'a%2Fb', '..%2Fetc', '%ff%fe']) {
    assertError(await ext(server, token, `/bucket/${name}`), 400, 'BadRequest');
  }
});
