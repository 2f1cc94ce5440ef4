// DeleteBucket over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('DeleteBucket', () => {
  let server: TestServer;
  let s3: S3;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
  });
  after(() => server.stop());

  it('deletes an empty bucket, whose name is then free', async () => {
    const Bucket = await newBucket(s3);
    const answer = await rawS3(server, { method: 'DELETE', target: `/${Bucket}`, user: alice });
    assert.deepEqual([answer.status, answer.body.length], [204, 0]);
    await assertFails(s3.headBucket({ Bucket }), 404, 'NotFound');
    await assertFails(s3.deleteBucket({ Bucket }), 404, 'NoSuchBucket');
    await s3Client(server, eve).createBucket({ Bucket });
  });

  it('refuses a bucket with objects, until they are gone', async () => {
    const Bucket = await newBucket(s3);
    await s3.putObject({ Bucket, Key: 'k', Body: 'v' });
    await assertFails(s3.deleteBucket({ Bucket }), 409, 'BucketNotEmpty');
    assert.equal((await s3.listObjectsV2({ Bucket })).KeyCount, 1);
    await s3.deleteObject({ Bucket, Key: 'k' });
    await s3.deleteBucket({ Bucket });
  });

  it('refuses who may write but not delete, and strangers', async () => {
    const Bucket = await newBucket(s3);
    await assertFails(s3Client(server, bob).deleteBucket({ Bucket }), 403, 'AccessDenied');
    await assertFails(s3Client(server, eve).deleteBucket({ Bucket }), 403, 'AccessDenied');
    await s3.headBucket({ Bucket });
  });
});
