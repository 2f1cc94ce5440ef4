// DELETE /v1/{account}/{container}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, demo, eve } from '../support/seed.ts';
import { assertEmpty, assertPage, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`an empty one is 204, a full one 409, an absent one 404 (${dialect})`, async () => {
    const account = await swift.account(alice, dialect);
    const box = await account.container();
    await account.put(`${box}/a`, 'a');
    assertPage(await account.delete(box), 409);
    await account.delete(`${box}/a`);
    assertEmpty(await account.delete(box), 204);
    assertPage(await account.delete(box), 404);
    assertPage(await account.get(box), 404);
  });
}

test('a name is free again afterwards, and starts empty', async () => {
  const account = await swift.account(alice);
  const box = await account.container({ 'X-Container-Meta-A': 'b' });
  await account.delete(box);
  assert.equal((await (await swift.account(eve)).put(box)).status, 201);
  assert.equal((await (await swift.account(eve)).head(box)).headers['x-container-meta-a'], undefined);
});

test('is for owners and administrators', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  assertPage(await (await swift.account(bob)).delete(box), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).delete(box), 403);
  assertPage(await swift.stranger(demo).delete(box), 401);
  assert.equal((await account.head(box)).status, 204);
});
