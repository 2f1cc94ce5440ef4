// Sessions over the wire, with two processes: one for each pair, rotation, status, end; and what each wrong call is answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, type KosAnswer, type KosCall, kos } from '../support/kos.ts';
import { alice, bob, demo, eve, other, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
});
after(() => server.stop());

const all = '/kos/v1/sessions';
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
const pairOf = ({ s3Key }: TestUser) => ({ accessKey: s3Key.access, secretKey: s3Key.secret });
const activate = (body: unknown = pairOf(alice), options: KosCall = {}) =>
  kos(server, `${all}/activate`, { method: 'POST', body, ...options });
const refresh = (session: Session, refreshToken: unknown = session.refreshToken) =>
  kos(server, `${all}/refresh/${session.sessionToken}`, { method: 'POST', body: { refreshToken }, by: null });
const status = ({ sessionToken }: Pick<Session, 'sessionToken'>) =>
  kos(server, `${all}/status/${sessionToken}`, { by: null });
const deactivate = ({ sessionToken }: Session) =>
  kos(server, `${all}/deactivate/${sessionToken}`, { method: 'DELETE', by: null });
const use = ({ sessionToken }: Pick<Session, 'sessionToken'>) =>
  kos(server, '/kos/v1/buckets', { by: null, headers: { 'x-session-token': sessionToken } });

interface Session {
  readonly sessionToken: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  readonly lastActiveAt?: string;
}

function sessionOf(answer: KosAnswer): Session {
  assert.equal(answer.status, 200, answer.text);
  return fieldsOf(answer) as unknown as Session;
}

async function assertOver(session: Session): Promise<void> {
  assertKosError(await use(session), 401, 'Unauthorized');
  assertKosError(await status(session), 404, 'SessionNotFound');
  assertKosError(await refresh(session), 404, 'SessionNotFound');
  assertKosError(await deactivate(session), 404, 'SessionNotFound');
}

test('a session is opened, used, told about, refreshed and ended', async () => {
  const answer = await activate();
  const first = sessionOf(answer);
  assert.deepEqual(Object.keys(first).sort(), ['expiresAt', 'lastActiveAt', 'refreshToken', 'sessionToken']);
  for (const text of [first.expiresAt, first.lastActiveAt]) assert.match(String(text), time);
  const term = Date.parse(first.expiresAt) - Date.parse(String(first.lastActiveAt));
  assert.equal(term, 3_600_000);
  assert.equal((await use(first)).status, 200);
  const told = fieldsOf(await status(first));
  assert.deepEqual(told, {
    lastActiveAt: first.lastActiveAt,
    createdAt: first.lastActiveAt,
    isActive: true,
    expiresAt: first.expiresAt,
  });

  const refreshed = await refresh(first);
  const second = sessionOf(refreshed);
  assert.deepEqual(Object.keys(second).sort(), ['expiresAt', 'refreshToken', 'sessionToken']);
  assertKosError(await use(first), 401, 'Unauthorized');
  assertKosError(await status(first), 404, 'SessionNotFound');
  assert.equal((await use(second)).status, 200);

  const ended = await deactivate(second);
  assert.deepEqual([ended.status, ended.text], [204, '']);
  await assertOver(second);
});

for (const [how, options] of [
  ['the account number', { by: null, headers: { 'x-account-id': demo.accountNumber } }],
  ['the project id', { by: null, headers: { 'x-account-id': demo.id } }],
  ['an API key', { by: alice }],
  ["a colleague's API key", { by: bob }],
  ['a Bearer key', { by: null, headers: { Authorization: `Bearer ${apiKeyOf(alice)}` } }],
] as const) {
  test(`the pair proves itself beside ${how}`, async () => {
    sessionOf(await activate(pairOf(alice), options));
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
    assertKosError(await activate(body), 400, 'BadRequest');
  }
  for (const body of [
    { accessKey, secretKey: 'wrong' },
    { accessKey: 'unknown', secretKey },
    { accessKey: 'x'.repeat(3000), secretKey },
    { accessKey: '\0', secretKey: '\0' },
  ]) {
    assertKosError(await activate(body), 401, 'Unauthorized', /no pair/);
  }
  assertKosError(await activate(pairOf(eve)), 403, 'Forbidden', /another account/);
  for (const headers of [
    {},
    { 'x-account-id': 'nobody' },
    { 'x-account-id': '9999999999' },
    { Authorization: 'Bearer x' },
  ]) {
    assertKosError(await activate(pairOf(alice), { by: null, headers }), 401, 'Unauthorized');
  }
  const elsewhere = { by: null, headers: { 'x-account-id': other.accountNumber } };
  assertKosError(await activate(pairOf(alice), elsewhere), 403, 'Forbidden');
});

test('a hundred activations at once leave one live session, on both workers', async () => {
  const sessions = (await Promise.all(Array.from({ length: 100 }, () => activate()))).map(sessionOf);
  const tokens = new Set(sessions.map(({ sessionToken }) => sessionToken));
  assert.equal(tokens.size, 100);
  const statuses = await Promise.all(sessions.map(async (session) => (await use(session)).status));
  assert.equal(statuses.filter((one) => one === 200).length, 1);
  const live = sessions[statuses.indexOf(200)];
  assert.ok(live !== undefined);
  // Each connection may meet another worker.
  for (let i = 0; i < 10; i += 1) assert.equal(fieldsOf(await status(live)).isActive, true);
});

test('a refresh token counts once: the second time ends the session', async () => {
  const first = sessionOf(await activate());
  const second = sessionOf(await refresh(first));
  assertKosError(await refresh(first), 401, 'Unauthorized', /used/);
  await assertOver(second);
});

test('a wrong refresh token changes nothing; a missing one is 400', async () => {
  const session = sessionOf(await activate());
  for (const wrong of ['nonsense', session.sessionToken, `${session.refreshToken}A`]) {
    assertKosError(await refresh(session, wrong), 401, 'Unauthorized');
  }
  for (const wrong of [null, '', 7]) assertKosError(await refresh(session, wrong), 400, 'BadRequest');
  assert.equal((await use(session)).status, 200);
  sessionOf(await refresh(session));
});

test('a session ends with its key, and of another user or account it proves nothing', async () => {
  const token = await issueToken(server, bob);
  const made = await call(server, `/v3/users/${bob.id}/credentials/OS-EC2`, {
    token,
    body: { tenant_id: demo.id },
  });
  assert.equal(made.status, 201, made.text);
  const { access, secret } = (made.json as { credential: { access: string; secret: string } }).credential;
  const session = sessionOf(await activate({ accessKey: access, secretKey: secret }));
  assert.equal((await use(session)).status, 200);
  const headers = { 'x-session-token': session.sessionToken };
  assertKosError(await kos(server, '/kos/v1/buckets', { by: alice, headers }), 401, 'Unauthorized');
  assertKosError(await kos(server, '/kos/v1/buckets', { by: eve, headers }), 401, 'Unauthorized');
  const path = `/v3/users/${bob.id}/credentials/OS-EC2/${access}`;
  assert.equal((await call(server, path, { method: 'DELETE', token })).status, 204);
  await assertOver(session);
});

test('an expired session is known and of no use', async () => {
  await using short = await startServer({ env: { ONGGI_SESSION_TTL: '1' } });
  const opened = await kos(short, `${all}/activate`, { method: 'POST', body: pairOf(alice) });
  const { sessionToken, refreshToken } = sessionOf(opened);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const told = await kos(short, `${all}/status/${sessionToken}`, { by: null });
  assert.equal(fieldsOf(told).isActive, false, told.text);
  const again = { method: 'POST', body: { refreshToken }, by: null };
  assertKosError(await kos(short, `${all}/refresh/${sessionToken}`, again), 401, 'Unauthorized');
  const ending = { method: 'DELETE', by: null };
  assertKosError(await kos(short, `${all}/deactivate/${sessionToken}`, ending), 404, 'SessionNotFound');
  const headers = { 'x-session-token': sessionToken };
  assertKosError(await kos(short, '/kos/v1/buckets', { by: null, headers }), 401, 'Unauthorized');
});

test('no token is in the log or the trail; the events tell whose sessions they are', async () => {
  const first = sessionOf(await activate());
  const second = sessionOf(await refresh(first));
  await refresh(first);
  await status(second);
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
