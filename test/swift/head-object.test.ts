// HEAD /v1/{account}/{container}/{object}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, carol, dave, demo } from '../support/seed.ts';
import { httpDateForm, timestampForm, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`answers 200 with the length and no byte (${dialect})`, async () => {
    const account = await swift.account(alice, dialect);
    const object = `${await account.container()}/o`;
    await account.put(object, '0123456789', { 'X-Object-Meta-A': 'b', 'Content-Type': 'text/x' });
    const { status, headers, text } = await account.head(object, { Range: 'bytes=0-4' });
    assert.deepEqual([status, text], [200, ''], 'ranges mean nothing to HEAD');
    assert.equal(headers['content-length'], '10');
    assert.equal(headers['content-type'], 'text/x');
    assert.equal(headers['x-object-meta-a'], 'b');
    assert.equal(headers.etag, '781e5e245d69b566979b86e28d23f2c7');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.match(headers['last-modified'] ?? '', httpDateForm);
    assert.match(headers['x-timestamp'] ?? '', timestampForm);
  });
}

test('an empty object has the length 0', async () => {
  const account = await swift.account(alice);
  const object = `${await account.container()}/empty`;
  await account.put(object, '');
  const { status, headers } = await account.head(object);
  assert.deepEqual([status, headers['content-length']], [200, '0']);
});

test('conditions are those of GET', async () => {
  const account = await swift.account(alice);
  const object = `${await account.container()}/o`;
  await account.put(object, 'x', { 'X-Object-Meta-A': 'b' });
  const same = await account.head(object, { 'If-None-Match': '*' });
  assert.deepEqual([same.status, same.headers['x-object-meta-a']], [304, 'b']);
  const other = await account.head(object, { 'If-Match': 'x' });
  assert.deepEqual([other.status, other.headers['x-object-meta-a']], [412, 'b']);
});

test('refusals have no page', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  for (const path of [`${box}/absent`, '/absent/absent', `${box}/${'n'.repeat(1025)}`]) {
    const { status, text, headers } = await account.head(path);
    assert.deepEqual([status, text, headers['content-length']], [404, '', '0']);
  }
});

test('is for viewers too', async () => {
  const account = await swift.account(alice);
  const object = `${await account.container()}/o`;
  await account.put(object, 'x');
  assert.equal((await (await swift.account(carol)).head(object)).status, 200);
  assert.equal((await (await swift.account(dave)).head(object)).status, 403);
  assert.equal((await swift.stranger(demo).head(object)).status, 401);
});
