// Static large objects: made of a list of segments, read as one, and everything that can be wrong with a list
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, dave, demo } from '../support/seed.ts';
import { assertEmpty, assertPage, type SwiftAccount, useSwift } from '../support/swift.ts';

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');

let account: SwiftAccount;
let box: string;
let segments: string;
const swift = useSwift(async () => {
  account = await swift.account(alice);
  box = await account.container();
  segments = await account.container();
});

/** Some bytes are in records, some in blobs. */
const contents = ['first', 'b'.repeat(200_000), 'third segment', 'd'.repeat(70_000)].map((text) =>
  Buffer.from(text),
);
const whole = Buffer.concat(contents);
const etag = md5(contents.map((bytes) => md5(bytes)).join(''));

/** Compared by themselves: a difference shown byte by byte would take more memory than there is. */
function sameBytes(given: Uint8Array | undefined, expected: Uint8Array = whole): void {
  assert.ok(
    given !== undefined && Buffer.from(given).equals(expected),
    `${given?.length} other bytes than expected`,
  );
}

interface Wanted {
  path?: string;
  etag?: string | null;
  size_bytes?: number | null;
  range?: string;
  data?: string;
}

const listed = (name: string, bytes: Uint8Array): Wanted => ({
  path: `${segments}/${name}`,
  etag: md5(bytes),
  size_bytes: bytes.length,
});

async function store(name: string, bytes: string | Uint8Array): Promise<Wanted> {
  assert.equal((await account.put(`${segments}/${name}`, bytes)).status, 201);
  return listed(name, Buffer.from(bytes));
}

const putList = (path: string, list: unknown, headers: Record<string, string> = {}, query = '') =>
  account.put(`${path}?multipart-manifest=put${query}`, JSON.stringify(list), headers);

/** Stores `contents` under `name` and a list of them at `box/name`. */
async function storeLarge(name: string, headers: Record<string, string> = {}): Promise<string> {
  const list: Wanted[] = [];
  for (const [i, bytes] of contents.entries()) list.push(await store(`${name}/${i}`, bytes));
  const made = await putList(`${box}/${name}`, list, headers);
  assertEmpty(made, 201);
  assert.equal(made.headers.etag, `"${etag}"`);
  assert.ok(made.headers['last-modified']);
  return `${box}/${name}`;
}

describe('a static large object', () => {
  test('is read as one', async () => {
    const path = await storeLarge('read.txt', { 'X-Object-Meta-Color': 'blue' });
    for (const answer of [await account.get(path), await account.head(path)]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-length'], String(whole.length));
      assert.equal(answer.headers.etag, `"${etag}"`);
      assert.equal(answer.headers['x-static-large-object'], 'True');
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.equal(answer.headers['x-object-meta-color'], 'blue');
      assert.match(answer.headers['x-manifest-etag'] ?? '', /^[0-9a-f]{32}$/);
    }
    sameBytes((await account.get(path)).bytes);
  });

  test('answers conditions by its Etag, and ranges', async () => {
    const path = await storeLarge('conditions');
    assert.equal((await account.get(path, { 'If-None-Match': `"${etag}"` })).status, 304);
    assert.equal((await account.get(path, { 'If-Match': etag })).status, 200);
    assert.equal((await account.get(path, { 'If-Match': '"other"' })).status, 412);
    const range = await account.get(path, { Range: 'bytes=3-12' });
    assert.deepEqual([range.status, range.text], [206, 'stbbbbbbbb']);
    assert.equal(range.headers['content-range'], `bytes 3-12/${whole.length}`);
    const several = await account.get(path, { Range: 'bytes=0-4,-2' });
    assert.equal(several.status, 206);
    assert.match(several.headers['content-type'] ?? '', /^multipart\/byteranges;boundary=/);
    assert.ok(several.text.includes('\r\n\r\nfirst\r\n'));
    assert.ok(several.text.includes('\r\n\r\ndd\r\n'));
    const outside = await account.get(path, { Range: `bytes=${whole.length}-` });
    assert.deepEqual([outside.status, outside.headers['content-range']], [416, `bytes */${whole.length}`]);
  });

  test('shows its list, as stored and as it may be put again', async () => {
    const path = await storeLarge('list');
    const stored = await account.get(`${path}?multipart-manifest=get`);
    assert.equal(stored.status, 200);
    assert.equal(stored.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(stored.headers.etag, md5(stored.text));
    assert.equal(stored.headers['x-static-large-object'], 'True');
    assert.equal(stored.headers['x-manifest-etag'], md5(stored.text));
    const list = JSON.parse(stored.text);
    assert.deepEqual(Object.keys(list[0]), ['name', 'bytes', 'hash', 'content_type', 'last_modified']);
    assert.equal(list[1].name, `${segments}/list/1`);
    assert.equal(list[1].bytes, 200_000);
    assert.match(list[1].last_modified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000$/);
    assert.ok(stored.text.startsWith(`[{"name": "${segments}/list/0", "bytes": 5, "hash": "`), stored.text);
    const head = await account.head(`${path}?multipart-manifest=get`);
    assert.deepEqual(
      [head.headers.etag, head.headers['content-length']],
      [md5(stored.text), String(stored.bytes.length)],
    );
    const raw = await account.get(`${path}?multipart-manifest=get&format=raw`);
    assert.equal(raw.headers['content-type'], 'application/octet-stream');
    assert.ok(
      raw.text.startsWith(`[{"etag": "${md5('first')}", "path": "${segments}/list/0", "size_bytes": 5}, {`),
    );
    const again = await account.put(`${box}/list-again?multipart-manifest=put`, raw.text);
    assert.deepEqual([again.status, again.headers.etag], [201, `"${etag}"`]);
  });

  test('is listed with its size, the hash of its list and its own Etag', async () => {
    const path = await storeLarge('listed');
    const manifest = await account.get(`${path}?multipart-manifest=get`);
    const listing = await account.get(`${box}?format=json&prefix=listed`);
    const [entry] = JSON.parse(listing.text);
    assert.equal(entry.bytes, whole.length);
    assert.equal(entry.hash, manifest.headers.etag);
    assert.equal(entry.slo_etag, `"${etag}"`);
    const xml = await account.get(`${box}?format=xml&prefix=listed`);
    assert.ok(xml.text.includes(`<hash>${entry.hash}</hash>`) && !xml.text.includes('slo_etag'));
  });

  test('counts with the bytes of its list: its segments count where they are', async () => {
    const own = await account.container();
    await putList(`${own}/large`, [await store('counted', 'x'.repeat(1000))]);
    const { bytes } = await account.get(`${own}/large?multipart-manifest=get`);
    assert.equal((await account.head(own)).headers['x-container-bytes-used'], String(bytes.length));
    assertEmpty(await account.delete(`${own}/large`), 204);
    assert.equal((await account.head(own)).headers['x-container-bytes-used'], '0');
    assertEmpty(await account.delete(own), 204);
  });

  test('keeps what it is through POST', async () => {
    const path = await storeLarge('posted');
    assert.equal(
      (await account.post(path, { 'X-Object-Meta-A': '1', 'Content-Type': 'text/x' })).status,
      202,
    );
    const { headers } = await account.head(path);
    assert.equal(headers['x-static-large-object'], 'True');
    assert.equal(headers['content-type'], 'text/x');
    assert.equal(headers['content-length'], String(whole.length));
  });

  test('may have ranges of segments, bytes of its own, and large objects in it', async () => {
    await store('alphabet', 'abcdefghijklmnopqrstuvwxyz');
    const path = `${segments}/alphabet`;
    const inner = [
      { path, range: '0-2' },
      { data: Buffer.from('DATA').toString('base64') },
      { path, range: '-3' },
    ];
    const made = await putList(`${segments}/inner`, inner);
    const hash = md5('abcdefghijklmnopqrstuvwxyz');
    const innerEtag = md5(`${hash}:0-2;${md5('DATA')}${hash}:23-25;`);
    assert.deepEqual([made.status, made.headers.etag], [201, `"${innerEtag}"`]);
    const outer = [
      { path: `${segments}/inner`, etag: innerEtag, size_bytes: 10, range: '2-7' },
      { path },
      { path: `${segments}/inner` },
    ];
    assert.equal((await putList(`${box}/outer`, outer)).status, 201);
    assert.equal((await account.get(`${box}/outer`)).text, 'cDATAxabcdefghijklmnopqrstuvwxyzabcDATAxyz');
    const list = JSON.parse((await account.get(`${box}/outer?multipart-manifest=get`)).text);
    assert.deepEqual(
      list.map((entry: Wanted & { sub_slo?: boolean }) => [entry.range, entry.sub_slo]),
      [
        ['2-7', true],
        [undefined, undefined],
        [undefined, true],
      ],
    );
    const shown = JSON.parse((await account.get(`${segments}/inner?multipart-manifest=get`)).text);
    assert.deepEqual(shown[1], { data: 'REFUQQ==' });
    assert.deepEqual([shown[2].range, shown[2].bytes], ['23-25', 26]);
    const within = await account.get(`${box}/outer`, { Range: 'bytes=1-6' });
    assert.equal(within.text, 'DATAxa');
  });

  test('may be empty', async () => {
    assert.equal((await putList(`${box}/empty`, [])).status, 201);
    const answer = await account.get(`${box}/empty`);
    assert.deepEqual([answer.status, answer.text, answer.headers.etag], [200, '', `"${md5('')}"`]);
  });

  test('is a conflict when a segment is gone or another one', async () => {
    const path = await storeLarge('broken');
    await account.put(`${segments}/broken/1`, 'changed');
    assertPage(await account.get(path), 409);
    assertPage(await account.get(path, { Range: 'bytes=10-20' }), 409);
    assert.equal((await account.head(path)).status, 200);
    // What is asked for is there.
    assert.equal((await account.get(path, { Range: 'bytes=0-4' })).text, 'first');
    await account.put(`${segments}/broken/1`, contents[1]);
    sameBytes((await account.get(path)).bytes);
    await account.delete(`${segments}/broken/0`);
    assertPage(await account.get(path), 409);
    // Also when it stands for what cannot be looked for.
    await account.put(`${segments}/broken/0`, '', { 'X-Object-Manifest': 'no-such-container/x' });
    assertPage(await account.get(path), 409);
  });

  test('breaks off where a segment far behind is not as it was', async () => {
    const list: Wanted[] = [];
    for (let i = 0; i < 40; i += 1) list.push(await store(`far/${i}`, `${i} ${'x'.repeat(50_000)}`));
    await putList(`${box}/far`, list);
    await account.delete(`${segments}/far/39`);
    await assert.rejects(account.get(`${box}/far`), /aborted|hang up|ECONNRESET/);
  });

  test('is not for who may not read its segments', async () => {
    const path = await storeLarge('rights');
    const open = await account.container({ 'X-Container-Read': '.r:*' });
    const list = JSON.parse((await account.get(`${path}?multipart-manifest=get&format=raw`)).text);
    await putList(`${open}/o`, list);
    const stranger = swift.stranger(demo);
    assertPage(await stranger.get(`${open}/o`), 409);
    assert.equal((await stranger.head(`${open}/o`)).status, 200);
    await account.post(segments, { 'X-Container-Read': '.r:*' });
    sameBytes((await stranger.get(`${open}/o`)).bytes);
    await account.post(segments, { 'X-Container-Read': '' });
    assertPage(await stranger.get(`${open}/o`), 409);
    sameBytes((await (await swift.account(bob)).get(`${open}/o`)).bytes);
  });

  test('is made only of what the writer may see', async () => {
    const own = await account.container({
      'X-Container-Write': `${demo.id}:${dave.id}`,
      'X-Container-Read': `${demo.id}:${dave.id}`,
    });
    const list = [await store('private', 'secret')];
    const answer = await (await swift.account(dave)).put(
      `${own}/o?multipart-manifest=put`,
      JSON.stringify(list),
    );
    assert.deepEqual([answer.status, answer.text], [400, `Errors:\n${segments}/private, 403 Forbidden\n`]);
  });
});

describe('deleting and copying', () => {
  test('the object alone, or all it is made of', async () => {
    const alone = await storeLarge('alone');
    assertEmpty(await account.delete(alone), 204);
    assert.equal((await account.get(`${segments}/alone/0`)).text, 'first');
    const path = await storeLarge('all');
    await putList(`${box}/above`, [
      { path },
      { path: `${segments}/alone/0` },
      { path: `${segments}/alone/0` },
    ]);
    await account.delete(`${segments}/all/2`);
    const answer = await account.delete(`${box}/above?multipart-manifest=delete&async=yes`, {
      Accept: 'application/json',
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.text), {
      'Response Status': '200 OK',
      'Response Body': '',
      'Number Deleted': 6,
      'Number Not Found': 1,
      Errors: [],
    });
    for (const gone of [`${box}/above`, path, `${segments}/all/0`, `${segments}/alone/0`]) {
      assertPage(await account.get(gone), 404);
    }
    assert.equal((await account.get(`${segments}/alone/1`)).status, 200);
  });

  test('COPY makes a plain object of the whole', async () => {
    const path = await storeLarge('source', { 'X-Object-Meta-Color': 'red' });
    const copied = await account.call('COPY', path, { headers: { Destination: `${box}/plain` } });
    assert.deepEqual([copied.status, copied.headers.etag], [201, md5(whole)]);
    await account.delete(`${path}?multipart-manifest=delete`);
    const answer = await account.get(`${box}/plain`);
    sameBytes(answer.bytes);
    assert.equal(answer.headers.etag, md5(whole));
    assert.equal(answer.headers['x-static-large-object'], undefined);
    assert.equal(answer.headers['x-object-meta-color'], 'red');
    assert.equal((await account.get(`${box}/plain`, { Range: 'bytes=2-6' })).text, 'rstbb');
  });

  test('COPY of the list makes another large object', async () => {
    const path = await storeLarge('list-source');
    const headers = { Destination: `${box}/list-copy` };
    const copied = await account.call('COPY', `${path}?multipart-manifest=get`, { headers });
    assert.deepEqual([copied.status, copied.headers.etag], [201, `"${etag}"`]);
    await account.delete(path);
    const answer = await account.get(`${box}/list-copy`);
    sameBytes(answer.bytes);
    assert.equal(answer.headers['x-static-large-object'], 'True');
    const part = await account.put(`${box}/part`, '', {
      'X-Copy-From': `${box}/list-copy`,
      Range: 'bytes=3-6',
    });
    assert.equal(part.status, 201);
    assert.equal((await account.get(`${box}/part`)).text, 'stbb');
  });
});

describe('at the S3 door', () => {
  test('a large object is whole, with an ETag that is no MD5', async () => {
    const path = await storeLarge('s3');
    const s3 = s3Client(swift.server, alice);
    const target = { Bucket: box.slice(1), Key: 's3' };
    const shown = `"${etag}-${contents.length}"`;
    const read = await s3.getObject(target);
    sameBytes(await read.Body?.transformToByteArray());
    assert.deepEqual([read.ETag, read.ContentLength], [shown, whole.length]);
    const head = await s3.headObject({ ...target, IfMatch: shown });
    assert.deepEqual([head.ETag, head.ContentLength], [shown, whole.length]);
    const range = await s3.getObject({ ...target, Range: 'bytes=4-7' });
    assert.equal(await range.Body?.transformToString(), 'tbbb');
    const part = await s3.getObject({ ...target, PartNumber: 3 });
    assert.equal(await part.Body?.transformToString(), 'third segment');
    assert.equal(part.PartsCount, 4);
    const { Contents } = await s3.listObjectsV2({ Bucket: target.Bucket, Prefix: 's3' });
    assert.deepEqual([Contents?.[0]?.ETag, Contents?.[0]?.Size], [shown, whole.length]);
    const facts = await s3.getObjectAttributes({ ...target, ObjectAttributes: ['ETag', 'ObjectSize'] });
    assert.deepEqual([facts.ETag, facts.ObjectSize], [shown.slice(1, -1), whole.length]);
    await s3.copyObject({
      Bucket: target.Bucket,
      Key: 's3-copy',
      CopySource: `${target.Bucket}/s3`,
      ChecksumAlgorithm: 'CRC32',
    });
    const copy = await s3.getObject({ Bucket: target.Bucket, Key: 's3-copy' });
    assert.equal(copy.ETag, `"${md5(whole)}"`);
    sameBytes(await copy.Body?.transformToByteArray());
    const { UploadId } = await s3.createMultipartUpload({ Bucket: target.Bucket, Key: 'mpu' });
    const copied = await s3.uploadPartCopy({
      Bucket: target.Bucket,
      Key: 'mpu',
      UploadId,
      PartNumber: 1,
      CopySource: `${target.Bucket}/s3`,
      CopySourceRange: 'bytes=2-6',
    });
    assert.equal(copied.CopyPartResult?.ETag, `"${md5('rstbb')}"`);
    await account.delete(`${segments}/s3/0`);
    const broken = await rawS3(swift.server, { user: alice, method: 'GET', target: `${path}` });
    assert.deepEqual([broken.status, /<Code>(\w+)</.exec(broken.text)?.[1]], [409, 'OperationAborted']);
    await s3.deleteObject(target);
    assertPage(await account.get(path), 404);
    s3.destroy();
  });

  test('objects of parts, and encrypted ones, are segments like others', async () => {
    const s3 = s3Client(swift.server, alice);
    const Bucket = segments.slice(1);
    const parts = ['p'.repeat(5 * 1024 * 1024), 'the end'];
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'mpu' });
    const Parts = [];
    for (const [i, Body] of parts.entries()) {
      const { ETag } = await s3.uploadPart({ Bucket, Key: 'mpu', UploadId, PartNumber: i + 1, Body });
      Parts.push({ PartNumber: i + 1, ETag });
    }
    const { ETag = '' } = await s3.completeMultipartUpload({
      Bucket,
      Key: 'mpu',
      UploadId,
      MultipartUpload: { Parts },
    });
    await s3.putObject({ Bucket, Key: 'sealed', Body: 'sealed bytes', ServerSideEncryption: 'AES256' });
    const list = [
      { path: `${segments}/mpu`, etag: ETag.replaceAll('"', ''), size_bytes: parts.join('').length },
      { path: `${segments}/sealed`, etag: md5('sealed bytes'), range: '0-5' },
    ];
    assertEmpty(await putList(`${box}/mixed`, list), 201);
    const all = `${parts.join('')}sealed`;
    sameBytes((await account.get(`${box}/mixed`)).bytes, Buffer.from(all));
    assert.equal(
      (await account.get(`${box}/mixed`, { Range: 'bytes=-9' })).text,
      'ndsealed'.padStart(9, 'e'),
    );
    // Written anew, because what is encrypted stays so.
    const copied = await account.call('COPY', `${box}/mixed`, {
      headers: { Destination: `${box}/mixed-copy` },
    });
    assert.equal(copied.headers.etag, md5(all));
    sameBytes((await account.get(`${box}/mixed-copy`)).bytes, Buffer.from(all));
    await s3.putObject({
      Bucket,
      Key: 'sealed-2',
      Body: 'S'.repeat(100_000),
      ServerSideEncryption: 'AES256',
    });
    await putList(`${box}/sealed`, [
      { path: `${segments}/sealed`, range: '2-4' },
      { path: `${segments}/sealed-2` },
    ]);
    await s3.copyObject({ Bucket: box.slice(1), Key: 'sealed-copy', CopySource: `${box.slice(1)}/sealed` });
    const copy = await s3.getObject({ Bucket: box.slice(1), Key: 'sealed-copy' });
    assert.equal(copy.ServerSideEncryption, 'AES256');
    sameBytes(await copy.Body?.transformToByteArray(), Buffer.from(`ale${'S'.repeat(100_000)}`));
    s3.destroy();
  });
});

test('every range of every list gives the same as the bytes in a row', async () => {
  const sizes = [1, 7, 100, 40_000, 90_000];
  const stored = sizes.map((size) => randomBytes(size));
  for (const [i, bytes] of stored.entries()) await store(`any/${i}`, bytes);
  const range = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  /** A range of `size` bytes, not empty, at two places of it. */
  const cut = (size: number, [a, b]: readonly [number, number]) => {
    const [low, high] = [Math.floor(Math.min(a, b) * size), Math.floor(Math.max(a, b) * size)];
    return { start: Math.min(low, size - 1), end: Math.max(Math.min(low, size - 1) + 1, high) };
  };
  const entry = fc.record({ which: fc.nat({ max: sizes.length }), range: fc.option(range) });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 6 }),
      fc.array(range, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (entries, ranges, nested) => {
        let expected = Buffer.alloc(0);
        const list: Wanted[] = entries.map(({ which, range: part }) => {
          const bytes = stored[which];
          if (bytes === undefined) {
            expected = Buffer.concat([expected, Buffer.from('inline')]);
            return { data: Buffer.from('inline').toString('base64') };
          }
          const { start, end } = part === null ? { start: 0, end: bytes.length } : cut(bytes.length, part);
          expected = Buffer.concat([expected, bytes.subarray(start, end)]);
          return { path: `${segments}/any/${which}`, ...(part !== null && { range: `${start}-${end - 1}` }) };
        });
        if (list.every(({ data }) => data !== undefined)) {
          list.push({ path: `${segments}/any/0` });
          expected = Buffer.concat([expected, stored[0] ?? Buffer.alloc(0)]);
        }
        number += 1;
        let path = `${segments}/lists/${number}`;
        assert.equal((await putList(path, list)).status, 201);
        if (nested) {
          const whole = { start: 0, end: expected.length };
          const { start, end } = ranges[0] === undefined ? whole : cut(expected.length, ranges[0]);
          const above = `${box}/lists/${number}`;
          assert.equal(
            (await putList(above, [{ path, range: `${start}-${end - 1}` }, { path }])).status,
            201,
          );
          expected = Buffer.concat([expected.subarray(start, end), expected]);
          path = above;
        }
        for (const asked of ranges) {
          const { start, end } = cut(expected.length, asked);
          const answer = await account.get(path, { Range: `bytes=${start}-${end - 1}` });
          assert.equal(answer.status, 206);
          assert.ok(
            answer.bytes.equals(expected.subarray(start, end)),
            `${start}-${end} of ${JSON.stringify(list)}`,
          );
        }
        assert.ok((await account.get(path)).bytes.equals(expected));
      },
    ),
    { numRuns: 25 },
  );
});
