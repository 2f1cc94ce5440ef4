// CreateMultipartUpload over the wire.
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
import { alice, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('CreateMultipartUpload', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  const start = (headers: Record<string, string>, key = 'k') =>
    rawS3(server, { method: 'POST', target: `${objectTarget(Bucket, key)}?uploads`, headers, user: alice });

  it('begins uploads for every kind of key, each with an id of its own', async () => {
    const ids = new Set<string | undefined>();
    for (const Key of tortureKeys.filter((key) => !key.startsWith('control'))) {
      const answer = await s3.createMultipartUpload({ Bucket, Key });
      assert.deepEqual([answer.Bucket, answer.Key], [Bucket, Key]);
      ids.add(answer.UploadId);
    }
    assert.equal(ids.size, tortureKeys.length - 1);
    assert.equal((await s3.listObjectsV2({ Bucket })).KeyCount, 0);
  });

  it('chooses the type that goes with the checksum algorithm', async () => {
    for (const [algorithm, asked, type] of [
      ['CRC32', undefined, 'COMPOSITE'],
      ['CRC32', 'FULL_OBJECT', 'FULL_OBJECT'],
      ['CRC32C', 'COMPOSITE', 'COMPOSITE'],
      ['CRC64NVME', undefined, 'FULL_OBJECT'],
      ['SHA1', undefined, 'COMPOSITE'],
      ['SHA256', 'COMPOSITE', 'COMPOSITE'],
    ] as const) {
      const answer = await start({
        'x-amz-checksum-algorithm': algorithm,
        ...(asked && { 'x-amz-checksum-type': asked }),
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['x-amz-checksum-algorithm'], algorithm);
      assert.equal(answer.headers['x-amz-checksum-type'], type);
    }
    for (const [algorithm, type] of [
      ['CRC64NVME', 'COMPOSITE'],
      ['SHA1', 'FULL_OBJECT'],
      ['SHA256', 'FULL_OBJECT'],
      ['CRC32', 'PARTIAL'],
      ['MD4', 'COMPOSITE'],
    ] as const) {
      const answer = await start({ 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type });
      assertError(answer, 400, 'InvalidRequest');
    }
    assertError(await start({ 'x-amz-checksum-type': 'COMPOSITE' }), 400, 'InvalidRequest');
  });

  it('refuses what PutObject refuses', async () => {
    assertError(await start({ 'x-amz-acl': 'public-read' }), 501, 'NotImplemented');
    assertError(await start({ 'x-amz-server-side-encryption': 'aws:kms' }), 501, 'NotImplemented');
    assertError(await start({ 'x-amz-tagging': 'a=b' }), 501, 'NotImplemented');
    assertError(await start({ 'x-amz-storage-class': 'GLACIER' }), 400, 'InvalidStorageClass');
    assertError(await start({ 'x-amz-meta-a': 'x'.repeat(2100) }), 400, 'MetadataTooLarge');
    assertError(await start({}, 'x'.repeat(1025)), 400, 'KeyTooLongError');
    await assertFails(s3.createMultipartUpload({ Bucket: 'absent', Key: 'k' }), 404, 'NoSuchBucket');
    for (const user of [carol, eve]) {
      await assertFails(
        s3Client(server, user).createMultipartUpload({ Bucket, Key: 'k' }),
        403,
        'AccessDenied',
      );
    }
  });
});
