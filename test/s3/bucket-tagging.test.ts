// PutBucketTagging, GetBucketTagging and DeleteBucketTagging over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3, Tag } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, dave } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('tags of a bucket', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  const put = (TagSet: Tag[]) => s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  const get = async () => (await s3.getBucketTagging({ Bucket })).TagSet;
  const tags = (count: number) =>
    Array.from({ length: count }, (_, number) => ({ Key: `key ${number}`, Value: `${number}` }));

  it('are absent, put, replaced and deleted', async () => {
    await assertFails(get(), 404, 'NoSuchTagSet');
    const team = [
      { Key: 'team', Value: '옹기' },
      { Key: '__proto__', Value: '' },
      { Key: 'a+b-c=d._:/@', Value: ' ' },
    ];
    assert.equal((await put(team)).$metadata.httpStatusCode, 204);
    assert.deepEqual(await get(), team);
    await put(tags(50));
    assert.deepEqual(await get(), tags(50));
    assert.equal((await s3.deleteBucketTagging({ Bucket })).$metadata.httpStatusCode, 204);
    assert.equal((await s3.deleteBucketTagging({ Bucket })).$metadata.httpStatusCode, 204);
    await assertFails(get(), 404, 'NoSuchTagSet');
  });

  it('keep what they were when new ones are refused', async () => {
    const kept = [{ Key: 'k', Value: 'v' }];
    await put(kept);
    await assertFails(put(tags(51)), 400, 'BadRequest');
    for (const bad of [
      { Key: '', Value: 'v' },
      { Key: 'k'.repeat(129), Value: 'v' },
      { Key: 'k', Value: 'v'.repeat(257) },
      { Key: 'k!', Value: 'v' },
      { Key: 'k', Value: '<v>' },
      { Key: 'aws:k', Value: 'v' },
    ]) {
      await assertFails(put([bad]), 400, 'InvalidTag');
    }
    await assertFails(put([...kept, ...kept]), 400, 'InvalidTag');
    const send = (body: string) =>
      rawS3(server, { method: 'PUT', target: `/${Bucket}?tagging`, body, user: alice });
    for (const body of ['', '<Tagging/>', '<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>']) {
      assertError(await send(body), 400, 'MalformedXML');
    }
    assert.deepEqual(await get(), kept);
    assert.equal((await send('<Tagging><TagSet/></Tagging>')).status, 204);
    await assertFails(get(), 404, 'NoSuchTagSet');
  });

  it('are read by who may see the bucket and changed by who may change it', async () => {
    await put([{ Key: 'k', Value: 'v' }]);
    const reader = s3Client(server, carol);
    assert.equal((await reader.getBucketTagging({ Bucket })).TagSet?.length, 1);
    await assertFails(reader.deleteBucketTagging({ Bucket }), 403, 'AccessDenied');
    await assertFails(reader.putBucketTagging({ Bucket, Tagging: { TagSet: [] } }), 403, 'AccessDenied');
    await assertFails(s3Client(server, dave).getBucketTagging({ Bucket }), 403, 'AccessDenied');
    await assertFails(s3.getBucketTagging({ Bucket: 'absent-bucket' }), 404, 'NoSuchBucket');
  });
});
