// POST /v1/{account}/{container}/{object}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import { assertPage, assertSentence, type SwiftAccount, useSwift } from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
}

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`answers 202 (${dialect})`, async () => {
    const own = await swift.account(alice, dialect);
    await own.put(`${box}/o`, 'x');
    assertPage(await own.post(`${box}/o`, { 'X-Object-Meta-A': 'b' }), 202);
    assert.equal((await own.head(`${box}/o`)).headers['x-object-meta-a'], 'b');
  });
}

test('replaces all metadata and content headers, keeps bytes, Etag and type', async () => {
  await account.put(`${box}/replaced`, 'hello', {
    'Content-Type': 'text/x',
    'X-Object-Meta-Old': '1',
    'Content-Encoding': 'gzip',
    'Content-Disposition': 'attachment',
    'X-Delete-After': '1000',
  });
  await account.post(`${box}/replaced`, { 'X-Object-Meta-New': '2', 'Cache-Control': 'no-store' });
  const { headers, text } = await account.get(`${box}/replaced`);
  assert.equal(text, 'hello');
  assert.equal(headers.etag, '5d41402abc4b2a76b9719d911017c592');
  assert.equal(headers['content-type'], 'text/x');
  assert.equal(headers['x-object-meta-new'], '2');
  assert.equal(headers['cache-control'], 'no-store');
  for (const gone of ['x-object-meta-old', 'content-encoding', 'content-disposition', 'x-delete-at']) {
    assert.equal(headers[gone], undefined, gone);
  }
});

test('changes the type only when one is given', async () => {
  const typeAfter = async (headers: Record<string, string>) => {
    await account.post(`${box}/typed`, headers);
    return (await account.head(`${box}/typed`)).headers['content-type'];
  };
  await account.put(`${box}/typed`, 'x', { 'Content-Type': 'text/a' });
  assert.equal(await typeAfter({ 'Content-Type': '' }), 'text/a');
  assert.equal(await typeAfter({ 'Content-Type': 'text/b' }), 'text/b');
});

test('moves Last-Modified and X-Timestamp', async () => {
  await account.put(`${box}/moved`, 'x');
  const before = (await account.head(`${box}/moved`)).headers['x-timestamp'];
  await new Promise((resolve) => setTimeout(resolve, 20));
  await account.post(`${box}/moved`);
  const after = (await account.head(`${box}/moved`)).headers['x-timestamp'];
  assert.ok(Number(after) > Number(before), `${after} is not after ${before}`);
});

test('sets, moves and removes the time of deletion', async () => {
  const shown = async () => (await account.head(`${box}/timed`)).headers['x-delete-at'];
  const at = String(Math.floor(Date.now() / 1000) + 5000);
  await account.put(`${box}/timed`, 'x');
  await account.post(`${box}/timed`, { 'X-Delete-At': at });
  assert.equal(await shown(), at);
  await account.post(`${box}/timed`, { 'X-Remove-Delete-At': 'x' });
  assert.equal(await shown(), undefined);
  assertSentence(await account.post(`${box}/timed`, { 'X-Delete-At': '3' }), 400, 'X-Delete-At in past');
  const odd = await account.post(`${box}/timed`, { 'X-Delete-After': 'x' });
  assertSentence(odd, 400, 'Non-integer X-Delete-After');
});

test('keeps the limits of metadata', async () => {
  await account.put(`${box}/limited`, 'x', { 'X-Object-Meta-A': 'b' });
  const long = await account.post(`${box}/limited`, { 'X-Object-Meta-B': 'v'.repeat(257) });
  assertSentence(long, 400, 'Metadata value longer than 256: x-object-meta-B');
  assert.equal((await account.head(`${box}/limited`)).headers['x-object-meta-a'], 'b');
});

test('needs an object and the right to change it', async () => {
  await account.put(`${box}/mine`, 'x');
  assertPage(await account.post(`${box}/absent`), 404);
  assertPage(await account.post('/absent/absent'), 404);
  assertPage(await (await swift.account(bob)).post(`${box}/mine`), 202);
  assertPage(await (await swift.account(carol)).post(`${box}/mine`), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).post(`${box}/mine`), 403);
  assertPage(await swift.stranger(demo).post(`${box}/mine`), 401);
});
