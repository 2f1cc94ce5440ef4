// Who calls: every way to prove an account, and every way to fail to
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { call } from '../iam/identity-call.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, kos } from '../support/kos.ts';
import { alice, bob, carol, dave, demo, eve, other, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const buckets = '/kos/v1/buckets';
const ask = (headers: Record<string, string>) => kos(server, buckets, { by: null, headers });
const bearer = (user: TestUser) => ({ Authorization: `Bearer ${apiKeyOf(user)}` });

for (const [how, headers] of [
  ['an API key as x-account-id', { 'x-account-id': apiKeyOf(alice) }],
  ['an API key as Bearer alone', bearer(alice)],
  ['a lower-case scheme', { Authorization: `bearer ${apiKeyOf(alice)}` }],
  ['the same API key twice', { ...bearer(alice), 'x-account-id': apiKeyOf(alice) }],
  ['an account number and an API key', { ...bearer(alice), 'x-account-id': demo.accountNumber }],
  ['a project id and an API key', { ...bearer(alice), 'x-account-id': demo.id }],
  ['a UUID and an API key', { ...bearer(alice), 'x-account-id': dashed(demo.id).toUpperCase() }],
  ['a customer id', { ...bearer(alice), 'K-Customer-ID': alice.id }],
  ['a customer id as a UUID', { ...bearer(alice), 'K-Customer-ID': dashed(alice.id) }],
  ['empty headers', { ...bearer(alice), 'x-account-id': '', 'K-Customer-ID': '', 'x-tier': '' }],
] as const) {
  test(`taken: ${how}`, async () => {
    const answer = await ask(headers);
    assert.equal(answer.status, 200, answer.text);
  });
}

test('taken: a token, alone and with an account', async () => {
  const Authorization = `Bearer ${await issueToken(server, alice)}`;
  assert.equal((await ask({ Authorization })).status, 200);
  assert.equal((await ask({ Authorization, 'x-account-id': demo.accountNumber })).status, 200);
  assert.equal((await ask({ Authorization, 'x-account-id': apiKeyOf(alice) })).status, 200);
});

for (const [why, headers] of [
  ['nothing', {}],
  ['an account number alone', { 'x-account-id': demo.accountNumber }],
  ['a project id alone', { 'x-account-id': demo.id }],
  ['a user id alone', { 'K-Customer-ID': alice.id }],
  ['a wrong secret', { 'x-account-id': `${alice.iamKey.id}.wrong` }],
  ['a key without its secret', { Authorization: `Bearer ${alice.iamKey.id}` }],
  ['an empty secret', { Authorization: `Bearer ${alice.iamKey.id}.` }],
  ['a key that is not there', { 'x-account-id': `${'9'.repeat(32)}.secret` }],
  ['no token', { Authorization: 'Bearer nonsense' }],
  ['another scheme', { Authorization: 'Basic YWxpY2U6c2VjcmV0' }],
  ['another scheme beside a key', { Authorization: 'Basic YQ==', 'x-account-id': apiKeyOf(alice) }],
  ['a session that is not there', { ...bearer(alice), 'x-session-token': 'nonsense' }],
  ["another project's number", { ...bearer(alice), 'x-account-id': other.accountNumber }],
  ["another project's id", { ...bearer(alice), 'x-account-id': other.id }],
  ['no account', { ...bearer(alice), 'x-account-id': 'nobody' }],
  ['a number nobody has', { ...bearer(alice), 'x-account-id': '9999999999' }],
  ['two keys of two accounts', { ...bearer(alice), 'x-account-id': apiKeyOf(eve) }],
  ['two keys of two users', { ...bearer(alice), 'x-account-id': apiKeyOf(bob) }],
  ['another customer', { ...bearer(alice), 'K-Customer-ID': bob.id }],
  ['no customer', { ...bearer(alice), 'K-Customer-ID': 'alice' }],
  ['a service administrator for another account', { ...bearer(root), 'x-account-id': demo.id }],
] as const) {
  test(`401: ${why}`, async () => {
    const answer = await ask(headers);
    assertKosError(answer, 401, 'Unauthorized');
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  });
}

test('400: a region or a tier that is not there', async () => {
  assertKosError(
    await ask({ ...bearer(alice), 'x-region-id': 'In-Nowhere-1' }),
    400,
    'BadRequest',
    /x-region-id/,
  );
  assertKosError(await ask({ ...bearer(alice), 'x-tier': 'golden' }), 400, 'BadRequest', /x-tier/);
});

test('403: in the account without the right', async () => {
  assertKosError(await kos(server, buckets, { by: dave }), 403, 'Forbidden');
  const made = await kos(server, buckets, { method: 'POST', body: { name: 'carols-box' }, by: carol });
  assertKosError(made, 403, 'Forbidden');
});

test('a key is dead the moment it is deleted', async () => {
  const token = await issueToken(server, bob);
  assert.equal((await kos(server, buckets, { by: bob })).status, 200);
  const path = `/v3/users/${bob.id}/application_credentials/${bob.iamKey.id}`;
  assert.equal((await call(server, path, { method: 'DELETE', token })).status, 204);
  assertKosError(await kos(server, buckets, { by: bob }), 401, 'Unauthorized');
});

test('paths nobody has are 404, methods a path does not take 405 with Allow', async () => {
  for (const path of [
    '/kos',
    '/kos/v2/buckets',
    '/kos/v1/nothing',
    '/internal',
    '/internal/kos/v1/nothing',
  ]) {
    assertKosError(await kos(server, path), 404, 'NotFound');
  }
  const patched = await kos(server, buckets, { method: 'PATCH' });
  assertKosError(patched, 405, 'MethodNotAllowed');
  assert.equal(patched.headers.get('allow'), 'GET, POST, OPTIONS');
});

test('every answer has a request id, and secrets stay out of the log', async () => {
  const answer = await kos(server, '/kos/v1/sessions/status/very-secret-token', { by: null });
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
  assert.doesNotMatch(answer.text, /very-secret/);
  await server.stop();
  assert.match(server.stderr(), /sessions\/status\/\*\*\*/);
  assert.doesNotMatch(server.stderr(), /very-secret/);
  assert.ok(!server.stderr().includes(alice.iamKey.secret));
  await server.restart();
});
