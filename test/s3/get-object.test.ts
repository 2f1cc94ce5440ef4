// GetObject over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetObjectCommand, type S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { assertError, assertFails, newBucket, objectTarget, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('GetObject', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  let etag: string;
  const Key = 'digits';
  const body = '0123456789';

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    etag = (await s3.putObject({ Bucket, Key, Body: body, ContentType: 'text/plain' })).ETag ?? '';
  });
  after(() => server.stop());

  const get = (headers: Record<string, string> = {}, query = '') =>
    rawS3(server, { target: `${objectTarget(Bucket, Key)}${query}`, headers, user: alice });

  it('answers the bytes and what is known about them', async () => {
    const answer = await get();
    assert.equal(answer.status, 200);
    assert.equal(answer.text, body);
    assert.equal(answer.headers['content-length'], '10');
    assert.equal(answer.headers['content-type'], 'text/plain');
    assert.equal(answer.headers['accept-ranges'], 'bytes');
    assert.equal(answer.headers.etag, etag);
    const modified = Date.parse(answer.headers['last-modified'] ?? '');
    assert.ok(Math.abs(modified - Date.now()) < 60_000);
    assert.equal(answer.headers['x-amz-storage-class'], undefined);
    assert.equal(answer.headers['x-amz-checksum-crc32'], undefined);
    assert.equal(answer.headers['content-range'], undefined);
  });

  it('answers ranges', async () => {
    for (const [range, text, content] of [
      ['bytes=0-0', '0', 'bytes 0-0/10'],
      ['bytes=2-5', '2345', 'bytes 2-5/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=-99', body, 'bytes 0-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
      ['bytes=0-99999999999999999999', body, 'bytes 0-9/10'],
    ] as const) {
      const answer = await get({ range });
      assert.deepEqual([answer.status, answer.text], [206, text], range);
      assert.equal(answer.headers['content-range'], content);
      assert.equal(answer.headers['content-length'], String(text.length));
    }
  });

  it('answers everything for ranges that are none or several', async () => {
    for (const range of ['bytes=5-2', 'bytes=x-1', 'chars=1-2', 'bytes=1-2,4-5', 'bytes=', 'bytes=-']) {
      const answer = await get({ range });
      assert.deepEqual([answer.status, answer.text], [200, body], range);
    }
  });

  it('refuses ranges behind the end', async () => {
    for (const range of ['bytes=10-', 'bytes=10-12', 'bytes=-0', 'bytes=99999999999999999999-']) {
      const answer = await get({ range });
      assertError(answer, 416, 'InvalidRange');
      assert.equal(answer.headers['content-range'], 'bytes */10');
    }
    await s3.putObject({ Bucket, Key: 'empty', Body: '' });
    const empty = { target: objectTarget(Bucket, 'empty'), user: alice };
    assertError(await rawS3(server, { ...empty, headers: { range: 'bytes=0-0' } }), 416, 'InvalidRange');
    const whole = await rawS3(server, empty);
    assert.deepEqual([whole.status, whole.headers['content-length']], [200, '0']);
  });

  it('answers only when the conditions hold', async () => {
    const past = 'Sat, 01 Jan 2000 00:00:00 GMT';
    const future = new Date(Date.now() + 3_600_000).toUTCString();
    const unquoted = etag.replaceAll('"', '');
    for (const [status, headers] of [
      [200, { 'if-match': etag }],
      [200, { 'if-match': unquoted }],
      [200, { 'if-match': `"other", ${etag}` }],
      [200, { 'if-match': '*' }],
      [412, { 'if-match': '"other"' }],
      [412, { 'if-match': `W/${etag}` }],
      [304, { 'if-none-match': etag }],
      [304, { 'if-none-match': `W/${etag}` }],
      [304, { 'if-none-match': '*' }],
      [200, { 'if-none-match': '"other"' }],
      [304, { 'if-modified-since': future }],
      [200, { 'if-modified-since': past }],
      [200, { 'if-modified-since': 'yesterday' }],
      [200, { 'if-unmodified-since': future }],
      [412, { 'if-unmodified-since': past }],
      [200, { 'if-match': etag, 'if-unmodified-since': past }],
      [200, { 'if-none-match': '"other"', 'if-modified-since': future }],
    ] as const) {
      const answer = await get(headers);
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status === 304) {
        assert.equal(answer.body.length, 0);
        assert.equal(answer.headers.etag, etag);
        assert.ok(answer.headers['last-modified']);
      }
      if (status === 412) assertError(answer, 412, 'PreconditionFailed');
    }
  });

  it('honours If-Range', async () => {
    const modified = (await get()).headers['last-modified'] ?? '';
    const range = 'bytes=0-1';
    for (const [status, ifRange] of [
      [206, etag],
      [200, '"other"'],
      [200, `W/${etag}`],
      [206, modified],
      [200, 'Sat, 01 Jan 2000 00:00:00 GMT'],
    ] as const) {
      const answer = await get({ range, 'if-range': ifRange });
      assert.deepEqual([answer.status, answer.text], [status, status === 206 ? '01' : body], ifRange);
    }
    assert.equal((await get({ range: 'bytes=50-', 'if-range': '"other"' })).status, 200);
  });

  it('answers with the headers a signed request asks for', async () => {
    const overrides = {
      ResponseCacheControl: 'no-cache',
      ResponseContentDisposition: 'attachment; filename="옹기.txt"',
      ResponseContentEncoding: 'x-none',
      ResponseContentLanguage: 'ko',
      ResponseContentType: 'text/html',
    };
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key, ...overrides }));
    const answer = await fetch(url);
    assert.equal(await answer.text(), body);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
    const disposition = Buffer.from(answer.headers.get('content-disposition') ?? '', 'latin1').toString();
    assert.equal(disposition, 'attachment; filename="옹기.txt"');
    assert.equal(answer.headers.get('content-encoding'), 'x-none');
    assert.equal(answer.headers.get('content-language'), 'ko');
    assert.equal(answer.headers.get('content-type'), 'text/html');
    const expires = await get({}, '?response-expires=Thu%2C%2001%20Dec%201994%2016%3A00%3A00%20GMT');
    assert.equal(expires.headers.expires, 'Thu, 01 Dec 1994 16:00:00 GMT');
  });

  it('lets no answer header be forged', async () => {
    const answer = await get({}, '?response-content-type=a%0D%0AX-Forged%3A%201');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-forged'], undefined);
  });

  it('refuses to let strangers choose headers', async () => {
    const target = `${objectTarget(Bucket, Key)}?response-content-type=text/html`;
    const answer = await rawS3(server, { target });
    assert.ok(answer.status === 403 || answer.element('Code') === 'InvalidRequest', answer.text);
  });

  it('shows the checksum when asked, and only of the whole', async () => {
    await s3.putObject({ Bucket, Key: 'sum', Body: body, ChecksumAlgorithm: 'SHA256' });
    const target = objectTarget(Bucket, 'sum');
    const mode = { 'x-amz-checksum-mode': 'ENABLED' };
    const whole = await rawS3(server, { target, headers: mode, user: alice });
    assert.ok(whole.headers['x-amz-checksum-sha256']);
    assert.equal(whole.headers['x-amz-checksum-type'], 'FULL_OBJECT');
    const part = await rawS3(server, { target, headers: { ...mode, range: 'bytes=0-1' }, user: alice });
    assert.equal(part.headers['x-amz-checksum-sha256'], undefined);
    const plain = await rawS3(server, { target, user: alice });
    assert.equal(plain.headers['x-amz-checksum-sha256'], undefined);
  });

  it('takes an object written whole for its only part', async () => {
    const one = await get({}, '?partNumber=1');
    assert.deepEqual([one.status, one.text, one.headers['content-range']], [206, body, 'bytes 0-9/10']);
    assert.equal(one.headers['x-amz-mp-parts-count'], undefined);
    assertError(await get({}, '?partNumber=2'), 416, 'InvalidPartNumber');
    for (const wrong of ['0', '10001', 'x', '']) {
      assertError(await get({}, `?partNumber=${wrong}`), 400, 'InvalidArgument');
    }
    assertError(await get({ range: 'bytes=0-1' }, '?partNumber=1'), 400, 'InvalidRequest');
  });

  it('knows one version', async () => {
    assert.equal((await get({}, '?versionId=null')).status, 200);
    assertError(await get({}, '?versionId=abc'), 400, 'InvalidArgument');
  });

  it('refuses a customer’s key, as nothing is encrypted with one', async () => {
    const header = 'x-amz-server-side-encryption-customer-algorithm';
    assertError(await get({ [header]: 'AES256' }), 501, 'NotImplemented');
  });

  it('refuses absent objects and buckets, and who may not read', async () => {
    await assertFails(s3.getObject({ Bucket, Key: 'absent' }), 404, 'NoSuchKey');
    await assertFails(s3.getObject({ Bucket: 'absent', Key }), 404, 'NoSuchBucket');
    // A reader of the project sees lists and metadata, but no bytes.
    for (const user of [carol, dave, eve]) {
      await assertFails(s3Client(server, user).getObject({ Bucket, Key }), 403, 'AccessDenied');
    }
    assertError(await rawS3(server, { target: objectTarget(Bucket, Key) }), 403, 'AccessDenied');
  });
});
