// UploadPartCopy over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, objectTarget, rawS3, s3Client } from '../support/s3.ts';
import { alice, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('UploadPartCopy', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  let UploadId: string;
  const Key = 'target';
  const size = 6 << 20;
  const source = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) % 251));

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    await s3.putObject({ Bucket, Key: 'source', Body: source });
    UploadId = (await s3.createMultipartUpload({ Bucket, Key })).UploadId ?? '';
  });
  after(() => server.stop());

  const copy = (headers: Record<string, string>, from = `/${Bucket}/source`) =>
    rawS3(server, {
      method: 'PUT',
      target: `${objectTarget(Bucket, Key)}?partNumber=9&uploadId=${UploadId}`,
      headers: { 'x-amz-copy-source': from, ...headers },
      user: alice,
    });

  it('makes parts of whole objects and of ranges', async () => {
    const CopySource = `${Bucket}/source`;
    const begun = await s3.createMultipartUpload({ Bucket, Key: 'joined' });
    const upload = { Bucket, Key: 'joined', UploadId: begun.UploadId };
    const one = await s3.uploadPartCopy({ ...upload, PartNumber: 1, CopySource });
    const two = await s3.uploadPartCopy({
      ...upload,
      PartNumber: 2,
      CopySource,
      CopySourceRange: 'bytes=1-5242880',
    });
    const three = await s3.uploadPartCopy({
      ...upload,
      PartNumber: 3,
      CopySource,
      CopySourceRange: 'bytes=5-5',
    });
    assert.ok(Math.abs(Number(two.CopyPartResult?.LastModified) - Date.now()) < 60_000);
    await s3.completeMultipartUpload({
      ...upload,
      MultipartUpload: {
        Parts: [one, two, three].map(({ CopyPartResult }, index) => ({
          PartNumber: index + 1,
          ETag: CopyPartResult?.ETag,
        })),
      },
    });
    const got = await s3.getObject({ Bucket, Key: 'joined' });
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    assert.ok(bytes.equals(Buffer.concat([source, source.subarray(1, 5_242_881), source.subarray(5, 6)])));
  });

  it('refuses ranges that are none or do not fit', async () => {
    for (const range of [
      'bytes=0-',
      'bytes=-5',
      '0-5',
      'bytes=5-2',
      'bytes=0-1,3-4',
      `bytes=0-${size}`,
      `bytes=${size}-${size + 1}`,
    ]) {
      assertError(await copy({ 'x-amz-copy-source-range': range }), 400, 'InvalidArgument');
    }
    assert.equal((await copy({ 'x-amz-copy-source-range': `bytes=0-${size - 1}` })).status, 200);
  });

  it('honours conditions on the source', async () => {
    const etag = (await s3.headObject({ Bucket, Key: 'source' })).ETag ?? '';
    assert.equal((await copy({ 'x-amz-copy-source-if-match': etag })).status, 200);
    assertError(await copy({ 'x-amz-copy-source-if-match': '"other"' }), 412, 'PreconditionFailed');
    assertError(await copy({ 'x-amz-copy-source-if-none-match': etag }), 412, 'PreconditionFailed');
  });

  it('refuses sources and uploads that are not there or not ours', async () => {
    assertError(await copy({}, `/${Bucket}/absent`), 404, 'NoSuchKey');
    assertError(await copy({}, '/absent/source'), 404, 'NoSuchBucket');
    assertError(await copy({}, 'nonsense'), 400, 'InvalidArgument');
    const theirs = await newBucket(s3Client(server, eve));
    await s3Client(server, eve).putObject({ Bucket: theirs, Key: 'k', Body: 'secret' });
    assertError(await copy({}, `/${theirs}/k`), 403, 'AccessDenied');
    const CopySource = `${Bucket}/source`;
    const absent = { Bucket, Key, UploadId: '0'.repeat(32), PartNumber: 1, CopySource };
    await assertFails(s3.uploadPartCopy(absent), 404, 'NoSuchUpload');
    const owned = { Bucket, Key, UploadId, PartNumber: 1, CopySource, ExpectedSourceBucketOwner: eve.id };
    await assertFails(s3.uploadPartCopy(owned), 403, 'AccessDenied');
  });
});
