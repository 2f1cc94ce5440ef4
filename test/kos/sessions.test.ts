// Sessions over the wire: rotation, status, end; and what each wrong call is answered. What processes say alike: sessions-workers.test.ts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { kosSessions, pairOf, sessionOf } from '../support/kos-sessions.ts';
import { alice, bob, demo, eve, other, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let sessions: ReturnType<typeof kosSessions>;
before(async () => {
  server = await startServer();
  sessions = kosSessions(server);
});
after(() => server.stop());

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
test('a session is opened, used, told about, refreshed and ended', async () => {
  const answer = await sessions.activate();
  const first = sessionOf(answer);
  assert.deepEqual(Object.keys(first).sort(), ['expiresAt', 'lastActiveAt', 'refreshToken', 'sessionToken']);
  for (const text of [first.expiresAt, first.lastActiveAt]) assert.match(String(text), time);
  const term = Date.parse(first.expiresAt) - Date.parse(String(first.lastActiveAt));
  assert.equal(term, 3_600_000);
  assert.equal((await sessions.use(first)).status, 200);
  const told = fieldsOf(await sessions.status(first));
  assert.deepEqual(told, {
    lastActiveAt: first.lastActiveAt,
    createdAt: first.lastActiveAt,
    isActive: true,
    expiresAt: first.expiresAt,
  });

  const refreshed = await sessions.refresh(first);
  const second = sessionOf(refreshed);
  assert.deepEqual(Object.keys(second).sort(), ['expiresAt', 'refreshToken', 'sessionToken']);
  assertKosError(await sessions.use(first), 401, 'Unauthorized');
  assertKosError(await sessions.status(first), 404, 'SessionNotFound');
  assert.equal((await sessions.use(second)).status, 200);

  const ended = await sessions.deactivate(second);
  assert.deepEqual([ended.status, ended.text], [204, '']);
  await sessions.assertOver(second);
});

for (const [how, options] of [
  ['the account number', { by: null, headers: { 'x-account-id': demo.accountNumber } }],
  ['the project id', { by: null, headers: { 'x-account-id': demo.id } }],
  ['an API key', { by: alice }],
  ["a colleague's API key", { by: bob }],
  ['a Bearer key', { by: null, headers: { Authorization: `Bearer ${apiKeyOf(alice)}` } }],
] as const) {
  test(`the pair proves itself beside ${how}`, async () => {
    sessionOf(await sessions.activate(pairOf(alice), options));
  });
}

test('what is wrong with an activation is told by its status', async () => {
  const { accessKey, secretKey } = pairOf(alice);
  for (const body of [
    '',
    '{',
    '[]',
    {},
    { accessKey },
    { secretKey },
    { accessKey: '', secretKey },
    { accessKey, secretKey: 7 },
  ]) {
    assertKosError(await sessions.activate(body), 400, 'BadRequest');
  }
  for (const body of [
    { accessKey, secretKey: 'wrong' },
    { accessKey: 'unknown', secretKey },
    { accessKey: 'x'.repeat(3000), secretKey },
    { accessKey: '\0', secretKey: '\0' },
  ]) {
    assertKosError(await sessions.activate(body), 401, 'Unauthorized', /no pair/);
  }
  assertKosError(await sessions.activate(pairOf(eve)), 403, 'Forbidden', /another account/);
  for (const headers of [
    {},
    { 'x-account-id': 'nobody' },
    { 'x-account-id': '9999999999' },
    { Authorization: 'Bearer x' },
  ]) {
    assertKosError(await sessions.activate(pairOf(alice), { by: null, headers }), 401, 'Unauthorized');
  }
  const elsewhere = { by: null, headers: { 'x-account-id': other.accountNumber } };
  assertKosError(await sessions.activate(pairOf(alice), elsewhere), 403, 'Forbidden');
});

test('a refresh token counts once: the second time ends the session', async () => {
  const first = sessionOf(await sessions.activate());
  const second = sessionOf(await sessions.refresh(first));
  assertKosError(await sessions.refresh(first), 401, 'Unauthorized', /used/);
  await sessions.assertOver(second);
});

test('a wrong refresh token changes nothing; a missing one is 400', async () => {
  const session = sessionOf(await sessions.activate());
  for (const wrong of ['nonsense', session.sessionToken, `${session.refreshToken}A`]) {
    assertKosError(await sessions.refresh(session, wrong), 401, 'Unauthorized');
  }
  for (const wrong of [null, '', 7])
    assertKosError(await sessions.refresh(session, wrong), 400, 'BadRequest');
  assert.equal((await sessions.use(session)).status, 200);
  sessionOf(await sessions.refresh(session));
});

test('a session ends with its key, and of another user or account it proves nothing', async () => {
  const token = await issueToken(server, bob);
  const made = await call(server, `/v3/users/${bob.id}/credentials/OS-EC2`, {
    token,
    body: { tenant_id: demo.id },
  });
  assert.equal(made.status, 201, made.text);
  const { access, secret } = (made.json as { credential: { access: string; secret: string } }).credential;
  const session = sessionOf(await sessions.activate({ accessKey: access, secretKey: secret }));
  assert.equal((await sessions.use(session)).status, 200);
  const headers = { 'x-session-token': session.sessionToken };
  assertKosError(await kos(server, '/kos/v1/buckets', { by: alice, headers }), 401, 'Unauthorized');
  assertKosError(await kos(server, '/kos/v1/buckets', { by: eve, headers }), 401, 'Unauthorized');
  const path = `/v3/users/${bob.id}/credentials/OS-EC2/${access}`;
  assert.equal((await call(server, path, { method: 'DELETE', token })).status, 204);
  await sessions.assertOver(session);
});

test('an expired session is known and of no use', async () => {
  await using short = await startServer({ env: { ONGGI_SESSION_TTL: '1' } });
  const there = kosSessions(short);
  const session = sessionOf(await there.activate());
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const told = await there.status(session);
  assert.equal(fieldsOf(told).isActive, false, told.text);
  assertKosError(await there.refresh(session), 401, 'Unauthorized');
  assertKosError(await there.deactivate(session), 404, 'SessionNotFound');
  assertKosError(await there.use(session), 401, 'Unauthorized');
});

test('no token is in the log or the trail; the events tell whose sessions they are', async () => {
  const first = sessionOf(await sessions.activate());
  const second = sessionOf(await sessions.refresh(first));
  await sessions.refresh(first);
  await sessions.status(second);
  const admin = await issueToken(server, root);
  const events = await awaitEvents(server, admin, `?user=${alice.id}&resourceType=Session`, 2);
  const text = JSON.stringify(await awaitEvents(server, admin, '?', 10));
  for (const name of ['ActivateSession', 'RefreshSession']) {
    assert.ok(
      events.some((event) => event.eventName === name),
      name,
    );
  }
  for (const { sessionToken, refreshToken } of [first, second]) {
    for (const secret of [sessionToken, refreshToken, sessionToken.slice(0, 60)]) {
      assert.equal(server.stderr().includes(secret), false);
      assert.equal(text.includes(secret), false);
    }
  }
  assert.match(server.stderr(), /sessions\/refresh\/\*\*\*/);
});
