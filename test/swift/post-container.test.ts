// POST /v1/{account}/{container}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, carol, demo, eve } from '../support/seed.ts';
import { assertEmpty, assertPage, assertSentence, useSwift } from '../support/swift.ts';

const swift = useSwift();

test('answers 204 upstream', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  assertEmpty(await account.post(box, { 'X-Container-Meta-Color': 'blue' }), 204);
  assert.equal((await account.head(box)).headers['x-container-meta-color'], 'blue');
});

test('answers 200 in KakaoCloud’s dialect, and takes X-Object-Meta there (C19)', async () => {
  const account = await swift.account(alice, 'kakaocloud');
  const box = await account.container();
  assertEmpty(await account.post(box, { 'X-Object-Meta-Company': 'kakao enterprise' }), 200);
  assert.equal((await account.head(box)).headers['x-container-meta-company'], 'kakao enterprise');
  await account.post(box, { 'X-Remove-Object-Meta-Company': 'x', 'X-Container-Meta-Team': 'storage' });
  const { headers } = await account.head(box);
  assert.equal(headers['x-container-meta-company'], undefined);
  assert.equal(headers['x-container-meta-team'], 'storage');
});

test('X-Object-Meta means nothing upstream', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  assertEmpty(await account.post(box, { 'X-Object-Meta-Company': 'kakao' }), 204);
  assert.equal((await account.head(box)).headers['x-container-meta-company'], undefined);
});

test('changes what is named and keeps the rest', async () => {
  const account = await swift.account(alice);
  const box = await account.container({ 'X-Container-Meta-A': '1', 'X-Container-Meta-B': '1' });
  await account.post(box, { 'X-Container-Meta-C': '3', 'X-Remove-Container-Meta-A': 'x' });
  await account.post(box, { 'X-Container-Meta-B': '' });
  const { headers } = await account.head(box);
  const shown = ['a', 'b', 'c'].map((name) => headers[`x-container-meta-${name}`]);
  assert.deepEqual(shown, [undefined, undefined, '3']);
});

test('keeps the limits, counting what is there', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  const some = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`X-Container-Meta-K${from + i}`, 'v']));
  assertSentence(await account.post(box, some(0, 91)), 400, 'Too many metadata items; max 90');
  assert.equal((await account.post(box, some(0, 50))).status, 204);
  assertSentence(await account.post(box, some(50, 91)), 400, 'Too many metadata items; max 90');
  const large = Object.fromEntries(
    Array.from({ length: 17 }, (_, i) => [`X-Container-Meta-L${i}`, 'v'.repeat(250)]),
  );
  assertSentence(await account.post(box, large), 400, 'Total metadata too large; max 4096');
});

test('needs a container and the right to change it', async () => {
  const account = await swift.account(alice);
  assertPage(await account.post('/absent', { 'X-Container-Meta-A': 'b' }), 404);
  const box = await account.container();
  assertPage(await (await swift.account(carol)).post(box, { 'X-Container-Meta-A': 'b' }), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).post(box), 403);
  assertPage(await swift.stranger(demo, 'kakaocloud').post(box), 401);
});
