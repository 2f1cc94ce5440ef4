// ONGGI_KOS_REQUIRE_SESSION: calls about objects are for active sessions alone, all others stay as they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, type KosCall, kos, makeKosBucket } from '../support/kos.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer({ env: { ONGGI_KOS_REQUIRE_SESSION: 'on' } });
  await makeKosBucket(server, 'sessions-only');
});
after(() => server.stop());

const bucket = '/kos/v1/buckets/sessions-only';
const calls: readonly (readonly [path: string, call: KosCall, status: number])[] = [
  ['/objects', { method: 'PUT', body: { prefix: 'folder' } }, 201],
  ['/objects', { method: 'PUT', body: { objectkey: 'k' } }, 201],
  ['/objects', {}, 200],
  ['/objects/move', { method: 'POST', body: { sourceKey: 'absent', destinationKey: 'k' } }, 404],
  ['/objects/rename', { method: 'POST', body: { oldKey: 'absent', newKey: 'k' } }, 404],
  ...['download', 'metadata', 'delete'].map(
    (name) => [`/objects/${name}`, { method: 'POST', body: { objectkey: 'absent' } }, 404] as const,
  ),
];

async function openSession(): Promise<string> {
  const { access: accessKey, secret: secretKey } = alice.s3Key;
  const opened = await kos(server, '/kos/v1/sessions/activate', {
    method: 'POST',
    body: { accessKey, secretKey },
    by: null,
    headers: { 'x-account-id': demo.accountNumber },
  });
  return String(fieldsOf(opened).sessionToken);
}

test('an API key or a token alone is not enough for objects', async () => {
  const token = await issueToken(server, alice);
  for (const [path, call] of calls) {
    for (const headers of [{ 'x-account-id': apiKeyOf(alice) }, { Authorization: `Bearer ${token}` }]) {
      assertKosError(
        await kos(server, bucket + path, { ...call, by: null, headers }),
        401,
        'SessionRequired',
      );
    }
  }
});

test('a session is, alone or beside an API key, until it ends', async () => {
  const session = { 'x-session-token': await openSession() };
  for (const by of [null, alice]) {
    for (const [path, call, status] of calls) {
      const answer = await kos(server, bucket + path, { ...call, by, headers: session });
      assert.equal(answer.status, status, `${path}: ${answer.text}`);
    }
  }
  await openSession();
  const late = await kos(server, `${bucket}/objects`, { headers: session });
  assertKosError(late, 401, 'Unauthorized');
});

test('buckets and the rest need none', async () => {
  for (const path of ['/kos/v1/buckets', bucket, `${bucket}/lifecycle-rules`, '/kos/v1/access_keys']) {
    assert.equal((await kos(server, path)).status, 200, path);
  }
});
