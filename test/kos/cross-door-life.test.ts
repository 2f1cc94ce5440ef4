/** Buckets and keys made at one door and removed at another: while they are there every door has them, and afterwards none. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { downloadUrlOf, kosObjects } from '../support/kos-objects.ts';
import { rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, demo, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';

let server: TestServer;
let token: string;
let carolsToken: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
  carolsToken = await issueToken(server, carol);
  const made = await kos(server, '/kos/v1/buckets', { method: 'POST', body: { name: 'keys-box' } });
  assert.equal(made.status, 201, made.text);
  await rawS3(server, { method: 'PUT', target: '/keys-box/k', body: 'x', user: alice });
});
after(() => server.stop());

interface Door {
  readonly make: (name: string) => Promise<{ status: number; text: string }>;
  readonly remove: (name: string) => Promise<{ status: number; text: string }>;
  readonly has: (name: string) => Promise<boolean>;
  readonly lists: (name: string) => Promise<boolean>;
}

const swift = (method: string, path: string) =>
  swiftRequest(server, method, `/v1/${demo.id}${path}`, { headers: { 'X-Auth-Token': token } });
const s3 = (method: string, target: string) => rawS3(server, { method, target, user: alice });
const buckets = '/kos/v1/buckets';

const doors: Record<string, Door> = {
  KOS: {
    make: (name) => kos(server, buckets, { method: 'POST', body: { name } }),
    remove: (name) => kos(server, `${buckets}/${name}`, { method: 'DELETE' }),
    has: async (name) => (await kos(server, `${buckets}/${name}`)).status === 200,
    lists: async (name) => (await kos(server, `${buckets}?name_filter=${name}`)).text.includes(`"${name}"`),
  },
  Extension: {
    make: (name) => ext(server, token, '/bucket', { method: 'PUT', body: { name } }),
    remove: (name) => ext(server, token, `/bucket/${name}`, { method: 'DELETE' }),
    has: async (name) => (await ext(server, token, `/bucket/${name}`)).status === 200,
    lists: async (name) => (await ext(server, token, `/bucket?prefix=${name}`)).text.includes(`"${name}"`),
  },
  S3: {
    make: (name) => s3('PUT', `/${name}`),
    remove: (name) => s3('DELETE', `/${name}`),
    has: async (name) => (await s3('GET', `/${name}?location`)).status === 200,
    lists: async (name) => (await s3('GET', '/')).elements('Name').includes(name),
  },
  Swift: {
    make: (name) => swift('PUT', `/${name}`),
    remove: (name) => swift('DELETE', `/${name}`),
    has: async (name) => (await swift('HEAD', `/${name}`)).status === 204,
    lists: async (name) => (await swift('GET', '')).text.split('\n').includes(name),
  },
};

const everywhere = async (name: string, what: 'has' | 'lists') =>
  Promise.all(Object.values(doors).map((door) => door[what](name)));

for (const [maker, { make }] of Object.entries(doors)) {
  for (const [remover, { remove }] of Object.entries(doors)) {
    test(`a bucket made by ${maker} and removed by ${remover}`, async () => {
      const name = `by-${maker}-until-${remover}`.toLowerCase();
      const made = await make(name);
      assert.ok(made.status < 300, made.text);
      for (const what of ['has', 'lists'] as const) {
        assert.deepEqual(await everywhere(name, what), [true, true, true, true], what);
      }
      // What hangs by it, and comes from the door that knows of its id.
      const krn = String(fieldsOf(await kos(server, `${buckets}/${name}`)).krnid);
      const limited = { method: 'POST', body: { s3_read_write_ips: ['192.0.2.1'] } };
      assert.equal((await kos(server, `${buckets}/policy/${krn}`, limited)).status, 201);
      const gone = await remove(name);
      assert.ok(gone.status < 300, gone.text);
      for (const what of ['has', 'lists'] as const) {
        assert.deepEqual(await everywhere(name, what), [false, false, false, false], what);
      }
      assertKosError(await kos(server, `${buckets}/${krn}`), 404, 'BucketNotFound');
      // The name is free, and nothing of the old one comes back with it.
      assert.ok((await make(name)).status < 300);
      assertKosError(await kos(server, `${buckets}/${krn}`), 404, 'BucketNotFound');
      assertKosError(await kos(server, `${buckets}/policy/${name}`), 404, 'PolicyNotFound');
      assert.ok((await remove(name)).status < 300);
    });
  }
}

type Pair = TestUser['s3Key'];
const credentials = `/v3/users/${carol.id}/credentials/OS-EC2`;

const keyMakers: Record<string, () => Promise<Pair>> = {
  async KOS() {
    const made = fieldsOf(await kos(server, '/kos/v1/access_keys', { method: 'POST', by: carol }));
    return { access: String(made.access_key), secret: String(made.secret_key) };
  },
  async Keystone() {
    const made = await call(server, credentials, { token: carolsToken, body: { tenant_id: demo.id } });
    assert.equal(made.status, 201, made.text);
    return (made.json as { credential: Pair }).credential;
  },
};

const keyRemovers: Record<string, (access: string) => Promise<{ status: number }>> = {
  KOS: (access) => kos(server, `/kos/v1/access_keys/${access}`, { method: 'DELETE', by: carol }),
  Keystone: (access) => call(server, `${credentials}/${access}`, { method: 'DELETE', token: carolsToken }),
};

for (const [maker, make] of Object.entries(keyMakers)) {
  for (const [remover, remove] of Object.entries(keyRemovers)) {
    test(`a key made by ${maker} and removed by ${remover}`, async () => {
      const pair = await make();
      const s3 = s3Client(server, { ...carol, s3Key: pair });
      const listed = async () => [
        (await kos(server, '/kos/v1/access_keys', { by: carol })).text.includes(pair.access),
        (await call(server, credentials, { token: carolsToken })).text.includes(pair.access),
      ];
      assert.deepEqual(await listed(), [true, true]);
      assert.equal((await s3.listObjectsV2({ Bucket: 'keys-box' })).KeyCount, 1);
      const opened = await kos(server, '/kos/v1/sessions/activate', {
        method: 'POST',
        body: { accessKey: pair.access, secretKey: pair.secret },
        by: null,
        headers: { 'x-account-id': demo.accountNumber },
      });
      assert.equal(opened.status, 200, opened.text);
      const session = String(fieldsOf(opened).sessionToken);
      const bySession = { by: null, headers: { 'x-session-token': session } };
      const objects = kosObjects(server, 'keys-box');
      assert.equal((await objects.listing('', bySession)).status, 200);
      assert.equal((await remove(pair.access)).status, 204);
      assert.deepEqual(await listed(), [false, false]);
      await assert.rejects(s3.listObjectsV2({ Bucket: 'keys-box' }), { name: 'InvalidAccessKeyId' });
      assertKosError(await objects.listing('', bySession), 401, 'Unauthorized');
      const status = await kos(server, `/kos/v1/sessions/status/${session}`, { by: null });
      assertKosError(status, 404, 'SessionNotFound');
    });
  }
}

test('an address that a session signed ends with its key, whoever removes that', async () => {
  for (const remove of Object.values(keyRemovers)) {
    const pair = await keyMakers.Keystone?.();
    assert.ok(pair);
    // Carol lists; downloading is more than she may until she is given it.
    const grant = { role: 'storage.objectReader', member: { type: 'user', id: carol.id } };
    await ext(server, token, '/bucket/keys-box/policy', { method: 'POST', body: grant });
    const opened = await kos(server, '/kos/v1/sessions/activate', {
      method: 'POST',
      body: { accessKey: pair.access, secretKey: pair.secret },
      by: carol,
    });
    const headers = { 'x-session-token': String(fieldsOf(opened).sessionToken) };
    const url = downloadUrlOf(
      await kosObjects(server, 'keys-box').download({ objectkey: 'k' }, { by: null, headers }),
    );
    assert.equal((await fetch(url)).status, 200);
    assert.equal((await remove(pair.access)).status, 204);
    assert.equal((await fetch(url)).status, 403);
  }
});
