// GET /v1/{account}
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, carol, dave, eve } from '../support/seed.ts';
import {
  assertPage,
  assertSentence,
  html,
  listingTimeForm,
  type SwiftAccount,
  timestampForm,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let full: SwiftAccount;
let bare: SwiftAccount;
async function prepare() {
  full = await swift.account(alice);
  bare = await swift.account(eve);
  for (const name of ['one', 'two-a', 'two-b', 'zoo']) await full.put(`/${name}`);
  await full.put('/one/object', 'hello');
}

const text = async (query: string) => (await full.get(query)).text;

describe('an account without containers', () => {
  test('is 204 in text', async () => {
    const answer = await bare.get('');
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['content-length'], '0');
    assert.equal(answer.headers['x-account-container-count'], '0');
    assert.equal(answer.headers.vary, 'Accept');
  });

  test('is an empty document in JSON and XML', async () => {
    const json = await bare.get('?format=json');
    assert.deepEqual([json.status, json.text], [200, '[]']);
    const xml = await bare.get('?format=xml');
    const document = `<?xml version="1.0" encoding="UTF-8"?>\n<account name="${bare.name}">\n</account>`;
    assert.deepEqual([xml.status, xml.text], [200, document]);
  });
});

test('carries the account’s counts', async () => {
  const { status, headers } = await full.get('');
  assert.equal(status, 200);
  assert.equal(headers['x-account-container-count'], '4');
  assert.equal(headers['x-account-object-count'], '1');
  assert.equal(headers['x-account-bytes-used'], '5');
  assert.match(headers['x-timestamp'] ?? '', timestampForm);
  assert.equal(headers['accept-ranges'], 'bytes');
});

test('lists names in text, a line each', async () => {
  assert.equal(await text(''), 'one\ntwo-a\ntwo-b\nzoo\n');
});

test('lists members in Swift’s order and spacing in JSON', async () => {
  const answer = await full.get('?format=json&limit=1');
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(answer.headers.vary, undefined);
  const when = /"last_modified": "([^"]*)"/.exec(answer.text)?.[1] ?? '';
  assert.match(when, listingTimeForm);
  assert.equal(
    answer.text,
    `[{"name": "one", "count": 1, "bytes": 5, "last_modified": "${when}", "storage_policy": "default-placement"}]`,
  );
});

test('lists one container a line in XML', async () => {
  const answer = await full.get('?format=xml&delimiter=-&end_marker=zoo');
  assert.equal(answer.headers['content-type'], 'application/xml; charset=utf-8');
  assert.equal(
    answer.text.replace(/<last_modified>[^<]*/, '<last_modified>T'),
    `<?xml version="1.0" encoding="UTF-8"?>\n<account name="${full.name}">\n<container><name>one</name><count>1</count><bytes>5</bytes><last_modified>T</last_modified><storage_policy>default-placement</storage_policy></container>\n<subdir name="two-" />\n</account>`,
  );
});

test('narrows by prefix, delimiter, markers, limit and direction', async () => {
  assert.equal(await text('?prefix=two'), 'two-a\ntwo-b\n');
  assert.equal(await text('?delimiter=-'), 'one\ntwo-\nzoo\n');
  assert.equal(await text('?delimiter=-&limit=2'), 'one\ntwo-\n');
  assert.equal(await text('?delimiter=-&marker=two-'), 'zoo\n');
  assert.equal(await text('?delimiter=-&reverse=1'), 'zoo\ntwo-\none\n');
  assert.equal(await text('?delimiter=-&reverse=1&marker=two-'), 'one\n');
  assert.equal(await text('?marker=one&end_marker=two-b'), 'two-a\n');
  assert.equal(await text('?reverse=on&limit=2'), 'zoo\ntwo-b\n');
  assert.equal(await text('?path=two'), 'one\ntwo-a\ntwo-b\nzoo\n');
  assert.equal((await full.get('?limit=0')).status, 204);
});

test('refuses a limit above the largest page, ignores one that is no number', async () => {
  assertSentence(await full.get('?limit=10001'), 412, 'Maximum limit is 10000', html);
  assert.equal(await text('?limit=x&prefix=z'), 'zoo\n');
});

test('refuses a format nobody has', async () => {
  assertPage(await full.get('', { Accept: 'image/png' }), 406);
});

test('names the account in KakaoCloud’s dialect as the path does', async () => {
  const kakao = await swift.account(alice, 'kakaocloud');
  assert.match((await kakao.get('?format=xml')).text, new RegExp(`<account name="${alice.project.id}">`));
});

test('is for readers of the project, not for who has no storage rights', async () => {
  const reader = await swift.account(carol);
  assert.equal((await reader.get('')).status, 200);
  const outsider = await swift.account(dave);
  assertPage(await outsider.get(''), 403);
});

test('answers version discovery without a token by 401, and with one by a list', async () => {
  // keystoneauth asks so before every swiftclient call.
  const discovery = { Accept: 'application/json' };
  assertPage(await swift.stranger(alice.project).get('', discovery), 401);
  assert.ok(Array.isArray(JSON.parse((await full.get('', discovery)).text)));
});
