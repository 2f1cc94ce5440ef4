// AbortMultipartUpload over the wire.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, eve } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';

describe('AbortMultipartUpload', () => {
  it('forgets an upload and its parts', async () => {
    await using server = await startServer();
    const s3 = s3Client(server, alice);
    const Bucket = await newBucket(s3);
    const { UploadId = '' } = await s3.createMultipartUpload({ Bucket, Key: 'k' });
    const upload = { Bucket, Key: 'k', UploadId };
    const { ETag } = await s3.uploadPart({ ...upload, PartNumber: 1, Body: 'x' });

    for (const user of [carol, eve]) {
      await assertFails(s3Client(server, user).abortMultipartUpload(upload), 403, 'AccessDenied');
    }
    await assertFails(s3.abortMultipartUpload({ ...upload, Key: 'other' }), 404, 'NoSuchUpload');
    const answer = await rawS3(server, {
      method: 'DELETE',
      target: `/${Bucket}/k?uploadId=${UploadId}`,
      user: alice,
    });
    assert.deepEqual([answer.status, answer.body.length], [204, 0]);

    await assertFails(s3.abortMultipartUpload(upload), 404, 'NoSuchUpload');
    await assertFails(s3.listParts(upload), 404, 'NoSuchUpload');
    await assertFails(s3.uploadPart({ ...upload, PartNumber: 2, Body: 'x' }), 404, 'NoSuchUpload');
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await assertFails(s3.completeMultipartUpload({ ...upload, MultipartUpload }), 404, 'NoSuchUpload');
    assert.equal((await s3.listMultipartUploads({ Bucket })).Uploads, undefined);
    const nonsense = await rawS3(server, { method: 'DELETE', target: `/${Bucket}/k?uploadId=`, user: alice });
    assertError(nonsense, 404, 'NoSuchUpload');
  });
});
