// Features that are not served: refused by name, never ignored
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice } from '../support/seed.ts';
import { assertSentence, type SwiftAccount, useSwift } from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
  await account.put(`${box}/o`, 'x');
}

type Asked = readonly [
  feature: string,
  method: string,
  path: '' | '/box' | '/box/o',
  query: string,
  headers?: Record<string, string>,
];

const asked: readonly Asked[] = [
  ['Heartbeat of a static large object', 'PUT', '/box/o', '?multipart-manifest=put&heartbeat=on'],
  ['Extraction of tar.bz2', 'PUT', '', '?extract-archive=tar.bz2'],
  ['Extraction of tar.bz2', 'PUT', '/box', '?extract-archive=tar.bz2'],
  ['Extraction of tar.bz2', 'PUT', '/box/o', '?extract-archive=TAR.BZ2'],
  ['Symbolic link', 'PUT', '/box/o', '', { 'X-Symlink-Target': 'box/p' }],
  ['Object versioning', 'PUT', '/box', '', { 'X-Versions-Enabled': 'true' }],
  ['Object versioning', 'POST', '/box', '', { 'X-Versions-Location': 'old' }],
  ['Object versioning', 'POST', '/box', '', { 'X-History-Location': 'old' }],
  ['Object versioning', 'GET', '/box/o', '?version-id=1'],
  ['Object versioning', 'GET', '/box', '?versions'],
  ['Account ACL', 'POST', '', '', { 'X-Account-Access-Control': '{}' }],
  ['Quota', 'POST', '/box', '', { 'X-Container-Meta-Quota-Bytes': '1' }],
  ['Quota', 'PUT', '/box', '', { 'X-Container-Meta-Quota-Count': '1' }],
  ['Quota', 'POST', '', '', { 'X-Account-Meta-Quota-Bytes': '1' }],
  ['CORS rules of a container', 'POST', '/box', '', { 'X-Container-Meta-Access-Control-Allow-Origin': '*' }],
  ['Static web site', 'POST', '/box', '', { 'X-Container-Meta-Web-Index': 'index.html' }],
  ['Container synchronization', 'POST', '/box', '', { 'X-Container-Sync-To': '//r/c/a/b' }],
  ['Form upload', 'POST', '/box/o', '', { 'Content-Type': 'multipart/form-data; boundary=x' }],
];

for (const [feature, method, path, query, headers = {}] of asked) {
  test(`${feature}: ${method} ${path}${query} ${Object.keys(headers).join()}`, async () => {
    const target = `${path.replace('/box', box)}${query}`;
    const answer = await account.call(method, target, { headers, body: '' });
    assertSentence(answer, 501, `${feature} is not implemented`);
  });
}

test("KakaoCloud's other spelling of a container's metadata asks for the same", async () => {
  const kakaocloud = await swift.account(alice, 'kakaocloud');
  for (const [name, feature] of [
    ['Quota-Bytes', 'Quota'],
    ['Web-Index', 'Static web site'],
    ['Access-Control-Allow-Origin', 'CORS rules of a container'],
  ] as const) {
    const answer = await kakaocloud.post(box, { [`X-Object-Meta-${name}`]: '1' });
    assertSentence(answer, 501, `${feature} is not implemented`);
  }
});

test('nothing was changed by any of them', async () => {
  assert.equal((await account.get(`${box}/o`)).text, 'x');
  assert.equal((await account.get(box)).text, 'o\n');
  const { headers } = await account.head(box);
  const set = Object.keys(headers).filter((name) => /^x-(container-(meta|read|write)|versions)/.test(name));
  assert.deepEqual(set, []);
});

test('headers without a value ask for what is the case anyway', async () => {
  // swiftclient sends such headers to remove an ACL or the link to old versions.
  const headers = {
    'X-Container-Read': '',
    'X-Container-Write': '',
    'X-Remove-Container-Read': 'x',
    'X-Remove-Versions-Location': 'x',
    'X-Versions-Enabled': 'false',
    'X-Container-Meta-Quota-Bytes': '',
  };
  assert.equal((await account.post(box, headers)).status, 204);
  assert.equal((await account.put(`${box}/o`, 'x', { 'X-Object-Manifest': '' })).status, 201);
});
