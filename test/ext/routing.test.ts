// Paths and methods of the Extension: what is there, what is not there yet, what never was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'a-bucket');
});
after(() => server.stop());

test('404 for paths that are not there', async () => {
  for (const path of [
    '',
    '/',
    '/buckets',
    '/bucket/a-bucket/colour',
    '/bucket/a-bucket/cors/1',
    '/a-bucket',
  ]) {
    assertError(await ext(server, token, path), 404, 'NotFound');
  }
});

test('a bucket name of any length is a name that is wrong, not a path that is not there', async () => {
  for (const length of [64, 101, 5000]) {
    for (const rest of ['', '/cors', '/lifecycle', '/policy/1']) {
      const path = `/bucket/${'a'.repeat(length)}${rest}`;
      assertError(await ext(server, token, path), 400, 'BadRequest', /63 characters/);
    }
  }
});

test('405 with the methods a path takes', async () => {
  const wrong = await ext(server, token, '/bucket', { method: 'DELETE' });
  assertError(wrong, 405, 'MethodNotAllowed');
  assert.deepEqual(wrong.headers.get('allow')?.split(', ').sort(), ['GET', 'HEAD', 'OPTIONS', 'PUT']);
  assertError(await ext(server, token, '/bucket/a-bucket', { method: 'PATCH' }), 405, 'MethodNotAllowed');
});

test('every answer has its own request id', async () => {
  const ids = new Set<string | null>();
  for (const path of ['/bucket', '/bucket/absent-bucket', '/nothing']) {
    ids.add((await ext(server, token, path)).headers.get('x-request-id'));
  }
  assert.equal(ids.size, 3);
  assert.ok(!ids.has(null));
});
