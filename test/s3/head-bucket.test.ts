// HeadBucket over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('HeadBucket', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  it('tells the region to who may list', async () => {
    assert.equal((await s3.headBucket({ Bucket })).BucketRegion, 'kr-central-2');
    await s3Client(server, carol).headBucket({ Bucket });
    const answer = await rawS3(server, { method: 'HEAD', target: `/${Bucket}`, user: alice });
    assert.equal(answer.headers['x-amz-bucket-region'], 'kr-central-2');
    assert.equal(answer.body.length, 0);
  });

  it('answers absent buckets, strangers and foreign names without a body', async () => {
    await assertFails(s3.headBucket({ Bucket: 'absent' }), 404, 'NotFound');
    for (const user of [dave, eve, undefined]) {
      const answer = await rawS3(server, { method: 'HEAD', target: `/${Bucket}`, ...(user && { user }) });
      assert.deepEqual([answer.status, answer.body.length], [403, 0]);
    }
  });

  it('compares the expected owner, as project or user', async () => {
    await s3.headBucket({ Bucket, ExpectedBucketOwner: demo.id });
    await s3.headBucket({ Bucket, ExpectedBucketOwner: alice.id });
    const answer = await rawS3(server, {
      method: 'HEAD',
      target: `/${Bucket}`,
      headers: { 'x-amz-expected-bucket-owner': eve.id },
      user: alice,
    });
    assert.equal(answer.status, 403);
    await assertFails(s3.listObjectsV2({ Bucket, ExpectedBucketOwner: eve.id }), 403, 'AccessDenied');
    await assertFails(s3.putObject({ Bucket, Key: 'k', ExpectedBucketOwner: 'x' }), 403, 'AccessDenied');
    assert.equal((await s3.listObjectsV2({ Bucket })).KeyCount, 0);
  });
});
