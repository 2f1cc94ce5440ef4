// Krutrim's document of sessions (reference 10.6), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiKeyOf, assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { assertKosTime, KosReplay, type Segments, type Served } from '../support/kos-replay.ts';
import { alice, bob, demo, eve, other, type TestUser } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';

const all = '/kos/v1/sessions';
const activate = `POST ${all}/activate`;
const deactivate = `DELETE ${all}/deactivate/{sessionToken}`;
const refresh = `POST ${all}/refresh/{sessionToken}`;
const status = `GET ${all}/status/{sessionToken}`;
const ofTokens = [refresh, status, deactivate];

const pairOf = ({ s3Key }: TestUser) => ({ accessKey: s3Key.access, secretKey: s3Key.secret });

async function open(server: Served): Promise<Segments> {
  const opened = await kos(server, `${all}/activate`, { method: 'POST', body: pairOf(alice) });
  assert.equal(opened.status, 200, opened.text);
  const { sessionToken, refreshToken } = fieldsOf(opened);
  return { sessionToken: String(sessionToken), refreshToken: String(refreshToken) };
}

const refreshing = (_name: string, { refreshToken = '' }: Segments) => ({ refreshToken });

const replay = new KosReplay(
  'sessions',
  {
    [activate]: { statuses: [200, 400, 401, 403, 500, 503], body: () => pairOf(alice), open: true },
    [refresh]: { statuses: [200, 400, 401, 404, 500, 503], prepare: open, body: refreshing, open: true },
    [status]: { statuses: [200, 401, 404, 500, 503], prepare: open, open: true },
    [deactivate]: { statuses: [204, 401, 404, 500, 503], prepare: open, open: true },
  },
  [
    `${activate}: the session before is over`,
    `${status}: an expired session is not active`,
    `${refresh}: both tokens rotate, the old ones are void`,
  ],
);

/** Calls by the token in the path have no header of the caller, as in the samples. */
const call = (route: string, session: Segments, headers: Record<string, string> = {}) =>
  replay.call(route, session, {
    by: null,
    headers,
    ...(route === refresh && { body: refreshing('', session) }),
  });

/** All fields; tokens are texts, times of now, the end an hour later. */
function assertSession(fields: Record<string, unknown>, names: readonly string[]): Segments {
  assert.deepEqual(Object.keys(fields).sort(), [...names].sort());
  const { sessionToken, refreshToken, expiresAt, lastActiveAt } = fields;
  if (lastActiveAt !== undefined) assertKosTime(lastActiveAt);
  assert.match(String(expiresAt), /\.\d{3}\+00:00$/);
  assert.ok(Math.abs(Date.parse(String(expiresAt)) - Date.now() - 3_600_000) < 60_000);
  for (const token of [sessionToken, refreshToken]) assert.match(String(token), /^[\w.~-]{40,}$/);
  return { sessionToken: String(sessionToken), refreshToken: String(refreshToken) };
}

const opened = ['lastActiveAt', 'sessionToken', 'expiresAt', 'refreshToken'];
let session: Segments = {};

replay.sample(activate, async () => {
  const answer = await replay.call(activate, {}, { body: pairOf(alice) });
  assert.equal(answer.status, 200, answer.text);
  session = assertSession(fieldsOf(answer), opened);
});

replay.sample(status, async () => {
  const answer = await call(status, session);
  assert.equal(answer.status, 200, answer.text);
  const { isActive, lastActiveAt, createdAt, expiresAt, ...rest } = fieldsOf(answer);
  assert.deepEqual([isActive, rest], [true, {}]);
  for (const time of [lastActiveAt, createdAt]) assertKosTime(time);
  assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(createdAt)), 3_600_000);
});

replay.sample(refresh, async () => {
  const answer = await call(refresh, session);
  assert.equal(answer.status, 200, answer.text);
  const next = assertSession(fieldsOf(answer), opened.slice(1));
  assert.notEqual(next.sessionToken, session.sessionToken);
  assert.notEqual(next.refreshToken, session.refreshToken);
  session = next;
});

replay.sample(deactivate, async () => {
  const ended = await call(deactivate, session);
  assert.deepEqual([ended.status, ended.text], [204, '']);
  const headers = { 'x-session-token': session.sessionToken ?? '' };
  assertKosError(await kos(replay.server, '/kos/v1/buckets', { by: null, headers }), 401, 'Unauthorized');
});

replay.shows(
  [`${refresh}: both tokens rotate, the old ones are void`, `${activate}: the session before is over`],
  'tokens that others have taken the place of are unknown',
  async () => {
    const first = await open(replay.server);
    const { sessionToken, refreshToken } = fieldsOf(await call(refresh, first));
    const second = { sessionToken: String(sessionToken), refreshToken: String(refreshToken) };
    for (const route of [status, deactivate]) {
      assertKosError(await call(route, first), 404, 'SessionNotFound');
    }
    assert.equal((await call(status, second)).status, 200);
    const third = await open(replay.server);
    for (const route of ofTokens) assertKosError(await call(route, second), 404, 'SessionNotFound');
    assert.equal((await call(status, third)).status, 200);
  },
);

replay.refuses(activate, [400], 'a field that is missing', async () => {
  const { accessKey, secretKey } = pairOf(alice);
  for (const body of [
    '{',
    {},
    { accessKey },
    { secretKey },
    { accessKey, secretKey: '' },
    { accessKey: 1, secretKey },
  ]) {
    assertKosError(await replay.call(activate, {}, { body }), 400, 'BadRequest');
  }
});

replay.refuses(activate, [401], 'no pair that holds, and the account of nobody', async () => {
  for (const body of [
    { accessKey: 'text', secretKey: 'text' },
    { ...pairOf(alice), secretKey: 'text' },
  ]) {
    assertKosError(await replay.call(activate, {}, { body }), 401, 'Unauthorized');
  }
  for (const headers of [{}, { 'x-account-id': 'YOUR_API_KEY' }, { 'x-account-id': '9999999999' }]) {
    const answer = await replay.call(activate, {}, { body: pairOf(alice), by: null, headers });
    assertKosError(answer, 401, 'Unauthorized');
  }
});

replay.refuses(activate, [403], 'the key of another account', async () => {
  assertKosError(await replay.call(activate, {}, { body: pairOf(eve) }), 403, 'Forbidden');
});

replay.refuses(refresh, [400], 'no refresh token', async () => {
  const { sessionToken = '' } = await open(replay.server);
  for (const body of ['{', {}, { refreshToken: '' }, { refreshToken: 7 }]) {
    assertKosError(await replay.call(refresh, { sessionToken }, { by: null, body }), 400, 'BadRequest');
  }
});

replay.refuses(refresh, [401], 'a wrong token, and a used one, which ends the session', async () => {
  const first = await open(replay.server);
  assertKosError(await call(refresh, { ...first, refreshToken: 'text' }), 401, 'Unauthorized');
  const second = fieldsOf(await call(refresh, first)) as Segments;
  assertKosError(await call(refresh, first), 401, 'Unauthorized', /used/);
  assertKosError(await call(status, second), 404, 'SessionNotFound');
});

for (const route of ofTokens) {
  replay.refuses(route, [404], 'unknown, or ended already', async () => {
    const ended = await open(replay.server);
    assert.equal((await call(deactivate, ended)).status, 204);
    for (const one of [ended, { ...ended, sessionToken: 'text' }]) {
      assertKosError(await call(route, one), 404, 'SessionNotFound');
    }
  });

  replay.refuses(
    route,
    [401],
    'what stands beside the token speaks of somebody else, or proves nothing',
    async () => {
      const mine = await open(replay.server);
      for (const headers of [
        { 'x-account-id': 'YOUR_API_KEY' },
        { 'x-account-id': apiKeyOf(eve) },
        { 'x-account-id': apiKeyOf(bob) },
        { 'x-account-id': other.accountNumber },
        { Authorization: 'Bearer YOUR_API_KEY' },
        { Authorization: `Bearer ${apiKeyOf(bob)}` },
        { 'K-Customer-ID': bob.id },
      ]) {
        assertKosError(await call(route, mine, headers as Record<string, string>), 401, 'Unauthorized');
      }
      const unknown = { ...mine, sessionToken: 'text' };
      const wrong = { Authorization: 'Bearer YOUR_API_KEY' };
      assertKosError(await call(route, unknown, wrong), 401, 'Unauthorized');
      const agreeing = {
        'x-account-id': demo.accountNumber,
        Authorization: `Bearer ${apiKeyOf(alice)}`,
        'K-Customer-ID': alice.id,
      };
      assertKosError(await call(route, unknown, agreeing), 404, 'SessionNotFound');
      const answer = await call(route, mine, agreeing);
      assert.ok(answer.status < 300, answer.text);
    },
  );
}

replay.shows(
  [`${status}: an expired session is not active`],
  `${status}: of an expired session`,
  async () => {
    await using short = await startServer({ env: { ONGGI_SESSION_TTL: '1' } });
    const { sessionToken = '', refreshToken } = await open(short);
    await sleep(1100);
    const told = await kos(short, `${all}/status/${sessionToken}`, { by: null });
    assert.deepEqual([told.status, fieldsOf(told).isActive], [200, false]);
    const again = { method: 'POST', body: { refreshToken }, by: null };
    assertKosError(await kos(short, `${all}/refresh/${sessionToken}`, again), 401, 'Unauthorized');
  },
);

replay.end();
