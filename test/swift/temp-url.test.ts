// Temporary addresses: signed by a key of the account or the container, for one method, one object or prefix, and a time
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, demo, other } from '../support/seed.ts';
import {
  assertPage,
  html,
  type SwiftAccount,
  type SwiftAnswer,
  type SwiftDialect,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
const accountKey = 'the-account-key-of-demo-7f3a';
const secondKey = 'the-second-account-key-91bc';
const containerKey = 'the-container-key-42de';
const dialects: readonly SwiftDialect[] = ['kakaocloud', 'upstream'];

let admin: SwiftAccount;
let box: string;
let fenced: string;
async function prepare() {
  admin = await swift.account(alice);
  box = await admin.container();
  fenced = await admin.container({ 'X-Container-Meta-Temp-URL-Key-2': containerKey });
  const keys = { 'X-Account-Meta-Temp-URL-Key': accountKey, 'X-Account-Meta-Temp-URL-Key-2': secondKey };
  assert.equal((await admin.post('', keys)).status, 204);
  for (const container of [box, fenced]) {
    const meta = {
      'X-Object-Meta-Private': 'hidden',
      'X-Object-Meta-Public-Note': 'shown',
      'Content-Type': 'text/plain',
    };
    await admin.put(`${container}/dir/a%20b.txt`, 'hello', meta);
  }
}

interface Signing {
  readonly key?: string;
  readonly digest?: 'sha1' | 'sha256' | 'sha512';
  readonly expires?: number | string;
  readonly signedMethod?: string;
  readonly prefix?: string;
  readonly range?: string;
  readonly extra?: string;
  readonly dialect?: SwiftDialect;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly base64?: boolean;
}

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** `path` follows the account, encoded; the signature is over it decoded. */
function signed(method: string, path: string, signing: Signing = {}): Promise<SwiftAnswer> {
  const {
    key = accountKey,
    digest = 'sha256',
    expires = inAnHour(),
    prefix,
    range,
    extra = '',
    dialect = 'upstream',
  } = signing;
  const account = swift.stranger(demo, dialect);
  const seconds = typeof expires === 'number' ? expires : Date.parse(expires) / 1000;
  const container = path.slice(0, path.indexOf('/', 1));
  const full =
    prefix === undefined
      ? `/v1/${account.name}${decodeURIComponent(path)}`
      : `prefix:/v1/${account.name}${container}/${prefix}`;
  const holders = range === undefined ? '' : `ip=${range}\n`;
  const text = `${holders}${signing.signedMethod ?? method}\n${seconds}\n${full}`;
  const hmac = createHmac(digest, key).update(text);
  const sig = signing.base64 === true ? `${digest}:${hmac.digest('base64url')}` : hmac.digest('hex');
  const prefixed = prefix === undefined ? '' : `&temp_url_prefix=${encodeURIComponent(prefix)}`;
  const ranged = range === undefined ? '' : `&temp_url_ip_range=${encodeURIComponent(range)}`;
  const target = `${path}?temp_url_sig=${sig}&temp_url_expires=${expires}${prefixed}${ranged}${extra}`;
  const { headers = {}, body } = signing;
  return account.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
}

function assertInvalid(answer: SwiftAnswer, what = ''): void {
  assert.deepEqual([answer.status, answer.text], [401, '401 Unauthorized: Temp URL invalid\n'], what);
  assert.equal(answer.headers['content-type'], html);
  assert.equal(answer.headers['www-authenticate'], 'Swift realm="unknown"');
}

const file = () => `${box}/dir/a%20b.txt`;

for (const dialect of dialects) {
  test(`GET in ${dialect}'s dialect by every digest, either account key, either form of signature`, async () => {
    for (const digest of ['sha1', 'sha256', 'sha512'] as const) {
      for (const base64 of [false, true]) {
        const answer = await signed('GET', file(), { digest, dialect, base64 });
        assert.deepEqual([answer.status, answer.text], [200, 'hello'], `${digest} ${base64}`);
      }
    }
    assert.equal((await signed('GET', file(), { key: secondKey, dialect })).status, 200);
  });
}

test('the answer names a file and its end, and keeps metadata private', async () => {
  const expires = inAnHour();
  const { headers } = await signed('GET', file(), { expires });
  assert.equal(headers['content-disposition'], `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`);
  assert.equal(headers.expires, new Date(expires * 1000).toUTCString());
  assert.deepEqual(
    [headers['x-object-meta-private'], headers['x-object-meta-public-note']],
    [undefined, 'shown'],
  );
  assert.equal(headers.etag, '5d41402abc4b2a76b9719d911017c592');
});

test('filename and inline change how it is saved', async () => {
  const shown = async (extra: string) =>
    (await signed('GET', file(), { extra })).headers['content-disposition'];
  assert.equal(await shown('&inline'), 'inline');
  assert.equal(
    await shown('&filename=%ED%95%9C%22.txt'),
    `attachment; filename="%ED%95%9C%22.txt"; filename*=UTF-8''%ED%95%9C%22.txt`,
  );
  assert.equal(await shown('&inline&filename=x%20y'), `inline; filename="x y"; filename*=UTF-8''x%20y`);
  await admin.put(`${box}/named`, 'x', { 'Content-Disposition': 'attachment; filename=own' });
  assert.equal(
    (await signed('GET', `${box}/named`)).headers['content-disposition'],
    'attachment; filename=own',
  );
});

test('HEAD goes by a signature for HEAD, GET or PUT, ranges by one for GET', async () => {
  for (const signedMethod of ['HEAD', 'GET', 'PUT', 'POST']) {
    assert.equal((await signed('HEAD', file(), { signedMethod })).status, 200, signedMethod);
  }
  assert.equal((await signed('HEAD', file(), { signedMethod: 'DELETE' })).status, 401);
  const part = await signed('GET', file(), { headers: { Range: 'bytes=1-2' } });
  assert.deepEqual([part.status, part.text], [206, 'el']);
});

test('refusals do not tell private metadata either', async () => {
  const answer = await signed('GET', file(), { headers: { 'If-Match': '"x"' } });
  assert.equal(answer.status, 412);
  assert.equal(answer.headers['x-object-meta-private'], undefined);
});

test('PUT, POST and DELETE by their own signatures', async () => {
  const path = `${box}/uploaded`;
  const put = await signed('PUT', path, { body: 'new' });
  assert.equal(put.status, 201, put.text);
  assert.equal((await signed('POST', path, { headers: { 'X-Object-Meta-A': 'b' } })).status, 202);
  assert.equal((await admin.head(path)).headers['x-object-meta-a'], 'b');
  assert.equal((await signed('DELETE', path)).status, 204);
  assert.equal((await signed('GET', path)).status, 404);
});

test('a prefix covers what begins with it, and nothing else', async () => {
  assert.equal((await signed('GET', file(), { prefix: 'dir/' })).status, 200);
  assert.equal((await signed('GET', file(), { prefix: '' })).status, 200);
  assertInvalid(await signed('GET', file(), { prefix: 'other/' }));
  const put = await signed('PUT', `${box}/dir/new`, { prefix: 'dir/', body: 'x' });
  assert.equal(put.status, 201);
});

test('a signature for an object is none for what lies under its name', async () => {
  for (const key of ['/folder', '/folder/1', '/folder/2']) await admin.put(`${box}${key}`, 'x');
  const answer = await signed('DELETE', `${box}/folder`, { extra: '&dir-delete' });
  assert.equal(answer.status, 401);
  assert.equal((await admin.get(`${box}?prefix=folder`)).text, 'folder\nfolder/1\nfolder/2\n');
  assert.equal((await signed('DELETE', `${box}/folder`)).status, 204);
});

test('a range of addresses lets in clients of the range alone', async () => {
  for (const range of ['127.0.0.1', '127.0.0.0/8']) {
    const answer = await signed('GET', file(), { range });
    assert.deepEqual([answer.status, answer.text], [200, 'hello'], range);
    assert.equal((await signed('GET', file(), { range, prefix: 'dir/' })).status, 200, range);
  }
  for (const range of ['10.0.0.0/8', '::1', 'localhost', '127.0.0.1/33', '']) {
    assertInvalid(await signed('GET', file(), { range }), range);
  }
});

test('a range of addresses counts only as it was signed, and cannot be left out', async () => {
  assertInvalid(await signed('GET', file(), { extra: '&temp_url_ip_range=127.0.0.1' }));
  const expires = inAnHour();
  const account = swift.stranger(demo);
  const text = `ip=127.0.0.1\nGET\n${expires}\n/v1/${account.name}${decodeURIComponent(file())}`;
  const sig = createHmac('sha256', accountKey).update(text).digest('hex');
  const query = `temp_url_sig=${sig}&temp_url_expires=${expires}`;
  assertInvalid(await account.get(`${file()}?${query}`));
  assertInvalid(await account.get(`${file()}?${query}&temp_url_ip_range=127.0.0.0/8`));
  assert.equal((await account.get(`${file()}?${query}&temp_url_ip_range=127.0.0.1`)).status, 200);
});

test("a container's key opens its own container alone", async () => {
  assert.equal((await signed('GET', `${fenced}/dir/a%20b.txt`, { key: containerKey })).status, 200);
  assertInvalid(await signed('GET', file(), { key: containerKey }));
  assert.equal((await signed('GET', `${fenced}/dir/a%20b.txt`)).status, 200);
});

test('expiry may be written as a moment in UTC', async () => {
  const moment = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
  assert.equal((await signed('GET', file(), { expires: moment })).status, 200);
});

describe('401 for anything wrong', () => {
  const wrong: readonly (readonly [what: string, method: string, signing: Signing])[] = [
    ['another key', 'GET', { key: 'guess' }],
    ['a signature for another method', 'GET', { signedMethod: 'PUT' }],
    ['an upload by a signature for reading', 'PUT', { signedMethod: 'GET', body: 'x' }],
    ['a time that has passed', 'GET', { expires: Math.floor(Date.now() / 1000) - 1 }],
    ['a method that cannot be signed', 'COPY', { headers: { Destination: 'x/y' } }],
  ];
  for (const [what, method, signing] of wrong) {
    test(what, async () => assertInvalid(await signed(method, file(), signing), what));
  }

  test('a query that is not whole, or cannot be read', async () => {
    const stranger = swift.stranger(demo);
    const hex = 'a'.repeat(64);
    for (const query of [
      'temp_url_sig=abc',
      `temp_url_expires=${inAnHour()}`,
      'temp_url_sig=&temp_url_expires=',
      `temp_url_sig=${hex}&temp_url_expires=soon`,
      `temp_url_sig=${'z'.repeat(64)}&temp_url_expires=${inAnHour()}`,
      `temp_url_sig=md5:${hex}&temp_url_expires=${inAnHour()}`,
      `temp_url_sig=${hex}&temp_url_expires=99999999999999999999`,
    ]) {
      assertInvalid(await stranger.get(`${file()}?${query}`), query);
    }
  });

  test('an account without keys, an account that is none', async () => {
    const query = `?temp_url_sig=${'a'.repeat(64)}&temp_url_expires=${inAnHour()}`;
    assertInvalid(await swift.stranger(other).get(`/box/o${query}`));
  });

  test('a good token beside a bad signature does not help', async () => {
    assertInvalid(await admin.get(`${file()}?temp_url_sig=${'a'.repeat(64)}&temp_url_expires=${inAnHour()}`));
  });

  test('copying out of another object by an upload', async () => {
    const answer = await signed('PUT', `${box}/stolen`, {
      headers: { 'X-Copy-From': `${fenced}/dir/a%20b.txt` },
      body: '',
    });
    assertPage(answer, 401);
    assert.equal((await admin.get(`${box}/stolen`)).status, 404);
  });
});

test('headers that lead elsewhere are refused', async () => {
  const answer = await signed('PUT', `${box}/m`, { headers: { 'X-Object-Manifest': 'a/b' }, body: '' });
  assert.deepEqual(
    [answer.status, answer.text],
    [400, "The header 'X-Object-Manifest' is not allowed in this tempurl"],
  );
});

test("who may set an account's keys: its administrators; who sees them: the same", async () => {
  for (const user of [bob, carol]) {
    const account = await swift.account(user);
    assertPage(await account.post('', { 'X-Account-Meta-Temp-URL-Key': 'mine' }), 403);
    assert.equal((await account.head('')).headers['x-account-meta-temp-url-key'], undefined);
  }
  for (const method of ['GET', 'HEAD']) {
    const { headers } = await admin.call(method, '');
    assert.equal(headers['x-account-meta-temp-url-key'], accountKey);
    assert.equal(headers['x-account-meta-temp-url-key-2'], secondKey);
  }
});

test("who may set a container's keys: who may let others in", async () => {
  const editor = await swift.account(bob);
  assertPage(await editor.post(fenced, { 'X-Container-Meta-Temp-URL-Key': 'mine' }), 403);
  assertPage(await editor.put(fenced, '', { 'X-Container-Meta-Temp-URL-Key': 'mine' }), 403);
  assert.equal((await editor.post(fenced, { 'X-Container-Meta-Color': 'blue' })).status, 204);
  assert.equal((await editor.head(fenced)).headers['x-container-meta-temp-url-key-2'], undefined);
  const { headers } = await admin.head(fenced);
  assert.deepEqual(
    [headers['x-container-meta-temp-url-key-2'], headers['x-container-meta-color']],
    [containerKey, 'blue'],
  );
  const shown = await ext(swift.server, await issueToken(swift.server, alice), `/bucket/${fenced.slice(1)}`);
  assert.equal(shown.headers.get('x-container-meta-temp-url-key-2'), null);
  assert.ok(!shown.text.includes(containerKey));
});

test('a key can be replaced and removed; addresses signed with it end at once', async () => {
  const own = await admin.container({ 'X-Container-Meta-Temp-URL-Key': 'first-key' });
  await admin.put(`${own}/o`, 'x');
  assert.equal((await signed('GET', `${own}/o`, { key: 'first-key' })).status, 200);
  await admin.post(own, { 'X-Container-Meta-Temp-URL-Key': 'x'.repeat(256) });
  assertInvalid(await signed('GET', `${own}/o`, { key: 'first-key' }));
  assert.equal((await signed('GET', `${own}/o`, { key: 'x'.repeat(256) })).status, 200);
  assert.equal((await admin.post(own, { 'X-Container-Meta-A': 'b' })).status, 204);
  await admin.post(own, { 'X-Remove-Container-Meta-Temp-URL-Key': 'x' });
  assertInvalid(await signed('GET', `${own}/o`, { key: 'x'.repeat(256) }));
});

test('the swift client makes addresses that work', { skip: skipUnless('swift') }, async () => {
  const path = `/v1/${admin.name}${box}/dir/a b.txt`;
  const made = await runClient('swift', ['tempurl', 'GET', '600', path, accountKey]);
  assert.equal(made.code, 0, made.stderr);
  const address = made.stdout.trim().replace('a b.txt', 'a%20b.txt').slice(`/v1/${admin.name}`.length);
  assert.equal((await swift.stranger(demo).get(address)).text, 'hello');
  const prefix = await runClient('swift', [
    'tempurl',
    'GET',
    '600',
    `/v1/${admin.name}${box}/dir/`,
    accountKey,
    '--prefix-based',
  ]);
  const query = prefix.stdout.trim().split('?')[1];
  assert.equal((await swift.stranger(demo).get(`${file()}?${query}`)).text, 'hello');
  for (const [range, status] of [
    ['127.0.0.0/8', 200],
    ['10.0.0.0/8', 401],
  ] as const) {
    const ranged = await runClient('swift', ['tempurl', '--ip-range', range, 'GET', '600', path, accountKey]);
    const signature = ranged.stdout.trim().split('?')[1];
    assert.equal((await swift.stranger(demo).get(`${file()}?${signature}`)).status, status, range);
  }
});

test('no key and no signature is in the log or, in the clear, on the disk', {
  skip: process.env.TEST_META_URL ? 'looks into the embedded store' : false,
}, async () => {
  const log = swift.server.stderr();
  for (const secret of [accountKey, secondKey, containerKey, 'temp_url_sig'])
    assert.ok(!log.includes(secret), secret);
  const files = readdirSync(swift.server.dataDir, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  assert.ok(files.length > 0);
  for (const one of files) {
    const bytes = readFileSync(join(one.parentPath, one.name));
    for (const secret of [accountKey, secondKey, containerKey]) assert.ok(!bytes.includes(secret), one.name);
  }
});
