// DeleteObject over the wire.
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

describe('DeleteObject', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  it('deletes exactly the object named', async () => {
    for (const Key of tortureKeys) await s3.putObject({ Bucket, Key, Body: '' });
    for (const [index, Key] of tortureKeys.entries()) {
      assert.equal((await s3.deleteObject({ Bucket, Key })).$metadata.httpStatusCode, 204);
      const left = await s3.listObjectsV2({ Bucket, EncodingType: 'url' });
      assert.equal(left.KeyCount, tortureKeys.length - index - 1, Key);
      await assertFails(s3.headObject({ Bucket, Key }), 404, 'NotFound');
    }
  });

  it('succeeds for what is not there', async () => {
    const answer = await rawS3(server, {
      method: 'DELETE',
      target: objectTarget(Bucket, 'absent'),
      user: alice,
    });
    assert.deepEqual([answer.status, answer.body.length], [204, 0]);
    await assertFails(s3.deleteObject({ Bucket: 'absent', Key: 'k' }), 404, 'NoSuchBucket');
  });

  it('deletes only what it was told the entity tag of', async () => {
    const { ETag } = await s3.putObject({ Bucket, Key: 'if', Body: '1' });
    await assertFails(s3.deleteObject({ Bucket, Key: 'if', IfMatch: '"other"' }), 412, 'PreconditionFailed');
    await s3.headObject({ Bucket, Key: 'if' });
    await s3.deleteObject({ Bucket, Key: 'if', IfMatch: ETag });
    await assertFails(s3.headObject({ Bucket, Key: 'if' }), 404, 'NotFound');
    await s3.putObject({ Bucket, Key: 'if', Body: '1' });
    await assertFails(s3.deleteObject({ Bucket, Key: 'if', IfMatchSize: 1 }), 501, 'NotImplemented');
    await s3.deleteObject({ Bucket, Key: 'if', IfMatch: '*' });
  });

  it('never takes a version or a sub-resource for the object', async () => {
    await s3.putObject({ Bucket, Key: 'kept', Body: '1' });
    const target = objectTarget(Bucket, 'kept');
    const remove = (query: string) =>
      rawS3(server, { method: 'DELETE', target: `${target}?${query}`, user: alice });
    assertError(await remove('versionId=abc'), 400, 'InvalidArgument');
    assertError(await remove('tagging'), 501, 'NotImplemented');
    assertError(await remove('acl'), 405, 'MethodNotAllowed');
    await s3.headObject({ Bucket, Key: 'kept' });
    assert.equal((await remove('versionId=null')).status, 204);
    await assertFails(s3.headObject({ Bucket, Key: 'kept' }), 404, 'NotFound');
  });

  it('refuses readers and strangers', async () => {
    await s3.putObject({ Bucket, Key: 'kept', Body: '1' });
    for (const user of [carol, eve]) {
      await assertFails(s3Client(server, user).deleteObject({ Bucket, Key: 'kept' }), 403, 'AccessDenied');
    }
    assertError(await rawS3(server, { method: 'DELETE', target: `/${Bucket}/kept` }), 403, 'AccessDenied');
    await s3.headObject({ Bucket, Key: 'kept' });
  });
});
