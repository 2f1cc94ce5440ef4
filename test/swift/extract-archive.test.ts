// PUT ?extract-archive: the files of an archive as objects, each by itself
import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rawExchange } from '../support/raw-http.ts';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import {
  assertPage,
  assertSentence,
  html,
  type SwiftAccount,
  type SwiftAnswer,
  useSwift,
} from '../support/swift.ts';
import { type TarFile, tarOf } from '../support/tar.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
async function prepare() {
  account = await swift.account(alice);
}

const json = { Accept: 'application/json' };
const put = (path: string, body: Uint8Array, headers: Record<string, string> = {}, by = account) =>
  by.call('PUT', path, { body, headers: { ...json, ...headers } });

interface Outcome {
  readonly 'Response Status': string;
  readonly 'Response Body': string;
  readonly 'Number Files Created': number;
  readonly Errors: readonly (readonly [string, string])[];
}

function outcomeOf(answer: SwiftAnswer): Outcome {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  return JSON.parse(answer.text) as Outcome;
}

const extracted = async (...call: Parameters<typeof put>) => outcomeOf(await put(...call));
const created = (count: number): Outcome => ({
  'Response Status': '201 Created',
  'Response Body': '',
  'Number Files Created': count,
  Errors: [],
});
const invalid = (body: string, count = 0): Outcome => ({
  ...created(count),
  'Response Status': '400 Bad Request',
  'Response Body': `Invalid Tar File: ${body}`,
});
const fresh = () => `tar-${randomBytes(8).toString('hex')}`;

test('into the account: containers are made, files beside them left out, in both dialects', async () => {
  for (const dialect of ['kakaocloud', 'upstream'] as const) {
    const by = await swift.account(alice, dialect);
    const [one, two] = [fresh(), fresh()];
    const big = randomBytes(300_000);
    const files: TarFile[] = [
      { name: 'beside.txt', body: 'not in a container' },
      { name: `${one}/`, type: '5' },
      { name: `./${one}/a.txt`, body: 'a' },
      { name: `/${one}/한글 b.html`, body: 'b' },
      { name: `${two}/big`, body: big },
      { name: `${two}/link`, type: '2' },
      { name: `${two}/empty` },
    ];
    assert.deepEqual(await extracted('?extract-archive=tar', tarOf(...files), {}, by), created(4));
    assert.equal((await by.get(`/${one}`)).text, 'a.txt\n한글 b.html\n');
    assert.equal((await by.get(`/${two}`)).text, 'big\nempty\n');
    const head = await by.head(`/${two}/big`);
    assert.equal(head.headers.etag, createHash('md5').update(big).digest('hex'));
    const page = await by.get(`/${one}/${encodeURIComponent('한글 b.html')}`);
    assert.deepEqual([page.text, page.headers['content-type']], ['b', 'text/html']);
  }
});

test('into a container or a folder, packed, announced or in chunks', async () => {
  const box = await account.container();
  const archive = gzipSync(tarOf({ name: 'x/1', body: '1' }, { name: '2', body: '2' }));
  assert.deepEqual(await extracted(`${box}?extract-archive=tar.gz`, archive), created(2));
  assert.deepEqual(await extracted(`${box}/deep/er/?extract-archive=.TAR.GZ`, archive), created(2));
  const chunked = await account.call('PUT', `${box}/c?extract-archive=tar.gz`, {
    body: archive,
    chunked: true,
    headers: json,
  });
  assert.deepEqual(outcomeOf(chunked), created(2));
  const expected = ['2', 'c/2', 'c/x/1', 'deep/er/2', 'deep/er/x/1', 'x/1'];
  assert.equal((await account.get(box)).text, expected.map((name) => `${name}\n`).join(''));
});

test('a container that is absent is made by its path too', async () => {
  const box = `/${fresh()}`;
  assert.deepEqual(
    await extracted(`${box}?extract-archive=tar`, tarOf({ name: 'k', body: 'v' })),
    created(1),
  );
  assert.equal((await account.get(`${box}/k`)).text, 'v');
});

test('of two files under one path the later one stays, however many are under way', async () => {
  const box = await account.container();
  const files = Array.from({ length: 200 }, (_, at) => ({ name: `k${at % 7}`, body: `${at}` }));
  assert.deepEqual(await extracted(`${box}?extract-archive=tar`, tarOf(...files)), created(200));
  for (let at = 193; at < 200; at += 1) assert.equal((await account.get(`${box}/k${at % 7}`)).text, `${at}`);
});

test('files get metadata and a time to go from the request, and what the archive says of each', async () => {
  const box = await account.container();
  const records = {
    'SCHILY.xattr.user.mime_type': 'text/x-own',
    'SCHILY.xattr.user.meta.Color': 'blue',
    'LIBARCHIVE.xattr.user.meta.both': 'archive',
    'SCHILY.xattr.user.meta.bad name': 'x',
    'SCHILY.xattr.user.meta.bad-value': 'a\nb',
    path: 'p/a',
  };
  const archive = tarOf({ name: 'short', body: 'x', records }, { name: 'b.txt', body: 'x' });
  const headers = { 'X-Object-Meta-Both': 'request', 'X-Delete-After': '1000' };
  assert.deepEqual(await extracted(`${box}?extract-archive=tar`, archive, headers), created(2));
  const { headers: a } = await account.head(`${box}/p/a`);
  assert.deepEqual(
    [a['content-type'], a['x-object-meta-color'], a['x-object-meta-both'], a['x-object-meta-bad-value']],
    ['text/x-own', 'blue', 'archive', undefined],
  );
  assert.ok(Number(a['x-delete-at']) > Date.now() / 1000);
  const { headers: b } = await account.head(`${box}/b.txt`);
  assert.deepEqual([b['content-type'], b['x-object-meta-both']], ['text/plain', 'request']);
});

test('a file that cannot be stored does not stop the others', async () => {
  const box = await account.container();
  const long = 'k'.repeat(1025);
  const files: TarFile[] = [
    { name: 'first', body: '1' },
    { name: 'x', body: 'x', records: { path: long } },
    { name: Buffer.from('\xff', 'latin1'), body: 'x' },
    { name: 'holes', type: 'S', body: 'x' },
    { name: 'x', body: 'x', records: { path: 'meta', 'SCHILY.xattr.user.meta.a': 'v'.repeat(257) } },
    { name: 'last', body: '2' },
  ];
  const outcome = await extracted(`${box}?extract-archive=tar`, tarOf(...files));
  assert.deepEqual([outcome['Response Status'], outcome['Number Files Created']], ['400 Bad Request', 2]);
  const shown = box.slice(1);
  assert.deepEqual(
    [...outcome.Errors].sort(),
    [
      [`${shown}/%FF`, '412 Precondition Failed'],
      [`${shown}/holes`, '400 Bad Request'],
      [`${shown}/${long}`, '400 Bad Request'],
      [`${shown}/meta`, '400 Bad Request'],
    ].sort(),
  );
  assert.equal((await account.get(box)).text, 'first\nlast\n');
});

test('a container that cannot be made is told once, with the files that wanted it', async () => {
  const answer = await extracted('?extract-archive=tar', tarOf({ name: 'B!/1' }, { name: 'B!/2' }));
  assert.equal(answer['Number Files Created'], 0);
  assert.deepEqual([...answer.Errors].sort(), [
    [`/v1/${account.name}/B%21`, '400 Bad Request'],
    ['B%21/1', '404 Not Found'],
    ['B%21/2', '404 Not Found'],
  ]);
  const strangers = await swift.account(eve);
  const theirs = (await strangers.container()).slice(1);
  const { Errors } = await extracted('?extract-archive=tar', tarOf({ name: `${theirs}/1` }));
  assert.deepEqual(Errors, [
    [`/v1/${account.name}/${theirs}`, '409 Conflict'],
    [`${theirs}/1`, '404 Not Found'],
  ]);
});

test('the rest is left alone after a thousand failures', async () => {
  const files = Array.from({ length: 1500 }, (_, at) => ({ name: `B!/${at}`, type: 'S' }));
  const outcome = await extracted('?extract-archive=tar', tarOf(...files));
  assert.deepEqual([outcome['Response Status'], outcome.Errors.length], ['400 Bad Request', 1000]);
});

describe('what is no archive', () => {
  const whole = tarOf({ name: 'a', body: 'kept' }, { name: 'b', body: randomBytes(100_000) });
  const wrong: readonly (readonly [what: string, format: string, body: Uint8Array, outcome: Outcome])[] = [
    ['nothing', 'tar', Buffer.alloc(0), invalid('empty file')],
    ['something else', 'tar', Buffer.alloc(2000, 'x'), invalid('invalid header')],
    ['something else, packed', 'tar.gz', Buffer.alloc(2000, 'x'), invalid('not a gzip file')],
    ['an empty archive', 'tar', Buffer.alloc(10_240), invalid('No Valid Files')],
    ['one that ends in a file', 'tar', whole.subarray(0, 50_000), invalid('unexpected end of data', 1)],
    [
      'one whose packing ends early',
      'tar.gz',
      gzipSync(whole).subarray(0, 50_000),
      invalid('unexpected end of file', 1),
    ],
  ];
  for (const [what, format, body, outcome] of wrong) {
    test(what, async () => {
      const box = await account.container();
      assert.deepEqual(await extracted(`${box}?extract-archive=${format}`, body), outcome);
      assert.equal((await account.get(box)).text, outcome['Number Files Created'] === 1 ? 'a\n' : '');
    });
  }

  test('another format is refused as a whole', async () => {
    for (const format of ['zip', '', 'tar.xz', 'constructor']) {
      const answer = await put(`?extract-archive=${format}`, Buffer.from('x'));
      assertSentence(answer, 400, 'Unsupported archive format', html);
    }
  });
});

test('the answer comes in text and XML too; another wish, or no length, is told in it', async () => {
  const box = await account.container();
  const archive = tarOf({ name: 'a', body: 'x' });
  const text = await account.put(`${box}?extract-archive=tar`, archive);
  assert.equal(
    text.text,
    'Number Files Created: 1\nResponse Body: \nResponse Status: 201 Created\nErrors:\n',
  );
  const xml = await put(`${box}?extract-archive=tar`, archive, { Accept: 'application/xml' });
  assert.match(xml.text, /<extract>\n<number_files_created>1<\/number_files_created>\n/);
  const picture = await put(`${box}?extract-archive=tar`, archive, { Accept: 'image/png' });
  assert.match(picture.text, /^Number Files Created: 0\n.*\nResponse Status: 406 Not Acceptable\n/);
  const head = `PUT /v1/${account.name}${box}?extract-archive=tar HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${account.token}\r\n\r\n`;
  const bare = await rawExchange(swift.server.url, [head]);
  assert.equal(bare.status, 200);
  assert.match(bare.text, /\nResponse Status: 411 Length Required\n/);
});

test('each file needs the right to make it; strangers and addresses signed for one object get nothing', async () => {
  const box = await account.container();
  const archive = tarOf({ name: 'a', body: 'x' });
  const by = async (user: typeof alice) => await swift.account(user, 'upstream', demo);
  assert.deepEqual(await extracted(`${box}?extract-archive=tar`, archive, {}, await by(bob)), created(1));
  const { Errors } = await extracted(`${box}?extract-archive=tar`, archive, {}, await by(carol));
  assert.deepEqual(Errors, [[`${box.slice(1)}/a`, '403 Forbidden']]);
  for (const path of ['', box]) {
    assertPage(await put(`${path}?extract-archive=tar`, archive, {}, await by(eve)), 403);
    assertPage(await put(`${path}?extract-archive=tar`, archive, {}, swift.stranger(demo)), 401);
  }
  const key = 'the-key-of-an-archive-test';
  assert.equal((await account.post(box, { 'X-Container-Meta-Temp-URL-Key': key })).status, 204);
  const expires = Math.floor(Date.now() / 1000) + 600;
  const text = `PUT\n${expires}\n/v1/${account.name}${box}/o`;
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const query = `temp_url_sig=${signature}&temp_url_expires=${expires}`;
  const signed = await swift
    .stranger(demo)
    .call('PUT', `${box}/o?extract-archive=tar&${query}`, { body: archive });
  assert.equal(signed.status, 401);
  assert.equal((await account.get(box)).text, 'a\n');
});
