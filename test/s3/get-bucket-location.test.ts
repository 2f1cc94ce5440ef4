// GetBucketLocation over the wire.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, eve } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';

describe('GetBucketLocation', () => {
  it('names the region, and refuses strangers and absent buckets', async () => {
    await using server = await startServer();
    const s3 = s3Client(server, alice);
    const Bucket = await newBucket(s3);
    assert.equal((await s3.getBucketLocation({ Bucket })).LocationConstraint, 'kr-central-2');
    const raw = await rawS3(server, { target: `/${Bucket}?location`, user: alice });
    assert.equal(raw.element('LocationConstraint'), 'kr-central-2');
    await assertFails(s3.getBucketLocation({ Bucket: 'absent' }), 404, 'NoSuchBucket');
    await assertFails(s3Client(server, eve).getBucketLocation({ Bucket }), 403, 'AccessDenied');
  });

  it('has no name for AWS’s first region', async () => {
    await using server = await startServer({ env: { ONGGI_REGION: 'us-east-1' } });
    const s3 = s3Client(server, alice);
    const Bucket = await newBucket(s3);
    const raw = await rawS3(server, { target: `/${Bucket}?location`, user: alice });
    assert.equal(raw.element('LocationConstraint'), '');
    assert.equal((await s3.headBucket({ Bucket })).BucketRegion, 'us-east-1');
  });
});
