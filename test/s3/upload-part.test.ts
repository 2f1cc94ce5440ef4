// UploadPart over the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, objectTarget, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('UploadPart', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  let UploadId: string;
  const Key = 'k';

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    UploadId = (await s3.createMultipartUpload({ Bucket, Key })).UploadId ?? '';
  });
  after(() => server.stop());

  const put = (query: string, headers: Record<string, string> = {}, body = 'part') =>
    rawS3(server, {
      method: 'PUT',
      target: `${objectTarget(Bucket, Key)}?${query}`,
      headers,
      body,
      user: alice,
    });
  const parts = async () => (await s3.listParts({ Bucket, Key, UploadId })).Parts ?? [];

  it('answers the MD5 and checksum of the part, and replaces parts', async () => {
    const upload = (Body: string) => s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 7, Body });
    await upload('first');
    const answer = await upload('second');
    assert.equal(answer.ETag, `"${createHash('md5').update('second').digest('hex')}"`);
    assert.ok(answer.ChecksumCRC32);
    assert.deepEqual(
      (await parts()).map(({ PartNumber, Size }) => [PartNumber, Size]),
      [[7, 6]],
    );
    await assertFails(s3.headObject({ Bucket, Key }), 404, 'NotFound');
  });

  it('takes numbers from 1 to 10,000', async () => {
    for (const number of [1, 10_000]) {
      assert.equal((await put(`partNumber=${number}&uploadId=${UploadId}`)).status, 200);
    }
    for (const number of ['0', '10001', '-1', 'x', '', '1.5']) {
      const answer = await put(`partNumber=${number}&uploadId=${UploadId}`);
      assertError(answer, 400, 'InvalidArgument');
      assert.equal(answer.element('ArgumentName'), 'partNumber');
    }
    assertError(await put(`uploadId=${UploadId}`), 400, 'InvalidArgument');
    assertError(await put('partNumber=1'), 400, 'InvalidArgument');
    await assertFails(s3.headObject({ Bucket, Key }), 404, 'NotFound');
  });

  it('checks digests and lengths', async () => {
    const before = await parts();
    const query = `partNumber=99&uploadId=${UploadId}`;
    const other = createHash('md5').update('other').digest('base64');
    assertError(await put(query, { 'content-md5': other }), 400, 'BadDigest');
    assertError(await put(query, { 'content-md5': 'x' }), 400, 'InvalidDigest');
    assertError(await put(query, { 'x-amz-checksum-sha256': other }), 400, 'InvalidRequest');
    assertError(await put(query, { 'x-amz-checksum-crc32': 'AAAAAA==' }), 400, 'BadDigest');
    assert.deepEqual(await parts(), before);
  });

  it('keeps to the algorithm its upload was begun with', async () => {
    const begun = await s3.createMultipartUpload({ Bucket, Key, ChecksumAlgorithm: 'SHA256' });
    const query = `partNumber=1&uploadId=${begun.UploadId}`;
    const plain = await put(query);
    assert.equal(
      plain.headers['x-amz-checksum-sha256'],
      createHash('sha256').update('part').digest('base64'),
    );
    const answer = await put(query, { 'x-amz-checksum-crc32': 'AAAAAA==' });
    assert.deepEqual([answer.status, answer.headers.etag], [400, undefined]);
  });

  it('refuses uploads that are not there, and who may not write', async () => {
    const absent = '0'.repeat(32);
    assertError(await put(`partNumber=1&uploadId=${absent}`), 404, 'NoSuchUpload');
    assertError(await put('partNumber=1&uploadId=nonsense'), 404, 'NoSuchUpload');
    const elsewhere = { Bucket, Key: 'other', UploadId, PartNumber: 1, Body: 'x' };
    await assertFails(s3.uploadPart(elsewhere), 404, 'NoSuchUpload');
    const sse = { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' };
    assertError(await put(`partNumber=1&uploadId=${UploadId}`, sse), 501, 'NotImplemented');
    for (const user of [carol, eve]) {
      const call = s3Client(server, user).uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' });
      await assertFails(call, 403, 'AccessDenied');
    }
  });
});
