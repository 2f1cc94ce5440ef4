// ONGGI_INTERNAL_LISTEN: internal calls on an address of their own, in every worker, and nothing else there
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/foreign-programs.ts';
import { apiKeyOf, assertKosError, kos } from '../support/kos.ts';
import { apiDocument } from '../support/kos-document.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice, bob } from '../support/seed.ts';
import { runUntilExit, startServer } from '../support/start-server.ts';

const everything = '/internal/kos/v1/access_keys_all';
const buckets = '/kos/v1/buckets';

for (const workers of ['1', '2']) {
  test(`with ${workers} workers`, async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { ONGGI_INTERNAL_LISTEN: address, ONGGI_WORKERS: workers };
    await using server = await startServer({ env });
    const internal = { url: `http://${address}` };
    assertKosError(await kos(server, everything, { method: 'DELETE' }), 404, 'NotFound');
    assertKosError(await kos(internal, everything, { method: 'DELETE', by: bob }), 403, 'Forbidden');
    assertKosError(await kos(internal, everything, { method: 'DELETE', by: null }), 401, 'Unauthorized');
    assert.equal((await kos(internal, everything, { method: 'DELETE' })).status, 204);
    assert.equal((await kos(server, buckets)).status, 200);
    for (const path of [buckets, '/', '/-/live', '/v3', '/some-bucket']) {
      const answer = await fetch(`${internal.url}${path}`, { headers: {} });
      assert.equal(answer.status, 404, path);
    }
    assert.ok(!(everything in (await apiDocument(server)).paths));
    const document = await fetch(`${internal.url}/internal/kos/v1/openapi.json`);
    const { paths } = (await document.json()) as { paths: object };
    assert.ok(everything in paths && !(buckets in paths));
    assert.equal(await server.stop(), 0);
  });
}

test('no spelling of a request leads from one address to what the other serves', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const env = { ONGGI_INTERNAL_LISTEN: address, ONGGI_S3_DOMAINS: 's3.test' };
  await using server = await startServer({ env });
  const internal = `http://${address}`;
  const key = apiKeyOf(alice);
  const keys = () => kos(server, '/kos/v1/access_keys');
  const before = await keys();
  const send = async (url: string, target: string, more: Record<string, string> = {}, method = 'DELETE') => {
    const headers = { Host: 'localhost', 'x-account-id': key, Connection: 'close', ...more };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await rawExchange(url, [`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`]);
    const said = `${method} ${target} ${JSON.stringify(more)}: ${answer.text}`;
    assert.ok(answer.status >= 400 && answer.status < 500, said);
    return { ...answer, said };
  };
  const spellings = [
    everything,
    `${internal}${everything}`,
    `/${everything}`,
    `${everything}/`,
    `/%69nternal${everything.slice(9)}`,
    everything.replaceAll('/', '%2F').replace('%2F', '/'),
    everything.toUpperCase(),
    `/kos/..${everything}`,
    `/kos/v1/..%2F..${everything}`,
    `/kos/v1/%2e%2e/%2e%2e${everything}`,
    `/internal/.${everything.slice(9)}`,
    `/internal;${everything.slice(9)}`,
    `/kos/v1/access_keys_all`,
    `/kos/v1#${everything}`,
  ];
  for (const target of spellings) await send(server.url, target);
  for (const [name, value] of [
    ['Host', address],
    ['Host', 'internal.s3.test'],
    ['X-Forwarded-Host', address],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Port', address.split(':')[1] ?? ''],
    ['Forwarded', `for=127.0.0.1;host="${address}"`],
    ['X-Original-URL', everything],
    ['X-Rewrite-URL', everything],
    ['X-HTTP-Method-Override', 'GET'],
  ] as const) {
    await send(server.url, everything, { [name]: value });
    await send(server.url, '/kos/v1/access_keys', { [name]: value });
  }
  const outside = [
    [buckets, {}],
    [`${server.url}${buckets}`, {}],
    [`/internal/..${buckets}`, {}],
    [buckets, { Host: new URL(server.url).host }],
    ['/', { Host: 'photos.s3.test' }],
    ['/internal/kos/v1/buckets', {}],
    ['/identity/v3/users', {}],
    ['/trail/v1/events', {}],
    ['/-/metrics', {}],
  ] as const;
  for (const [target, more] of outside) {
    const { status, said } = await send(internal, target, more, 'GET');
    assert.equal(status, 404, said);
  }
  assert.equal((await keys()).text, before.text);
});

test('without it, the one address has everything', async () => {
  await using server = await startServer();
  assert.equal((await kos(server, everything, { method: 'DELETE' })).status, 204);
});

test('an address that is taken stops the start with one line', async () => {
  await using first = await startServer();
  const taken = new URL(first.url).host;
  const { code, stderr } = await runUntilExit({ env: { ONGGI_INTERNAL_LISTEN: taken } });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^onggi: cannot listen on ${taken}: the address is in use$`, 'm'));
});
