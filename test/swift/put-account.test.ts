// PUT and DELETE /v1/{account}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, demo, root } from '../support/seed.ts';
import { assertPage, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const method of ['PUT', 'DELETE']) {
  test(`${method} is forbidden to users, impossible for service administrators`, async () => {
    assertPage(await (await swift.account(alice)).call(method, ''), 403);
    assertPage(await (await swift.account(root)).call(method, ''), 405);
    assertPage(await swift.stranger(demo).call(method, ''), 401);
    assert.equal((await (await swift.account(alice)).head('')).status, 204);
  });
}
