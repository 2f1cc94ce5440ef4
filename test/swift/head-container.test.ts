// HEAD /v1/{account}/{container}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, carol, dave, demo, eve } from '../support/seed.ts';
import { httpDateForm, timestampForm, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`answers 204 with counts and metadata in ${dialect}’s dialect`, async () => {
    const account = await swift.account(alice, dialect);
    const box = await account.container({ 'X-Container-Meta-Book-Title': '한글' });
    await account.put(`${box}/a`, '12345');
    const { status, headers } = await account.head(box);
    assert.equal(status, 204);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(headers['x-container-object-count'], '1');
    assert.equal(headers['x-container-bytes-used'], '5');
    assert.equal(Buffer.from(headers['x-container-meta-book-title'] ?? '', 'latin1').toString(), '한글');
    assert.equal(headers['x-storage-policy'], 'default-placement');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers.vary, 'Accept');
    assert.match(headers['x-timestamp'] ?? '', timestampForm);
    assert.match(headers['last-modified'] ?? '', httpDateForm);
  });
}

test('an absent container is 404 without a page', async () => {
  const { status, headers, text } = await (await swift.account(alice)).head('/absent');
  assert.deepEqual([status, text, headers['content-length']], [404, '', '0']);
});

test('is for readers of the project and nobody outside', async () => {
  const box = await (await swift.account(alice)).container();
  assert.equal((await (await swift.account(carol)).head(box)).status, 204);
  assert.equal((await (await swift.account(dave)).head(box)).status, 403);
  const foreign = await swift.account(eve, 'upstream', demo);
  assert.equal((await foreign.head(box)).status, 403);
  assert.equal((await foreign.head('/absent')).status, 403, 'must not tell what exists');
  assert.equal((await swift.stranger(demo).head(box)).status, 401);
});
