// CopyObject over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import {
  assertError,
  assertFails,
  newBucket,
  objectTarget,
  rawS3,
  s3Client,
  tortureKeys,
} from '../support/s3.ts';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('CopyObject', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  let etag: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    const put = await s3.putObject({
      Bucket,
      Key: 'source',
      Body: 'hello world',
      ContentType: 'text/plain',
      CacheControl: 'max-age=1',
      Metadata: { a: '1' },
      ChecksumAlgorithm: 'SHA256',
    });
    etag = put.ETag ?? '';
  });
  after(() => server.stop());

  const copy = (source: string, headers: Record<string, string> = {}, key = 'target') =>
    rawS3(server, {
      method: 'PUT',
      target: objectTarget(Bucket, key),
      headers: { 'x-amz-copy-source': source, ...headers },
      user: alice,
    });

  it('copies bytes, attributes and checksum', async () => {
    const answer = await s3.copyObject({ Bucket, Key: 'target', CopySource: `${Bucket}/source` });
    assert.equal(answer.CopyObjectResult?.ETag, etag);
    assert.ok(Math.abs(Number(answer.CopyObjectResult?.LastModified) - Date.now()) < 60_000);
    assert.equal(answer.CopyObjectResult?.ChecksumSHA256, 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=');
    const got = await s3.getObject({ Bucket, Key: 'target', ChecksumMode: 'ENABLED' });
    assert.equal(await got.Body?.transformToString(), 'hello world');
    assert.deepEqual(
      [got.ContentType, got.CacheControl, got.Metadata],
      ['text/plain', 'max-age=1', { a: '1' }],
    );
    assert.equal(got.ChecksumSHA256, 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=');
  });

  it('replaces the attributes when told to', async () => {
    await s3.copyObject({
      Bucket,
      Key: 'replaced',
      CopySource: `/${Bucket}/source`,
      MetadataDirective: 'REPLACE',
      ContentType: 'text/html',
      Metadata: { b: '2' },
    });
    const head = await s3.headObject({ Bucket, Key: 'replaced' });
    assert.deepEqual(
      [head.ContentType, head.CacheControl, head.Metadata],
      ['text/html', undefined, { b: '2' }],
    );
    await s3.copyObject({ Bucket, Key: 'kept', CopySource: `/${Bucket}/source`, Metadata: { b: '2' } });
    assert.deepEqual((await s3.headObject({ Bucket, Key: 'kept' })).Metadata, { a: '1' });
  });

  it('computes another checksum when asked', async () => {
    const CopySource = `${Bucket}/source`;
    await s3.copyObject({ Bucket, Key: 'summed', CopySource, ChecksumAlgorithm: 'CRC32C' });
    const head = await s3.headObject({ Bucket, Key: 'summed', ChecksumMode: 'ENABLED' });
    assert.deepEqual([head.ChecksumCRC32C, head.ChecksumSHA256], ['yZRlqg==', undefined]);
  });

  it('finds sources of every kind of key, url-encoded', async () => {
    for (const [index, Key] of tortureKeys.entries()) {
      await s3.putObject({ Bucket, Key, Body: `body ${index}` });
      const path = objectTarget(Bucket, Key);
      for (const CopySource of [path, path.slice(1), encodeURIComponent(`${Bucket}/${Key}`)]) {
        await s3.copyObject({ Bucket, Key: `copy of ${index}`, CopySource });
        const got = await s3.getObject({ Bucket, Key: `copy of ${index}` });
        assert.equal(await got.Body?.transformToString(), `body ${index}`, CopySource);
      }
    }
    await s3.copyObject({ Bucket, Key: 'blank', CopySource: `${Bucket}/a+b` });
    const blank = await s3.getObject({ Bucket, Key: 'blank' });
    assert.equal(await blank.Body?.transformToString(), `body ${tortureKeys.indexOf('a b')}`);
  });

  it('copies only when the conditions on the source hold', async () => {
    const past = 'Sat, 01 Jan 2000 00:00:00 GMT';
    const future = new Date(Date.now() + 3_600_000).toUTCString();
    const source = `/${Bucket}/source`;
    for (const [status, headers] of [
      [200, { 'x-amz-copy-source-if-match': etag }],
      [412, { 'x-amz-copy-source-if-match': '"other"' }],
      [412, { 'x-amz-copy-source-if-none-match': etag }],
      [200, { 'x-amz-copy-source-if-none-match': '"other"' }],
      [200, { 'x-amz-copy-source-if-modified-since': past }],
      [412, { 'x-amz-copy-source-if-modified-since': future }],
      [200, { 'x-amz-copy-source-if-unmodified-since': future }],
      [412, { 'x-amz-copy-source-if-unmodified-since': past }],
    ] as const) {
      const answer = await copy(source, headers);
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status === 412) assertError(answer, 412, 'PreconditionFailed');
    }
  });

  it('writes only when the conditions on the target hold', async () => {
    const source = `/${Bucket}/source`;
    assert.equal((await copy(source, { 'if-none-match': '*' }, 'new')).status, 200);
    assertError(await copy(source, { 'if-none-match': '*' }, 'new'), 412, 'PreconditionFailed');
    assert.equal((await copy(source, { 'if-match': etag }, 'new')).status, 200);
    assertError(await copy(source, { 'if-match': '"other"' }, 'new'), 412, 'PreconditionFailed');
    assertError(await copy(source, { 'if-match': etag }, 'newer'), 404, 'NoSuchKey');
  });

  it('refuses to copy an object onto itself unchanged', async () => {
    const self = { Bucket, Key: 'source', CopySource: `${Bucket}/source` };
    await assertFails(s3.copyObject(self), 400, 'InvalidRequest');
    await s3.copyObject({
      ...self,
      MetadataDirective: 'REPLACE',
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      CacheControl: 'max-age=1',
    });
    const got = await s3.getObject(self);
    assert.equal(await got.Body?.transformToString(), 'hello world');
  });

  it('refuses sources that are none', async () => {
    for (const source of [
      'nonsense',
      '/',
      '//',
      `/${Bucket}`,
      `/${Bucket}/`,
      '/%ff/k',
      `/${Bucket}/%zz`,
      'arn:aws:s3:::b/k',
    ]) {
      assertError(await copy(source), 400, 'InvalidArgument');
    }
    assertError(await copy(`/${Bucket}/source?versionId=abc`), 400, 'InvalidArgument');
    assert.equal((await copy(`/${Bucket}/source?versionId=null`)).status, 200);
    assertError(await copy(`/${Bucket}/absent`), 404, 'NoSuchKey');
    assertError(await copy('/absent/source'), 404, 'NoSuchBucket');
    assertError(await copy('/No_Bucket/source'), 400, 'InvalidBucketName');
  });

  it('refuses directives that are none, and what is not there yet', async () => {
    const source = `/${Bucket}/source`;
    assertError(await copy(source, { 'x-amz-metadata-directive': 'MOVE' }), 400, 'InvalidArgument');
    assertError(await copy(source, { 'x-amz-tagging-directive': 'MOVE' }), 400, 'InvalidArgument');
    const tags = { 'x-amz-tagging-directive': 'REPLACE', 'x-amz-tagging': 'a=b' };
    assertError(await copy(source, tags), 501, 'NotImplemented');
    assert.equal((await copy(source, { 'x-amz-tagging-directive': 'COPY' })).status, 200);
    const encrypted = { 'x-amz-copy-source-server-side-encryption-customer-algorithm': 'AES256' };
    assertError(await copy(source, encrypted), 501, 'NotImplemented');
    assertError(await copy(source, { 'x-amz-checksum-algorithm': 'MD4' }), 400, 'InvalidRequest');
  });

  it('needs rights on both ends, and the owners expected', async () => {
    const theirs = await newBucket(s3Client(server, eve));
    await s3Client(server, eve).putObject({ Bucket: theirs, Key: 'k', Body: 'secret' });
    assertError(await copy(`/${theirs}/k`), 403, 'AccessDenied');
    const CopySource = `${Bucket}/source`;
    await assertFails(s3.copyObject({ Bucket: theirs, Key: 'k', CopySource }), 403, 'AccessDenied');
    await assertFails(
      s3Client(server, carol).copyObject({ Bucket, Key: 'k', CopySource }),
      403,
      'AccessDenied',
    );
    await s3Client(server, bob).copyObject({ Bucket, Key: 'by-bob', CopySource });
    const owned = { Bucket, Key: 'k', CopySource, ExpectedSourceBucketOwner: demo.id };
    await s3.copyObject(owned);
    await assertFails(s3.copyObject({ ...owned, ExpectedSourceBucketOwner: eve.id }), 403, 'AccessDenied');
  });
});
