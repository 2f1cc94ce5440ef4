// HEAD /v1/{account}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, eve } from '../support/seed.ts';
import { timestampForm, useSwift } from '../support/swift.ts';

const swift = useSwift();

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`answers 204 with counts in ${dialect}’s dialect`, async () => {
    const account = await swift.account(eve, dialect);
    const { status, headers } = await account.head('');
    assert.equal(status, 204);
    assert.equal(headers['x-account-container-count'], '0');
    assert.equal(headers['x-account-object-count'], '0');
    assert.equal(headers['x-account-bytes-used'], '0');
    assert.match(headers['x-timestamp'] ?? '', timestampForm);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers.vary, 'Accept');
  });
}

test('counts what is stored and forgets what is deleted', async () => {
  const account = await swift.account(alice);
  const counts = async () => {
    const { headers } = await account.head('');
    return ['container', 'object']
      .map((of) => headers[`x-account-${of}-count`])
      .concat(headers['x-account-bytes-used']);
  };
  const container = await account.container();
  await account.put(`${container}/a`, '12345');
  await account.put(`${container}/b`, '123');
  assert.deepEqual(await counts(), ['1', '2', '8']);
  await account.put(`${container}/a`, '1');
  assert.deepEqual(await counts(), ['1', '2', '4']);
  await account.delete(`${container}/a`);
  await account.delete(`${container}/b`);
  await account.delete(container);
  assert.deepEqual(await counts(), ['0', '0', '0']);
});

test('names the type of the listing it stands for', async () => {
  const account = await swift.account(eve);
  const { headers } = await account.head('?format=json');
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers.vary, undefined);
});

test('shows no page where it refuses', async () => {
  const { status, headers, text } = await swift.stranger(alice.project).head('');
  assert.deepEqual([status, text, headers['content-length']], [401, '', '0']);
});
