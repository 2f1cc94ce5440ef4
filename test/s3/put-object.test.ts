// PutObject over the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { type ChecksumAlgorithm, PutObjectCommand, type S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { rawExchange } from '../support/raw-http.ts';
import {
  assertError,
  assertFails,
  newBucket,
  objectTarget,
  rawS3,
  s3Client,
  tortureKeys,
} from '../support/s3.ts';
import { alice, bob, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const md5 = (text: string) => createHash('md5').update(text).digest();

describe('PutObject', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  const read = async (Key: string) => (await s3.getObject({ Bucket, Key })).Body?.transformToString();
  const put = (key: string, headers: Record<string, string>, body = 'body') =>
    rawS3(server, { method: 'PUT', target: objectTarget(Bucket, key), headers, body, user: alice });

  it('stores bytes under every kind of key, and answers their MD5', async () => {
    for (const [index, Key] of tortureKeys.entries()) {
      const answer = await s3.putObject({ Bucket, Key, Body: `body ${index}` });
      assert.equal(answer.ETag, `"${md5(`body ${index}`).toString('hex')}"`);
    }
    for (const [index, Key] of tortureKeys.entries()) assert.equal(await read(Key), `body ${index}`, Key);
    const listed = await s3.listObjectsV2({ Bucket, EncodingType: 'url' });
    const keys = listed.Contents?.map(({ Key = '' }) => decodeURIComponent(Key));
    assert.deepEqual(
      keys,
      tortureKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it('stores bodies of any size, from memory and from a stream', async () => {
    for (const size of [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 3_000_000]) {
      const bytes = Buffer.alloc(size, `${size} `);
      await s3.putObject({ Bucket, Key: 'sized', Body: bytes });
      const got = await s3.getObject({ Bucket, Key: 'sized' });
      assert.ok(bytes.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
      await s3.putObject({ Bucket, Key: 'streamed', Body: Readable.from([bytes]), ContentLength: size });
      assert.equal((await s3.headObject({ Bucket, Key: 'streamed' })).ContentLength, size);
    }
  });

  it('takes a chunked body of unknown length, and none without any length', async () => {
    const target = objectTarget(Bucket, 'chunked');
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const answer = await rawS3(server, {
      method: 'PUT',
      target,
      headers,
      body: 'abc',
      chunked: true,
      user: alice,
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await read('chunked'), 'abc');
    const bare = await rawExchange(server.url, [`PUT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`]);
    assert.match(bare.text, /^HTTP\/1.1 (403|411) /);
  });

  it('keeps content headers and metadata', async () => {
    await s3.putObject({
      Bucket,
      Key: 'headers',
      Body: 'x',
      ContentType: 'text/x-test; charset=utf-8',
      CacheControl: 'max-age=1',
      ContentDisposition: 'attachment; filename="a b"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'ko',
      Expires: new Date(Date.UTC(2030, 0, 1)),
      Metadata: { Colour: 'blue', 'two-words': 'a  b' },
    });
    const head = await s3.headObject({ Bucket, Key: 'headers' });
    assert.equal(head.ContentType, 'text/x-test; charset=utf-8');
    assert.equal(head.CacheControl, 'max-age=1');
    assert.equal(head.ContentDisposition, 'attachment; filename="a b"');
    assert.equal(head.ContentEncoding, 'gzip');
    assert.equal(head.ContentLanguage, 'ko');
    assert.equal(head.ExpiresString, 'Tue, 01 Jan 2030 00:00:00 GMT');
    assert.deepEqual(head.Metadata, { colour: 'blue', 'two-words': 'a  b' });
    await s3.putObject({ Bucket, Key: 'headers', Body: 'x' });
    const plain = await s3.headObject({ Bucket, Key: 'headers' });
    assert.equal(plain.ContentEncoding, undefined);
    assert.deepEqual(plain.Metadata, {});
  });

  it('gives a type to objects without one', async () => {
    await put('typeless', {});
    assert.equal((await s3.headObject({ Bucket, Key: 'typeless' })).ContentType, 'binary/octet-stream');
  });

  it('gives metadata beyond ASCII back byte for byte, and RFC 2047 words as they are', async () => {
    const utf8 = Buffer.from('한글 é 🫙', 'utf8').toString('latin1');
    const word = '=?UTF-8?B?7ZWc6riA?=';
    const answer = await put('beyond', { 'x-amz-meta-raw': utf8, 'x-amz-meta-word': word });
    assert.equal(answer.status, 200, answer.text);
    const target = objectTarget(Bucket, 'beyond');
    const head = await rawS3(server, { method: 'HEAD', target, user: alice });
    assert.equal(head.headers['x-amz-meta-raw'], utf8);
    assert.equal(head.headers['x-amz-meta-word'], word);
    const sdk = await s3.headObject({ Bucket, Key: 'beyond' });
    assert.equal(Buffer.from(sdk.Metadata?.raw ?? '', 'latin1').toString('utf8'), '한글 é 🫙');
    assertError(await put('broken', { 'x-amz-meta-raw': '\xff\xfe' }), 400, 'InvalidArgument');
  });

  it('limits metadata to 2 KB', async () => {
    assert.equal((await put('meta', { 'x-amz-meta-a': 'x'.repeat(2047) })).status, 200);
    assertError(await put('meta-more', { 'x-amz-meta-a': 'x'.repeat(2048) }), 400, 'MetadataTooLarge');
    assertError(
      await put('meta-more', { 'x-amz-meta-a': 'x'.repeat(1023), 'x-amz-meta-b': 'x'.repeat(1024) }),
      400,
      'MetadataTooLarge',
    );
    await assertFails(s3.headObject({ Bucket, Key: 'meta-more' }), 404, 'NotFound');
  });

  it('checks and keeps every checksum', async () => {
    const values = {
      CRC32: 'DUoRhQ==',
      CRC32C: 'yZRlqg==',
      CRC64NVME: 'jSnVw/bqjr4=',
      SHA1: 'Kq5sNclPz7QV2+lfQIuc6R7oRu0=',
      SHA256: 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=',
    };
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      const name = `Checksum${algorithm}` as const;
      const Key = `sum-${algorithm}`;
      const answer = await s3.putObject({ Bucket, Key, Body: 'hello world', ChecksumAlgorithm: algorithm });
      const head = await s3.headObject({ Bucket, Key, ChecksumMode: 'ENABLED' });
      assert.equal(head[name], values[algorithm]);
      assert.equal(answer[name], head[name]);
      assert.equal(head.ChecksumType, 'FULL_OBJECT');
      assert.equal((await s3.headObject({ Bucket, Key }))[name], undefined);
      const wrong = { [`x-amz-checksum-${algorithm.toLowerCase()}`]: head[name] ?? '' };
      assertError(await put('wrong-sum', wrong, 'hello World'), 400, 'BadDigest');
    }
    await assertFails(s3.headObject({ Bucket, Key: 'wrong-sum' }), 404, 'NotFound');
    const unknown = await put('wrong-sum', { 'x-amz-checksum-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' });
    assertError(unknown, 501, 'NotImplemented');
    assertError(await put('wrong-sum', { 'x-amz-checksum-crc32': 'short' }), 400, 'InvalidRequest');
  });

  it('checks checksums in trailers', async () => {
    const stream = () => Readable.from([Buffer.from('hello '), Buffer.from('world')]);
    const algorithms: ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];
    for (const ChecksumAlgorithm of algorithms) {
      await s3.putObject({ Bucket, Key: 'trailer', Body: stream(), ContentLength: 11, ChecksumAlgorithm });
      assert.equal(await read('trailer'), 'hello world');
    }
    assert.equal((await s3.headObject({ Bucket, Key: 'trailer' })).ContentEncoding, undefined);
  });

  it('checks Content-MD5', async () => {
    const good = md5('body').toString('base64');
    assert.equal((await put('md5', { 'content-md5': good })).status, 200);
    assertError(await put('md5-wrong', { 'content-md5': good }, 'other'), 400, 'BadDigest');
    for (const bad of ['nonsense', 'AAAA', '', `${good}=`]) {
      assertError(await put('md5-wrong', { 'content-md5': bad }), 400, 'InvalidDigest');
    }
    await assertFails(s3.headObject({ Bucket, Key: 'md5-wrong' }), 404, 'NotFound');
  });

  it('leaves nothing behind a body that is too short or has the wrong digest', async () => {
    const target = objectTarget(Bucket, 'short');
    const wrong = await rawS3(server, {
      method: 'PUT',
      target,
      body: 'abc',
      headers: { 'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
      user: alice,
    });
    assertError(wrong, 400, 'XAmzContentSHA256Mismatch');
    await assertFails(s3.headObject({ Bucket, Key: 'short' }), 404, 'NotFound');
  });

  it('refuses bodies beyond the largest size before they come', async () => {
    const headers = {
      'content-length': String(5 * 1024 ** 3 + 1),
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    assertError(await put('huge', headers, 'x'), 400, 'EntityTooLarge');
    await assertFails(s3.headObject({ Bucket, Key: 'huge' }), 404, 'NotFound');
  });

  it('leaves nothing behind a client that stops half way', async () => {
    const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'half' })));
    const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 100000\r\n\r\n`;
    await rawExchange(server.url, [head, 'x'.repeat(50_000)]);
    await assertFails(s3.headObject({ Bucket, Key: 'half' }), 404, 'NotFound');
  });

  it('writes only when the conditions hold', async () => {
    const first = await s3.putObject({ Bucket, Key: 'if', Body: '1', IfNoneMatch: '*' });
    await assertFails(
      s3.putObject({ Bucket, Key: 'if', Body: '2', IfNoneMatch: '*' }),
      412,
      'PreconditionFailed',
    );
    await s3.putObject({ Bucket, Key: 'if', Body: '3', IfMatch: first.ETag });
    await assertFails(
      s3.putObject({ Bucket, Key: 'if', Body: '4', IfMatch: first.ETag }),
      412,
      'PreconditionFailed',
    );
    await assertFails(
      s3.putObject({ Bucket, Key: 'if-not', Body: '5', IfMatch: first.ETag }),
      404,
      'NoSuchKey',
    );
    assert.equal(await read('if'), '3');
    await assertFails(s3.headObject({ Bucket, Key: 'if-not' }), 404, 'NotFound');
  });

  it('lets one of many conditional writers win', async () => {
    const writers = Array.from({ length: 12 }, (_, i) =>
      s3.putObject({ Bucket, Key: 'race', Body: `writer ${i}`, IfNoneMatch: '*' }).then(
        () => `writer ${i}`,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(writers)).filter((winner) => winner !== undefined);
    assert.equal(winners.length, 1);
    assert.equal(await read('race'), winners[0]);
  });

  it('takes headers that change nothing, and refuses what is not there yet by name', async () => {
    for (const harmless of [
      { 'x-amz-acl': 'private' },
      { 'x-amz-acl': 'bucket-owner-full-control' },
      { 'x-amz-storage-class': 'STANDARD' },
      { 'x-amz-tagging': '' },
      { 'x-amz-request-payer': 'requester' },
    ]) {
      const answer = await put('harmless', harmless);
      assert.equal(answer.status, 200, answer.text);
    }
    for (const [header, value] of [
      ['x-amz-acl', 'public-read'],
      ['x-amz-grant-read', `id="${bob.id}"`],
      ['x-amz-tagging', 'a=b'],
      ['x-amz-server-side-encryption', 'aws:kms'],
      ['x-amz-server-side-encryption-aws-kms-key-id', 'a-key'],
      ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
      ['x-amz-object-lock-mode', 'GOVERNANCE'],
      ['x-amz-object-lock-legal-hold', 'ON'],
      ['x-amz-website-redirect-location', '/other'],
      ['x-amz-write-offset-bytes', '3'],
    ] as const) {
      const answer = await put('refused', { [header]: value });
      assertError(answer, 501, 'NotImplemented');
      assert.equal(answer.element('Header'), header);
    }
    assertError(await put('refused', { 'x-amz-acl': 'nonsense' }), 400, 'InvalidArgument');
    const cipher = { 'x-amz-server-side-encryption': 'ROT13' };
    assertError(await put('refused', cipher), 400, 'InvalidArgument');
    assertError(await put('refused', { 'x-amz-storage-class': 'GLACIER' }), 400, 'InvalidStorageClass');
    await assertFails(s3.headObject({ Bucket, Key: 'refused' }), 404, 'NotFound');
  });

  it('refuses keys that are too long, and versions', async () => {
    await assertFails(s3.putObject({ Bucket, Key: 'x'.repeat(1025) }), 400, 'KeyTooLongError');
    await assertFails(s3.putObject({ Bucket, Key: '한'.repeat(342) }), 400, 'KeyTooLongError');
    const versioned = `${objectTarget(Bucket, 'v')}?versionId=abc`;
    assertError(
      await rawS3(server, { method: 'PUT', target: versioned, user: alice }),
      400,
      'InvalidArgument',
    );
    assertError(
      await rawS3(server, { method: 'PUT', target: `/${Bucket}/%ff`, user: alice }),
      400,
      'InvalidURI',
    );
  });

  it('refuses readers, strangers and absent buckets', async () => {
    await s3Client(server, bob).putObject({ Bucket, Key: 'of-bob', Body: '' });
    await assertFails(s3Client(server, carol).putObject({ Bucket, Key: 'k', Body: '' }), 403, 'AccessDenied');
    await assertFails(s3Client(server, eve).putObject({ Bucket, Key: 'k', Body: '' }), 403, 'AccessDenied');
    assertError(await rawS3(server, { method: 'PUT', target: `/${Bucket}/k` }), 403, 'AccessDenied');
    await assertFails(s3.putObject({ Bucket: 'absent', Key: 'k', Body: '' }), 404, 'NoSuchBucket');
  });
});
