// ValidateToken and RevokeToken: GET, HEAD and DELETE /v3/auth/tokens; and what kills a token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { issueToken } from '../support/iam.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice, bob, demo, eve, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import {
  assertError,
  byCredential,
  type CallOptions,
  call,
  forbidden,
  needsAuthentication,
  passwordToken,
} from './identity-call.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const onSubject = (
  token: string | undefined,
  subject: string | undefined,
  options: CallOptions = {},
  query = '',
) =>
  call(server, `/v3/auth/tokens${query}`, {
    ...options,
    token,
    headers: subject === undefined ? {} : { 'X-Subject-Token': subject },
  });
const works = async (token: string) => (await call(server, '/v3/auth/projects', { token })).status === 200;

test('GET with the own token answers what its issue answered', async () => {
  const issued = await call(server, '/v3/auth/tokens', {
    body: byCredential({ id: alice.iamKey.id, secret: alice.iamKey.secret }),
  });
  const token = issued.headers.get('x-subject-token') ?? '';
  const answer = await onSubject(token, token);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-subject-token'), token);
  assert.deepEqual(answer.json, issued.json);
  const bare = await onSubject(token, token, {}, '?nocatalog');
  const { catalog, ...rest } = (issued.json as { token: Record<string, unknown> }).token;
  assert.ok(catalog);
  assert.deepEqual(bare.json, { token: rest });
});

test('HEAD answers without a body', async () => {
  const token = await issueToken(server, alice);
  const answer = await onSubject(token, token, { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-subject-token'), token);
  assert.equal(answer.text, '');
});

test("another token of the same user, and anyone's for a service administrator", async () => {
  const [own, second] = [await issueToken(server, alice), await passwordToken(server, alice)];
  assert.equal((await onSubject(own, second)).status, 200);
  const admin = await issueToken(server, root);
  assert.equal((await onSubject(admin, own)).status, 200);
});

test("403: another user's token, and no X-Subject-Token", async () => {
  const [own, foreign] = [await issueToken(server, alice), await issueToken(server, bob)];
  assertError(await onSubject(own, foreign), 403, forbidden('identity:validate_token'));
  assertError(await onSubject(own, undefined), 403, forbidden('identity:validate_token'));
  assertError(await onSubject(own, foreign, { method: 'DELETE' }), 403, forbidden('identity:revoke_token'));
  assertError(await onSubject(own, undefined, { method: 'DELETE' }), 403, forbidden('identity:revoke_token'));
  assert.equal((await onSubject(own, foreign, { method: 'HEAD' })).status, 403);
  assert.ok(await works(foreign));
});

test('404: a subject that is no token', async () => {
  const own = await issueToken(server, alice);
  for (const subject of ['nonsense', 'gAAAAABnonsense', `${own}x`, own.slice(0, -2)]) {
    assertError(await onSubject(own, subject), 404, 'Could not recognize Fernet token');
    assert.equal((await onSubject(own, subject, { method: 'HEAD' })).status, 404);
    assertError(await onSubject(own, subject, { method: 'DELETE' }), 404, 'Could not recognize Fernet token');
  }
});

test('401: no token, an empty or a wrong one', async () => {
  const own = await issueToken(server, alice);
  for (const token of [undefined, '', 'nonsense', `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`]) {
    for (const method of ['GET', 'DELETE']) {
      assertError(await onSubject(token, own, { method }), 401, needsAuthentication);
    }
    assert.equal((await onSubject(token, own, { method: 'HEAD' })).status, 401);
  }
  assert.ok(await works(own));
});

test('a revoked token is dead at once; others of the user live', async () => {
  const [first, second] = [await issueToken(server, alice), await issueToken(server, alice)];
  const answer = await onSubject(first, first, { method: 'DELETE' });
  assert.equal(answer.status, 204);
  assert.equal(answer.text, '');
  assert.equal(await works(first), false);
  assertError(await onSubject(second, first), 404, 'Failed to validate token');
  assertError(await onSubject(first, second), 401, needsAuthentication);
  assertError(await onSubject(second, first, { method: 'DELETE' }), 404, 'Failed to validate token');
  assert.ok(await works(second));
});

test('a token dies with its key', async () => {
  const token = await passwordToken(server, eve);
  const made = await call(server, `/v3/users/${eve.id}/application_credentials`, {
    token,
    body: { application_credential: { name: 'short-lived' } },
  });
  const key = (made.json as { application_credential: { id: string; secret: string } })
    .application_credential;
  const issued = await call(server, '/v3/auth/tokens', {
    body: byCredential({ id: key.id, secret: key.secret }),
  });
  const byKey = issued.headers.get('x-subject-token') ?? '';
  assert.ok(await works(byKey));
  await call(server, `/v3/users/${eve.id}/application_credentials/${key.id}`, { token, method: 'DELETE' });
  assert.equal(await works(byKey), false);
  assertError(await onSubject(token, byKey), 404, 'Failed to validate token');
});

test('tokens and their revocation outlive a restart', async () => {
  const [kept, revoked] = [await issueToken(server, alice), await issueToken(server, alice)];
  await onSubject(revoked, revoked, { method: 'DELETE' });
  await server.restart();
  assert.ok(await works(kept));
  assert.equal(await works(revoked), false);
});

test('with several processes, what one revokes no other takes', async () => {
  await using many = await startServer({ env: { ONGGI_WORKERS: '2' } });
  const [token, admin] = [await issueToken(many, alice), await issueToken(many, root)];
  /** The statuses of many uses, each on a connection of its own, so that every process gets some. */
  const uses = async () => {
    const request = `GET /v3/auth/projects HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\nConnection: close\r\n\r\n`;
    const answers = await Promise.all(Array.from({ length: 16 }, () => rawExchange(many.url, [request])));
    return new Set(answers.map(({ status }) => status));
  };
  assert.deepEqual(await uses(), new Set([200]));
  const headers = { 'X-Subject-Token': token };
  const revoked = await call(many, '/v3/auth/tokens', { token: admin, headers, method: 'DELETE' });
  assert.equal(revoked.status, 204);
  assert.deepEqual(await uses(), new Set([401]));
});

test('a configured lifetime ends tokens, and allow_expired still describes them', async () => {
  await using brief = await startServer({ env: { ONGGI_TOKEN_TTL: '2' } });
  const token = await issueToken(brief, alice);
  const admin = () => issueToken(brief, root);
  assert.equal((await call(brief, '/v3/auth/projects', { token })).status, 200);
  await pause(2100);
  assertError(await call(brief, '/v3/auth/projects', { token }), 401, needsAuthentication);
  const headers = { 'X-Subject-Token': token };
  assertError(
    await call(brief, '/v3/auth/tokens', { token: await admin(), headers }),
    404,
    'Failed to validate token',
  );
  const late = await call(brief, '/v3/auth/tokens?allow_expired=1', { token: await admin(), headers });
  assert.equal(late.status, 200, late.text);
  assert.equal((late.json as { token: { project: { id: string } } }).token.project.id, demo.id);
});
