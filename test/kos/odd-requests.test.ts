// Requests as no client should write them: each is refused in the API's own words or does exactly what it says, and none stays half done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
const box = 'odd-box';
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  await makeKosBucket(server, box);
});
after(() => server.stop());

test('tags are texts by whatever name', async () => {
  const path = `/kos/v1/buckets/${box}`;
  for (const name of ['a\nb', 'a\rb', 'a\u2028b', '\u2029', '', '__proto__', 'constructor', 'length']) {
    for (const value of [5, null, true, ['x'], { length: 1 }]) {
      const body = `{"tags":{${JSON.stringify(name)}:${JSON.stringify(value)}}}`;
      assertKosError(await kos(server, path, { method: 'PUT', body }), 400, 'BadRequest', /must be string/);
      const create = `{"name":"untagged",${body.slice(1)}`;
      assertKosError(
        await kos(server, '/kos/v1/buckets', { method: 'POST', body: create }),
        422,
        'ValidationFailed',
        /must be string/,
      );
    }
  }
  assert.deepEqual(fieldsOf(await kos(server, path)).tags, {});
  const tags = '{"__proto__":"x","constructor":"y","a\\u2028b":"z"}';
  const changed = await kos(server, path, { method: 'PUT', body: `{"tags":${tags}}` });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(JSON.stringify(fieldsOf(await kos(server, path)).tags), JSON.stringify(JSON.parse(tags)));
});

test('texts that are not Unicode, and names with control characters, are refused before anything is made', async () => {
  const statements = (sid: string) => [{ sid, effect: 'Deny', actions: 'kos:*', resources: '*' }];
  const half = ['\ud800', 'a\udfff', '\udc00\ud800'];
  const calls: [path: string, body: (text: string) => object, status?: 400 | 422][] = [
    ['/kos/v1/buckets', (text) => ({ name: 'half', description: text }), 422],
    [`/kos/v1/buckets/${box}/lifecycle-rules`, (text) => ({ name: text, expiration_days: 1 })],
    [`/kos/v1/buckets/${box}/objects/download`, (text) => ({ objectkey: text })],
    [`/kos/v1/buckets/${box}/objects/move`, (text) => ({ sourceKey: 'a', destinationKey: text })],
    ['/kos/v1/access_keys', (text) => ({ key_name: text })],
    ['/internal/kos/v1/policy', (text) => ({ statements: statements(text) })],
    ['/internal/kos/v1/policy', (text) => ({ name: 'half', [text]: text })],
  ];
  for (const [path, body, status = 400] of calls) {
    for (const text of half) {
      const answer = await kos(server, path, { method: 'POST', body: body(text) });
      assert.equal(answer.status, status, `${path} ${answer.text}`);
      assert.match(answer.text, /not Unicode/);
    }
  }
  const rules = `/kos/v1/buckets/${box}/lifecycle-rules`;
  for (const name of ['a\0b', 'a\nb', ' a', 'a ', '\u007f']) {
    const body = { name, expiration_days: 1 };
    assertKosError(await kos(server, rules, { method: 'POST', body }), 400, 'BadRequest', /^name must not/);
  }
  assert.deepEqual((await kos(server, rules)).json, []);
  assertKosError(await kos(server, '/kos/v1/buckets/half'), 404, 'BucketNotFound');
});
