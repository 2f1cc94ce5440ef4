// ListVersions, ShowVersion, DescribeMethods, and how paths, methods and hosts are told apart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { assertError, call, needsAuthentication, send } from './identity-call.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

const version = (root: string) => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${server.url}${root}/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});

test('300 with the list of versions above them', async () => {
  for (const path of ['/identity', '/identity/']) {
    const answer = await send(server.url + path, {});
    assert.equal(answer.status, 300);
    assert.equal(answer.headers.get('location'), `${server.url}/identity/v3/`);
    assert.deepEqual(answer.json, { versions: { values: [version('/identity/v3')] } });
  }
});

test('the version document under both prefixes, with and without a slash', async () => {
  for (const root of ['/identity/v3', '/v3']) {
    for (const path of [root, `${root}/`]) {
      const answer = await send(server.url + path, {});
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.deepEqual(answer.json, { version: version(root) });
    }
  }
});

test('a host that begins with iam. has the versions at its root', async () => {
  const { text } = await rawExchange(server.url, [
    'GET / HTTP/1.1\r\nHost: iam.example.com\r\nConnection: close\r\n\r\n',
  ]);
  assert.match(text, /^HTTP\/1\.1 300 /);
  assert.match(text, /"href":"http:\/\/iam\.example\.com\/v3\/"/);
});

test('404 for paths nobody has, with and without a token', async () => {
  for (const path of [
    '/v3/nope',
    '/v3/auth',
    '/v3/auth/tokens/x',
    '/v2.0',
    '/nope',
    '/v3/users/a/b/c',
    '/v3//auth',
  ]) {
    for (const bearer of [undefined, token]) {
      assertError(await call(server, path, { token: bearer }), 404, 'The resource could not be found.');
    }
  }
  const elsewhere = await send(`${server.url}/v3/nope`, {});
  assertError(elsewhere, 404, 'The resource could not be found.');
});

test('405 with Allow for methods a path does not take', async () => {
  const answer = await call(server, '/v3/auth/tokens', { method: 'PUT', body: {} });
  assert.equal(answer.status, 405);
  assert.deepEqual(
    new Set(answer.headers.get('allow')?.split(', ')),
    new Set(['POST', 'GET', 'OPTIONS', 'DELETE', 'HEAD']),
  );
  assert.equal(answer.text, '{"message":"The method is not allowed for the requested URL."}\n');
  for (const [method, path] of [
    ['DELETE', '/v3'],
    ['POST', '/v3/auth/projects'],
    ['PATCH', '/v3/auth/tokens'],
  ] as const) {
    assert.equal((await call(server, path, { method, token })).status, 405, `${method} ${path}`);
  }
});

test('OPTIONS names the methods', async () => {
  const answer = await call(server, '/v3/auth/tokens', { method: 'OPTIONS' });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, '');
  assert.deepEqual(
    new Set(answer.headers.get('allow')?.split(', ')),
    new Set(['POST', 'GET', 'OPTIONS', 'DELETE', 'HEAD']),
  );
});

test('400 for a path that cannot be decoded', async () => {
  for (const path of ['/v3/users/%zz', '/v3/users/%ff', '/v3/%']) {
    assertError(await call(server, path, { token }), 400, /percent-encoded/);
  }
});

test('501 by name for calls that are not served yet, after authentication', async () => {
  for (const [method, path] of [
    ['POST', '/v3/s3tokens'],
    ['POST', '/v3/ec2tokens'],
  ] as const) {
    assertError(await call(server, path, { method, token }), 501, /not been implemented/);
    assertError(await call(server, path, { method }), 401, needsAuthentication);
  }
});

test('403 with the reason for calls that would change what is fixed, after authentication', async () => {
  for (const [method, path, reason] of [
    ['POST', '/v3/domains', /^There is one domain, Default:/],
    ['PATCH', '/v3/domains/default', /^There is one domain, Default:/],
    ['DELETE', '/v3/domains/default', /^There is one domain, Default:/],
    ['POST', '/v3/roles', /^The roles and what they allow are fixed:/],
    ['PATCH', '/v3/roles/none', /^The roles and what they allow are fixed:/],
    ['DELETE', '/v3/roles/none', /^The roles and what they allow are fixed:/],
  ] as const) {
    const body = method === 'DELETE' ? undefined : { role: { name: 'boss' }, domain: { name: 'two' } };
    assertError(await call(server, path, { method, token, body }), 403, reason);
    assertError(await call(server, path, { method, body }), 401, needsAuthentication);
  }
});

test('HEAD is GET without a body', async () => {
  const answer = await call(server, '/v3/auth/projects', { method: 'HEAD', token });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, '');
  assert.ok(Number(answer.headers.get('content-length')) > 100);
});

test('secrets and tokens stay out of the log', async () => {
  await call(server, '/v3/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
  await call(server, '/v3/auth/tokens', { token: `${token}x` });
  // The log is written behind the answers; stopping writes the rest.
  await server.stop();
  const log = server.stderr();
  assert.ok(log.includes('ValidateToken'), log.slice(0, 500));
  for (const secret of [token, alice.iamKey.secret, alice.s3Key.secret, alice.password]) {
    assert.equal(log.includes(secret), false);
  }
});
