// ONGGI_INTERNAL_LISTEN: internal calls on an address of their own, in every worker, and nothing else there
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/foreign-programs.ts';
import { assertKosError, kos } from '../support/kos.ts';
import { apiDocument } from '../support/kos-document.ts';
import { bob } from '../support/seed.ts';
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
