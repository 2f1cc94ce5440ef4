// PUT /v1/{account}/{container}/{object}
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { rawExchange } from '../support/raw-http.ts';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import {
  assertEmpty,
  assertPage,
  assertSentence,
  html,
  httpDateForm,
  type SwiftAccount,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
}

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');

test('answers 201 with the MD5 in an unquoted Etag', async () => {
  for (const dialect of ['kakaocloud', 'upstream'] as const) {
    const put = await (await swift.account(alice, dialect)).put(`${box}/hello`, 'hello world');
    assertEmpty(put, 201);
    assert.equal(put.headers['content-type'], html);
    assert.equal(put.headers.etag, '5eb63bbbe01eeed093cb22bb8f5acdc3');
    assert.match(put.headers['last-modified'] ?? '', httpDateForm);
  }
});

test('takes bodies of every size, with a length or in chunks', async () => {
  for (const size of [0, 1, 16_384, 16_385, 3_000_000]) {
    const body = randomBytes(size);
    for (const chunked of [false, true]) {
      const put = await account.call('PUT', `${box}/sized`, { body, chunked });
      assert.deepEqual([put.status, put.headers.etag], [201, md5(body)], `${size} bytes, chunked ${chunked}`);
      const got = await account.get(`${box}/sized`);
      assert.ok(got.bytes.equals(body));
    }
  }
});

test('keeps names as they are', async () => {
  const names = [
    'a//b',
    '//',
    '/',
    '.',
    '..',
    '../up',
    'a/./b/../c',
    'dir/',
    'a%20b',
    'a%2Bb',
    '100%25',
    'a%2Fb',
    'q%3Fx%3D1%26y%23z',
    '%F0%9F%98%80/%ED%95%9C%EA%B8%80',
    'nl%0Ax%01%7F',
    '%EF%BF%BD',
    'n'.repeat(1024),
  ];
  const odd = await account.container();
  for (const name of names) {
    const put = await account.put(`${odd}/${name}`, name);
    assert.equal(put.status, 201, `${name}: ${put.text}`);
  }
  for (const name of names) assert.equal((await account.get(`${odd}/${name}`)).text, name);
  const listed = JSON.parse((await account.get(`${odd}?format=json`)).text) as { name: string }[];
  assert.deepEqual(
    listed.map(({ name }) => name),
    names.map(decodeURIComponent).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
});

test('`a%2Fb` and `a/b` are one name', async () => {
  await account.put(`${box}/dir%2Ffile`, 'same');
  assert.equal((await account.get(`${box}/dir/file`)).text, 'same');
});

describe('what is kept with the bytes', () => {
  test('metadata, and the content headers Swift keeps', async () => {
    await account.put(`${box}/kept`, 'x', {
      'Content-Type': 'text/x; a=b',
      'X-Object-Meta-Color': 'blue',
      'X-Object-Meta-empty': '',
      'X-Object-Meta-FOO-bar1x': '☃',
      'Content-Disposition': 'attachment; filename="a.txt"',
      'Content-Encoding': 'gzip',
      'Content-Language': 'ko',
      'Cache-Control': 'no-store',
      Expires: 'never',
      'X-Robots-Tag': 'noindex',
      'X-Foo': 'not kept',
    });
    const { headers, rawHeaders } = await account.head(`${box}/kept`);
    assert.equal(headers['content-type'], 'text/x; a=b');
    assert.equal(headers['x-object-meta-color'], 'blue');
    assert.equal(headers['x-object-meta-empty'], '');
    assert.equal(headers['content-disposition'], 'attachment; filename="a.txt"');
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(headers['content-language'], 'ko');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers.expires, 'never');
    assert.equal(headers['x-robots-tag'], 'noindex');
    assert.equal(headers['x-foo'], undefined);
    const at = rawHeaders.indexOf('X-Object-Meta-Foo-Bar1X');
    assert.equal(Buffer.from(rawHeaders[at + 1] ?? '', 'latin1').toString(), '☃');
  });

  test('nothing of what was there before', async () => {
    await account.put(`${box}/again`, 'x', { 'X-Object-Meta-A': '1', 'Content-Language': 'ko' });
    await account.put(`${box}/again`, 'y');
    const { headers } = await account.head(`${box}/again`);
    assert.deepEqual([headers['x-object-meta-a'], headers['content-language']], [undefined, undefined]);
  });

  test('the limits of metadata, in Swift’s words', async () => {
    const refused = async (headers: Record<string, string>, text: string) =>
      assertSentence(await account.put(`${box}/limits`, 'x', headers), 400, text);
    await refused(
      { [`X-Object-Meta-${'a'.repeat(129)}`]: 'x' },
      `Metadata name too long: x-object-meta-A${'a'.repeat(128)}`,
    );
    await refused({ 'X-Object-Meta-B': 'v'.repeat(257) }, 'Metadata value longer than 256: x-object-meta-B');
    await refused({ 'X-Object-Meta-': 'v' }, 'Metadata name cannot be empty');
    await refused({ 'X-Object-Meta-A': '\xff' }, 'Metadata must be valid UTF-8: x-object-meta-A');
    const many = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-Object-Meta-K${i}`, value]));
    await refused(many(91, 'v'), 'Too many metadata items; max 90');
    await refused(many(17, 'v'.repeat(250)), 'Total metadata too large; max 4096');
    assertPage(await account.get(`${box}/limits`), 404);
    const most = { ...many(89, 'v'), [`X-Object-Meta-${'a'.repeat(128)}`]: 'v'.repeat(256) };
    assert.equal((await account.put(`${box}/limits`, 'x', most)).status, 201);
  });
});

test("KakaoCloud's folders take metadata under S3's header names too, upstream's do not", async () => {
  const headers = {
    'Content-Type': 'application/directory',
    'x-amz-meta-color': 'blue',
    'x-amz-meta-both': 'amz',
    'X-Object-Meta-Both': 'swift',
  };
  for (const [dialect, color] of [
    ['kakaocloud', 'blue'],
    ['upstream', undefined],
  ] as const) {
    const at = await swift.account(alice, dialect);
    const path = `${box}/folder-of-${dialect}/`;
    assert.equal((await at.put(path, '', headers)).status, 201);
    const shown = (await at.head(path)).headers;
    assert.deepEqual([shown['x-object-meta-color'], shown['x-object-meta-both']], [color, 'swift']);
    assert.equal((await at.post(path, { 'x-amz-meta-color': 'red' })).status, 202);
    const after = (await at.head(path)).headers['x-object-meta-color'];
    assert.equal(after, color === undefined ? undefined : 'red');
  }
  const tooLong = { 'x-amz-meta-a': 'v'.repeat(257) };
  assert.equal((await (await swift.account(alice, 'kakaocloud')).put(`${box}/f/`, '', tooLong)).status, 400);
});

describe('the content type', () => {
  const typeOf = async (name: string, headers: Record<string, string> = {}) => {
    assert.equal((await account.put(`${box}/${name}`, 'x', headers)).status, 201);
    return (await account.head(`${box}/${name}`)).headers['content-type'];
  };

  for (const [name, type] of [
    ['page.html', 'text/html'],
    ['a.txt', 'text/plain'],
    ['a.JPG', 'image/jpeg'],
    ['a.json', 'application/json'],
    ['a.tar.gz', 'application/x-tar'],
    ['a.gz', 'application/octet-stream'],
    ['a.b/c', 'application/octet-stream'],
    ['.txt', 'application/octet-stream'],
    ['plain', 'application/octet-stream'],
    ['folder.html/', 'application/octet-stream'],
  ] as const) {
    test(`is guessed from ${name} when the client says nothing`, async () => {
      assert.equal(await typeOf(name), type);
      assert.equal(await typeOf(name, { 'Content-Type': '' }), type);
    });
  }

  test('is the client’s when it says one, unless it wants it detected', async () => {
    assert.equal(await typeOf('b.txt', { 'Content-Type': 'image/png' }), 'image/png');
    const detect = { 'Content-Type': 'image/png', 'X-Detect-Content-Type': 'true' };
    assert.equal(await typeOf('b.txt', detect), 'text/plain');
    assert.equal(await typeOf('b.txt', { ...detect, 'X-Detect-Content-Type': 'false' }), 'image/png');
  });

  test('is application/directory for a folder, as KakaoCloud’s clients make them', async () => {
    const kakao = await swift.account(alice, 'kakaocloud');
    const put = await kakao.put(`${box}/folder/`, '', { 'Content-Type': 'application/directory' });
    assert.equal(put.status, 201);
    assert.equal((await kakao.head(`${box}/folder/`)).headers['content-type'], 'application/directory');
  });

  test('is refused when it is not UTF-8 or uses Swift’s own parameters', async () => {
    const put = (type: string) => account.put(`${box}/bad`, 'x', { 'Content-Type': type });
    assertSentence(await put('text/\xff'), 400, 'Invalid Content-Type');
    const own = 'Invalid Content-Type, swift_* is not a valid parameter name.';
    assertSentence(await put('text/plain;swift_bytes=9'), 400, own, html);
    assertPage(await account.get(`${box}/bad`), 404);
  });
});

describe('digests and conditions', () => {
  test('an ETag that fits is taken, quoted or bare; another is 422 and stores nothing', async () => {
    const put = (etag: string) => account.put(`${box}/digest`, 'x', { ETag: etag });
    for (const etag of [md5('y'), 'abc', md5('x').toUpperCase()]) assertPage(await put(etag), 422);
    assertPage(await account.get(`${box}/digest`), 404);
    for (const etag of [md5('x'), `"${md5('x')}"`, '']) assert.equal((await put(etag)).status, 201);
  });

  test('a failed overwrite leaves the object as it was', async () => {
    await account.put(`${box}/old`, 'old');
    assertPage(await account.put(`${box}/old`, 'new', { ETag: md5('other') }), 422);
    assert.equal((await account.get(`${box}/old`)).text, 'old');
  });

  test('If-None-Match: * creates only; anything else there is 400', async () => {
    const put = (condition: string) => account.put(`${box}/once`, 'x', { 'If-None-Match': condition });
    assertSentence(await put('"abc"'), 400, 'If-None-Match only supports *');
    assert.equal((await put('*')).status, 201);
    assertPage(await put('*'), 412);
  });

  test('of many writers with If-None-Match: * one wins', async () => {
    const racing = Array.from({ length: 8 }, (_, i) =>
      account.put(`${box}/race`, `writer ${i}`, { 'If-None-Match': '*' }),
    );
    const won = (await Promise.all(racing)).flatMap(({ status }, i) => (status === 201 ? [i] : []));
    assert.equal(won.length, 1);
    assert.equal((await account.get(`${box}/race`)).text, `writer ${won[0]}`);
  });
});

describe('X-Delete-At and X-Delete-After', () => {
  const put = (headers: Record<string, string>) => account.put(`${box}/expiring`, 'x', headers);
  const now = () => Math.floor(Date.now() / 1000);

  test('are kept as one time', async () => {
    const at = now() + 5000;
    await put({ 'X-Delete-At': String(at) });
    assert.equal((await account.head(`${box}/expiring`)).headers['x-delete-at'], String(at));
    const before = now();
    await put({ 'X-Delete-After': '300', 'X-Delete-At': String(at) });
    const kept = Number((await account.head(`${box}/expiring`)).headers['x-delete-at']);
    assert.ok(kept >= before + 300 && kept <= now() + 300, `${kept}`);
  });

  test('are refused in the past, and when they are no whole number', async () => {
    assertSentence(await put({ 'X-Delete-At': '100' }), 400, 'X-Delete-At in past');
    assertSentence(await put({ 'X-Delete-At': 'soon' }), 400, 'Non-integer X-Delete-At');
    assertSentence(await put({ 'X-Delete-At': '4795238999.5' }), 400, 'Non-integer X-Delete-At');
    assertSentence(await put({ 'X-Delete-After': '0' }), 400, 'X-Delete-After in past');
    assertSentence(await put({ 'X-Delete-After': '-1' }), 400, 'X-Delete-After in past');
    assertSentence(await put({ 'X-Delete-After': 'x' }), 400, 'Non-integer X-Delete-After');
  });
});

describe('refusals', () => {
  test('a container that is not there', async () => {
    assertPage(await account.put('/absent/o', 'x'), 404);
    assertPage(await account.put('/UPPER/o', 'x'), 404);
  });

  test('a name that is too long', async () => {
    const put = await account.put(`${box}/${'n'.repeat(1025)}`, 'x');
    assertSentence(put, 400, 'Object name length of 1025 longer than 1024');
    // 342 three-byte characters.
    const wide = await account.put(`${box}/${'%EA%B0%80'.repeat(342)}`, 'x');
    assertSentence(wide, 400, 'Object name length of 1026 longer than 1024');
  });

  test('a name with NUL or broken UTF-8', async () => {
    for (const name of ['a%00', 'a%ff', 'a%zz', '%ed%a0%80']) {
      const put = await account.put(`${box}/${name}`, 'x');
      assertSentence(put, 412, 'Invalid UTF8 or contains NULL', html);
    }
  });

  const raw = (headers: string, body = '') =>
    rawExchange(swift.server.url, [
      `PUT /v1/${account.name}${box}/raw HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${account.token}\r\n${headers}\r\n\r\n${body}`,
    ]);

  test('no length and no chunks is 411', async () => {
    const { status, text } = await raw('X-Object-Meta-A: b');
    assert.equal(status, 411);
    assert.match(text, /\r\n\r\nMissing Content-Length header\.$/);
  });

  test('a length above the largest object is 413, before a byte is sent', async () => {
    const { statuses, text } = await raw('Content-Length: 5368709121\r\nExpect: 100-continue');
    assert.deepEqual(statuses, [413]);
    assert.match(text, /\r\n\r\nYour request is too large\.$/);
  });

  test('other transfer codings are 501, and an unreadable length 400', async () => {
    assert.equal((await raw('Transfer-Encoding: gzip, chunked', '0\r\n\r\n')).status, 501);
    assert.equal((await raw('Content-Length: abc')).status, 400);
    assert.equal((await raw('Content-Length: -1')).status, 400);
  });

  test('a body that stops half way leaves nothing', async () => {
    await rawExchange(
      swift.server.url,
      [
        `PUT /v1/${account.name}${box}/half HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${account.token}\r\nContent-Length: 100000\r\n\r\n`,
        'x'.repeat(50_000),
      ],
      300,
    );
    assertPage(await account.get(`${box}/half`), 404);
  });

  test('who may not write', async () => {
    assert.equal((await (await swift.account(bob)).put(`${box}/bobs`, 'x')).status, 201);
    assertPage(await (await swift.account(carol)).put(`${box}/carols`, 'x'), 403);
    assertPage(await (await swift.account(eve, 'upstream', demo)).put(`${box}/eves`, 'x'), 403);
    assertPage(await swift.stranger(demo).put(`${box}/nobodys`, 'x'), 401);
  });
});
