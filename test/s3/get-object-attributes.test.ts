// GetObjectAttributes over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ChecksumAlgorithm, S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const all = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

describe('GetObjectAttributes', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  async function upload(Key: string, ChecksumAlgorithm?: ChecksumAlgorithm) {
    const plain = s3Client(server, alice, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    const sum = ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm };
    const { UploadId } = await plain.createMultipartUpload({ Bucket, Key, ...sum });
    const Parts = [];
    for (const PartNumber of [1, 2, 5]) {
      const Body = PartNumber === 5 ? 'end' : Buffer.alloc(5 << 20, String(PartNumber));
      const { $metadata, ...part } = await plain.uploadPart({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        Body,
        ...sum,
      });
      assert.equal($metadata.httpStatusCode, 200);
      Parts.push({ PartNumber, ...part });
    }
    await plain.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    return Parts;
  }

  it('answers what was asked for, and no more', async () => {
    const put = await s3.putObject({
      Bucket,
      Key: 'whole',
      Body: 'hello world',
      ChecksumAlgorithm: 'SHA256',
    });
    const answer = await s3.getObjectAttributes({ Bucket, Key: 'whole', ObjectAttributes: [...all] });
    assert.equal(answer.ETag, put.ETag?.replaceAll('"', ''));
    assert.equal(answer.Checksum?.ChecksumSHA256, put.ChecksumSHA256);
    assert.equal(answer.Checksum?.ChecksumType, 'FULL_OBJECT');
    assert.deepEqual(
      [answer.ObjectParts, answer.StorageClass, answer.ObjectSize],
      [undefined, 'STANDARD', 11],
    );
    assert.ok(answer.LastModified);
    const size = await s3.getObjectAttributes({ Bucket, Key: 'whole', ObjectAttributes: ['ObjectSize'] });
    assert.deepEqual(
      [size.ETag, size.Checksum, size.StorageClass, size.ObjectSize],
      [undefined, undefined, undefined, 11],
    );
  });

  it('lists the parts of an upload with checksums, in pages', async () => {
    const parts = await upload('parts', 'SHA256');
    const ask = {
      Bucket,
      Key: 'parts',
      ObjectAttributes: ['ObjectParts', 'Checksum'] as ('ObjectParts' | 'Checksum')[],
    };
    const answer = await s3.getObjectAttributes(ask);
    assert.match(answer.Checksum?.ChecksumSHA256 ?? '', /-3$/);
    assert.equal(answer.Checksum?.ChecksumType, 'COMPOSITE');
    assert.deepEqual([answer.ObjectParts?.TotalPartsCount, answer.ObjectParts?.IsTruncated], [3, false]);
    assert.deepEqual(
      answer.ObjectParts?.Parts?.map((part) => [part.PartNumber, part.Size, part.ChecksumSHA256]),
      parts.map((part, index) => [part.PartNumber, [5 << 20, 5 << 20, 3][index], part.ChecksumSHA256]),
    );
    const first = await s3.getObjectAttributes({ ...ask, MaxParts: 2 });
    assert.deepEqual([first.ObjectParts?.IsTruncated, first.ObjectParts?.NextPartNumberMarker], [true, '2']);
    const rest = await s3.getObjectAttributes({
      ...ask,
      PartNumberMarker: first.ObjectParts?.NextPartNumberMarker,
    });
    assert.deepEqual(
      rest.ObjectParts?.Parts?.map(({ PartNumber }) => PartNumber),
      [5],
    );
  });

  it('counts the parts of an upload without checksums', async () => {
    await upload('unsummed');
    const answer = await s3.getObjectAttributes({ Bucket, Key: 'unsummed', ObjectAttributes: [...all] });
    assert.deepEqual([answer.ObjectParts?.TotalPartsCount, answer.ObjectParts?.Parts], [3, undefined]);
    assert.equal(answer.Checksum, undefined);
    assert.match(answer.ETag ?? '', /^[0-9a-f]{32}-3$/);
  });

  it('refuses attributes it does not know, wrong pages, and absent objects', async () => {
    const ask = (headers: Record<string, string>) =>
      rawS3(server, { target: `/${Bucket}/whole?attributes`, headers, user: alice });
    assertError(await ask({}), 400, 'InvalidArgument');
    assertError(await ask({ 'x-amz-object-attributes': 'ETag,Colour' }), 400, 'InvalidArgument');
    const parts = { 'x-amz-object-attributes': 'ObjectParts' };
    assertError(await ask({ ...parts, 'x-amz-max-parts': 'x' }), 400, 'InvalidArgument');
    assertError(await ask({ ...parts, 'x-amz-part-number-marker': '-1' }), 400, 'InvalidArgument');
    const absent = { Bucket, Key: 'absent', ObjectAttributes: [...all] };
    await assertFails(s3.getObjectAttributes(absent), 404, 'NoSuchKey');
    for (const user of [carol, eve]) {
      const call = s3Client(server, user).getObjectAttributes({ ...absent, Key: 'whole' });
      await assertFails(call, 403, 'AccessDenied');
    }
  });
});
