// DELETE /v1/{account}/{container}/{object}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import { assertEmpty, assertPage, html, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`is 204, and 404 the second time (${dialect})`, async () => {
    const account = await swift.account(alice, dialect);
    const object = `${await account.container()}/a//b`;
    await account.put(object, 'x');
    const deleted = await account.delete(object);
    assertEmpty(deleted, 204);
    assert.equal(deleted.headers['content-type'], html);
    assertPage(await account.delete(object), 404);
    assertPage(await account.get(object), 404);
  });
}

test('takes exactly the named object', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  await account.fill(box, ['a', 'a/', 'a/b', 'a//']);
  assert.equal((await account.delete(`${box}/a/`)).status, 204);
  assert.equal((await account.get(box)).text, 'a\na//\na/b\n');
});

test('is 404 where nothing can be', async () => {
  const account = await swift.account(alice);
  assertPage(await account.delete('/absent/o'), 404);
  assertPage(await account.delete(`${await account.container()}/${'n'.repeat(1025)}`), 404);
});

test('of many at once, one deletes', async () => {
  const account = await swift.account(alice);
  const object = `${await account.container()}/raced`;
  await account.put(object, 'x');
  const answers = await Promise.all(Array.from({ length: 6 }, () => account.delete(object)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 404, 404, 404, 404, 404]);
});

test('is for editors', async () => {
  const account = await swift.account(alice);
  const object = `${await account.container()}/o`;
  await account.put(object, 'x');
  assertPage(await (await swift.account(carol)).delete(object), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).delete(object), 403);
  assertPage(await swift.stranger(demo).delete(object), 401);
  assert.equal((await (await swift.account(bob)).delete(object)).status, 204);
});
