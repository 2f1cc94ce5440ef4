// GET /auth/v1.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, demo, eve, other } from '../support/seed.ts';
import { assertEmpty, assertPage, type SwiftAnswer, swiftRequest, useSwift } from '../support/swift.ts';

const swift = useSwift();

const login = (headers: Record<string, string>, target = '/auth/v1.0') =>
  swiftRequest(swift.server, 'GET', target, { headers });
const refused = (answer: SwiftAnswer) => {
  assertPage(answer, 401);
  assert.equal(answer.headers['www-authenticate'], 'Swift realm="unknown"');
};

test('gives a token and the account’s address', async () => {
  const answer = await login({ 'X-Auth-User': `demo:${alice.name}`, 'X-Auth-Key': alice.password });
  assertEmpty(answer, 200);
  const { headers } = answer;
  assert.equal(headers['x-storage-url'], `${swift.server.url}/v1/AUTH_${demo.id}`);
  assert.equal(headers['x-storage-token'], headers['x-auth-token']);
  const seconds = Number(headers['x-auth-token-expires']);
  assert.ok(seconds > 43_000 && seconds <= 43_200, `${seconds}`);
  const listing = await swiftRequest(swift.server, 'GET', `/v1/AUTH_${demo.id}?format=json`, {
    headers: { 'X-Auth-Token': headers['x-auth-token'] ?? '' },
  });
  assert.equal(listing.status, 200);
});

test('takes the other spelling, a trailing slash, and a password with colons and slashes', async () => {
  const headers = { 'X-Storage-User': `demo:${bob.name}`, 'X-Storage-Pass': bob.password };
  assert.equal((await login(headers, '/auth/v1.0/')).status, 200);
});

test('the address is as the client found us', async () => {
  const answer = await login({
    Host: 'objectstorage.example.com',
    'X-Auth-User': `other:${eve.name}`,
    'X-Auth-Key': eve.password,
  });
  assert.equal(answer.headers['x-storage-url'], `http://objectstorage.example.com/v1/AUTH_${other.id}`);
});

test('refuses every wrong part alike', async () => {
  const right = { 'X-Auth-User': `demo:${alice.name}`, 'X-Auth-Key': alice.password };
  refused(await login({}));
  refused(await login({ ...right, 'X-Auth-Key': 'wrong' }));
  refused(await login({ ...right, 'X-Auth-Key': '' }));
  refused(await login({ ...right, 'X-Auth-User': 'demo:nobody@example.com' }));
  refused(await login({ ...right, 'X-Auth-User': `nowhere:${alice.name}` }));
  refused(await login({ ...right, 'X-Auth-User': `other:${alice.name}` }));
  refused(await login({ ...right, 'X-Auth-User': alice.name }));
  refused(await login({ 'X-Auth-User': `demo:${alice.name}` }));
});

test('other methods are 405', async () => {
  for (const method of ['POST', 'HEAD', 'DELETE']) {
    assert.equal((await swiftRequest(swift.server, method, '/auth/v1.0')).status, 405, method);
  }
});
