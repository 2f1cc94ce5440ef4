// DeleteBucket: DELETE /v1_ext/bucket/{name}
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

const remove = (name: string, by: string | undefined = token) =>
  ext(server, by, `/bucket/${name}`, { method: 'DELETE' });

const swift = (method: string, path: string, body?: string) =>
  fetch(`${server.url}/v1/${demo.id}/${path}`, {
    method,
    headers: { 'X-Auth-Token': token },
    ...(body === undefined ? {} : { body }),
  });

test('204 without a body; then the bucket is gone and its name free', async () => {
  await makeBucket(server, token, 'short-lived');
  const gone = await remove('short-lived');
  assert.equal(gone.status, 204);
  assert.equal(gone.text, '');
  assertError(await ext(server, token, '/bucket/short-lived'), 404, 'NotFound');
  assertError(await remove('short-lived'), 404, 'NotFound');
  await makeBucket(server, token, 'short-lived');
});

test('409 while it holds an object, 204 once that is gone', async () => {
  await makeBucket(server, token, 'not-empty');
  assert.equal((await swift('PUT', 'not-empty/object', 'bytes')).status, 201);
  assertError(await remove('not-empty'), 409, 'Conflict');
  const { objectCount } = (await ext(server, token, '/bucket/not-empty')).json as { objectCount: number };
  assert.equal(objectCount, 1);
  assert.equal((await swift('DELETE', 'not-empty/object')).status, 204);
  assert.equal((await remove('not-empty')).status, 204);
});

test('a bucket made again starts empty', async () => {
  await makeBucket(server, token, 'made-again');
  assert.equal((await swift('PUT', 'made-again/old', 'bytes')).status, 201);
  assert.equal((await swift('DELETE', 'made-again/old')).status, 204);
  assert.equal((await remove('made-again')).status, 204);
  await makeBucket(server, token, 'made-again');
  const { bytes, objectCount } = (await ext(server, token, '/bucket/made-again')).json as Record<
    string,
    number
  >;
  assert.deepEqual({ bytes, objectCount }, { bytes: 0, objectCount: 0 });
});

test('the member who made a bucket may delete it; members may not delete those of others', async () => {
  const member = await issueToken(server, bob);
  await makeBucket(server, member, 'made-by-bob');
  assert.equal((await remove('made-by-bob', member)).status, 204);
  await makeBucket(server, token, 'made-by-alice');
  assertError(await remove('made-by-alice', member), 403, 'Forbidden');
});

test('403 for readers, users without rights and other projects; the bucket stays', async () => {
  await makeBucket(server, token, 'guarded');
  for (const user of [carol, dave, eve]) {
    assertError(await remove('guarded', await issueToken(server, user)), 403, 'Forbidden');
  }
  assert.equal((await ext(server, token, '/bucket/guarded')).status, 200);
});

test('401 without a token or with a wrong one', async () => {
  await makeBucket(server, token, 'kept');
  assertError(await ext(server, undefined, '/bucket/kept', { method: 'DELETE' }), 401, 'Unauthorized');
  assertError(await remove('kept', 'gAAAAABwrong'), 401, 'Unauthorized');
  assert.equal((await ext(server, token, '/bucket/kept')).status, 200);
});

test('404 for an absent bucket, 400 for a name no bucket can have', async () => {
  assertError(await remove('absent-bucket'), 404, 'NotFound');
  assertError(await remove('NO'), 400, 'BadRequest');
});

test('simultaneous deletions agree that the bucket is gone', async () => {
  await makeBucket(server, token, 'raced-away');
  const statuses = (await Promise.all(Array.from({ length: 6 }, () => remove('raced-away')))).map(
    ({ status }) => status,
  );
  assert.ok(statuses.includes(204), String(statuses));
  assert.ok(
    statuses.every((status) => status === 204 || status === 404),
    String(statuses),
  );
  assertError(await ext(server, token, '/bucket/raced-away'), 404, 'NotFound');
});
