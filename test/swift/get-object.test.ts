// GET /v1/{account}/{container}/{object}
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { alice, carol, dave, demo, eve } from '../support/seed.ts';
import {
  assertEmpty,
  assertPage,
  html,
  httpDateForm,
  pages,
  type SwiftAccount,
  type SwiftAnswer,
  timestampForm,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
let object: string;
const digits = '0123456789';
const etag = '781e5e245d69b566979b86e28d23f2c7';
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
  object = `${box}/digits`;
  await account.put(object, digits, { 'Content-Type': 'text/plain', 'X-Object-Meta-A': 'b' });
}

test('answers 200 with the bytes and all that is known of them', async () => {
  for (const dialect of ['kakaocloud', 'upstream'] as const) {
    const { status, headers, text } = await (await swift.account(alice, dialect)).get(object);
    assert.deepEqual([status, text], [200, digits]);
    assert.equal(headers['content-type'], 'text/plain');
    assert.equal(headers['content-length'], '10');
    assert.equal(headers['x-object-meta-a'], 'b');
    assert.equal(headers.etag, etag);
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.match(headers['last-modified'] ?? '', httpDateForm);
    assert.match(headers['x-timestamp'] ?? '', timestampForm);
  }
});

test('Last-Modified is X-Timestamp rounded up to the next second', async () => {
  const { headers } = await account.get(object);
  const shown = Date.parse(headers['last-modified'] ?? '') / 1000;
  assert.equal(shown, Math.ceil(Number(headers['x-timestamp'])));
});

describe('ranges', () => {
  for (const [range, bytes, contentRange] of [
    ['bytes=0-4', '01234', 'bytes 0-4/10'],
    ['bytes=5-', '56789', 'bytes 5-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=0-100', digits, 'bytes 0-9/10'],
    ['bytes=-100', digits, 'bytes 0-9/10'],
    ['bytes=0-9', digits, 'bytes 0-9/10'],
    ['Bytes = 0 - 1', '01', 'bytes 0-1/10'],
    ['bytes=0-1,50-60', '01', 'bytes 0-1/10'],
    ['bytes=0-99999999999999999999', digits, 'bytes 0-9/10'],
  ] as const) {
    test(`${range} is 206`, async () => {
      const { status, headers, text } = await account.get(object, { Range: range });
      assert.deepEqual([status, text, headers['content-range']], [206, bytes, contentRange]);
      assert.equal(headers['content-length'], String(bytes.length));
      assert.equal(headers['content-type'], 'text/plain');
      assert.equal(headers.etag, etag);
    });
  }

  for (const range of [
    'bytes=10-',
    'bytes=20-30',
    'bytes=-0',
    'bytes=50-60,70-',
    'bytes=99999999999999999999-',
  ]) {
    test(`${range} is 416`, async () => {
      const answer = await account.get(object, { Range: range });
      assert.deepEqual([answer.status, answer.text], [416, pages[416]]);
      assert.equal(answer.headers['content-range'], 'bytes */10');
      assert.equal(answer.headers.etag, etag);
      assert.equal(answer.headers['x-object-meta-a'], 'b');
    });
  }

  for (const range of ['bytes=3-1', 'bytes=abc', 'items=0-1', 'bytes=,0-1', 'bytes=', 'bytes=-']) {
    test(`${range} is ignored`, async () => {
      const { status, text } = await account.get(object, { Range: range });
      assert.deepEqual([status, text], [200, digits]);
    });
  }

  test('of an empty object: none can be satisfied, but its last bytes are all of it', async () => {
    await account.put(`${box}/empty`, '');
    const answer = await account.get(`${box}/empty`, { Range: 'bytes=0-4' });
    assert.deepEqual([answer.status, answer.headers['content-range']], [416, 'bytes */0']);
    assertEmpty(await account.get(`${box}/empty`, { Range: 'bytes=-1' }), 200);
    assert.equal((await account.get(`${box}/empty`, { Range: 'bytes=-0' })).status, 416);
  });

  test('several are one multipart answer', async () => {
    const { status, headers, text } = await account.get(object, { Range: 'bytes=0-1, 3-4,-2' });
    assert.equal(status, 206);
    const boundary = /^multipart\/byteranges;boundary=([0-9a-f]{32})$/.exec(
      headers['content-type'] ?? '',
    )?.[1];
    assert.ok(boundary, String(headers['content-type']));
    assert.equal(headers['content-range'], undefined);
    assert.equal(headers['content-length'], String(text.length));
    const part = (range: string, bytes: string) =>
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/10\r\n\r\n${bytes}\r\n`;
    const parts = [part('0-1', '01'), part('3-4', '34'), part('8-9', '89')];
    assert.equal(text, `${parts.join('')}--${boundary}--`);
  });

  test('more than an honest reader needs are refused', async () => {
    const refused = async (ranges: string) =>
      assert.equal((await account.get(object, { Range: `bytes=${ranges}` })).status, 416, ranges);
    await refused('0-5,2-7,3-8');
    await refused('8-8,7-7,6-6,5-5,4-4,3-3,2-2,1-1');
    await refused(Array.from({ length: 51 }, () => '0-0').join());
    assert.equal((await account.get(object, { Range: 'bytes=0-0,0-0,0-0,0-0' })).status, 206);
  });

  test('of a large object are its bytes', async () => {
    const large = randomBytes(5_000_000);
    await account.put(`${box}/large`, large);
    const whole = await account.get(`${box}/large`);
    assert.equal(whole.headers.etag, createHash('md5').update(large).digest('hex'));
    assert.ok(whole.bytes.equals(large));
    const piece = await account.get(`${box}/large`, { Range: 'bytes=1234567-4321098' });
    assert.ok(piece.bytes.equals(large.subarray(1_234_567, 4_321_099)));
    const pieces = await account.get(`${box}/large`, { Range: 'bytes=0-99999,4900000-' });
    assert.equal(pieces.headers['content-length'], String(pieces.bytes.length));
    assert.ok(pieces.bytes.includes(large.subarray(0, 100_000)));
    assert.ok(pieces.bytes.includes(large.subarray(4_900_000)));
  });
});

describe('conditions', () => {
  const past = 'Sat, 21 Nov 2020 05:16:00 GMT';
  const future = 'Sat, 21 Nov 2037 05:16:00 GMT';
  const described = (answer: SwiftAnswer) => {
    assert.equal(answer.text, '');
    assert.equal(answer.headers.etag, etag);
    assert.equal(answer.headers['x-object-meta-a'], 'b');
    assert.match(answer.headers['last-modified'] ?? '', httpDateForm);
  };

  for (const headers of [
    { 'If-None-Match': `"${etag}"` },
    { 'If-None-Match': etag },
    { 'If-None-Match': `"x", W/"${etag}"` },
    { 'If-None-Match': '*' },
    { 'If-Modified-Since': future },
    { 'If-None-Match': etag, Range: 'bytes=0-1' },
  ]) {
    test(`${JSON.stringify(headers)} is 304`, async () => {
      const answer = await account.get(object, headers);
      assert.equal(answer.status, 304);
      assert.equal(answer.headers['content-type'], 'text/plain');
      described(answer);
    });
  }

  for (const headers of [{ 'If-Match': '"nope"' }, { 'If-Unmodified-Since': past }]) {
    test(`${JSON.stringify(headers)} is 412`, async () => {
      const answer = await account.get(object, headers);
      assertEmpty(answer, 412);
      assert.equal(answer.headers['content-type'], html);
      described(answer);
    });
  }

  for (const headers of [
    { 'If-Match': '*' },
    { 'If-Match': `"x", ${etag}` },
    { 'If-None-Match': '"x"' },
    { 'If-Modified-Since': past },
    { 'If-Unmodified-Since': future },
    { 'If-Modified-Since': 'yesterday' },
    { 'If-Unmodified-Since': 'tomorrow' },
  ]) {
    test(`${JSON.stringify(headers)} is 200`, async () => {
      assert.deepEqual((await account.get(object, headers)).text, digits);
    });
  }

  test('the Last-Modified an answer gives is not modified since', async () => {
    const { headers } = await account.get(object);
    const again = await account.get(object, { 'If-Modified-Since': headers['last-modified'] ?? '' });
    assert.equal(again.status, 304);
  });

  test('an absent object matches nothing, not even *', async () => {
    assertEmpty(await account.get(`${box}/absent`, { 'If-Match': '*' }), 412);
    assertPage(await account.get(`${box}/absent`, { 'If-None-Match': '*' }), 404);
    assertPage(await account.get(`${box}/absent`, { 'If-Match': '"x"' }), 404);
  });
});

test('an object past its X-Delete-At is absent', async () => {
  await account.put(`${box}/short`, 'x', { 'X-Delete-After': '3' });
  assert.equal((await account.get(`${box}/short`)).text, 'x');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  assertPage(await account.get(`${box}/short`), 404);
  assert.equal((await account.head(`${box}/short`)).status, 404);
  assertPage(await account.post(`${box}/short`, { 'X-Object-Meta-A': 'b' }), 404);
  assertPage(await account.call('COPY', `${box}/short`, { headers: { Destination: `${box}/copy` } }), 404);
  assertPage(await account.get(`${box}/short`, { 'If-None-Match': '*' }), 404);
});

test('is 404 for what is not there, and never lists', async () => {
  assertPage(await account.get(`${box}/absent`), 404);
  assertPage(await account.get(`${object}/`), 404);
  assertPage(await account.get(`${box}/${'n'.repeat(1025)}`), 404);
  assertPage(await account.get('/absent/absent'), 404);
  assertPage(await account.get('/Absent/absent'), 404);
});

test('serves plain objects to clients that ask for manifests and links themselves', async () => {
  // swiftclient and rclone add these to look behind large objects and symbolic links.
  assert.equal((await account.get(`${object}?multipart-manifest=get`)).text, digits);
  assert.equal((await account.get(`${object}?symlink=get`)).text, digits);
  assert.equal((await account.get(object, { 'X-Newest': 'true' })).text, digits);
});

test('is for who may read objects', async () => {
  assertPage(await (await swift.account(dave)).get(object), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).get(object), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).get('/absent/absent'), 403);
  assertPage(await swift.stranger(demo).get(object), 401);
  // Viewers see what there is, not what is in it (reference, section 4).
  assertPage(await (await swift.account(carol)).get(object), 403);
});
