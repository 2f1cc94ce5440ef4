// OPTIONS on accounts, containers and objects
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demo } from '../support/seed.ts';
import { assertEmpty, assertPage, useSwift } from '../support/swift.ts';

const swift = useSwift();

const methods = (allow: string | undefined) => (allow ?? '').split(', ').sort();

test('names the methods, without a token', async () => {
  const stranger = swift.stranger(demo);
  const expected = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
  for (const path of ['', '/box']) {
    const answer = await stranger.call('OPTIONS', path);
    assertEmpty(answer, 200);
    assert.deepEqual(methods(answer.headers.allow), expected);
  }
  const object = await stranger.call('OPTIONS', '/box/object');
  assertEmpty(object, 200);
  assert.deepEqual(methods(object.headers.allow), ['COPY', ...expected]);
});

test('refuses a preflight while no container has CORS rules', async () => {
  const headers = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' };
  for (const [dialect, status] of [
    ['upstream', 401],
    ['kakaocloud', 403],
  ] as const) {
    const answer = await swift.stranger(demo, dialect).call('OPTIONS', '/box/object', { headers });
    assertPage(answer, status);
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
    assert.deepEqual(cors, []);
  }
});

test('a method there is not is 405 with those there are', async () => {
  const stranger = swift.stranger(demo);
  for (const [method, path] of [
    ['PATCH', ''],
    ['COPY', '/box'],
    ['PATCH', '/box/object'],
    ['PROPFIND', '/box/object'],
  ] as const) {
    const answer = await stranger.call(method, path);
    assertPage(answer, 405);
    assert.ok(methods(answer.headers.allow).includes('GET'));
  }
});
