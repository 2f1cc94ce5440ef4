// ListParts over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { paginateListParts, type S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, objectTarget, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListParts', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  let UploadId: string;
  const Key = 'k 한';

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    const begun = await s3Client(server, bob).createMultipartUpload({
      Bucket,
      Key,
      ChecksumAlgorithm: 'SHA256',
    });
    UploadId = begun.UploadId ?? '';
    for (const PartNumber of [1, 2, 30, 400, 10_000]) {
      await s3.uploadPart({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        Body: `part ${PartNumber}`,
        ChecksumAlgorithm: 'SHA256',
      });
    }
  });
  after(() => server.stop());

  const raw = (query: string) =>
    rawS3(server, { target: `${objectTarget(Bucket, Key)}?uploadId=${UploadId}&${query}`, user: alice });

  it('lists all, with who began the upload and who owns the bucket', async () => {
    const answer = await s3.listParts({ Bucket, Key, UploadId });
    assert.deepEqual([answer.Bucket, answer.Key, answer.UploadId], [Bucket, Key, UploadId]);
    assert.deepEqual(answer.Initiator, { ID: bob.id, DisplayName: 'Bob' });
    assert.deepEqual(answer.Owner, { ID: alice.id, DisplayName: 'Alice' });
    assert.deepEqual([answer.StorageClass, answer.MaxParts, answer.IsTruncated], ['STANDARD', 1000, false]);
    assert.deepEqual([answer.ChecksumAlgorithm, answer.ChecksumType], ['SHA256', 'COMPOSITE']);
    assert.deepEqual(
      answer.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, 6],
        [2, 6],
        [30, 7],
        [400, 8],
        [10_000, 10],
      ],
    );
    assert.ok(answer.Parts?.every((part) => part.ETag && part.ChecksumSHA256 && part.LastModified));
  });

  it('pages by part numbers', async () => {
    const pages: (number | undefined)[][] = [];
    for await (const page of paginateListParts({ client: s3, pageSize: 2 }, { Bucket, Key, UploadId })) {
      pages.push(page.Parts?.map(({ PartNumber }) => PartNumber) ?? []);
    }
    assert.deepEqual(pages, [[1, 2], [30, 400], [10_000]]);
    const none = await raw('max-parts=0');
    assert.deepEqual([none.element('IsTruncated'), none.elements('Part')], ['false', []]);
    assert.deepEqual((await raw('part-number-marker=10000')).elements('Part'), []);
    assert.equal((await raw('encoding-type=url')).element('Key'), 'k%20%ED%95%9C');
  });

  it('refuses wrong parameters, uploads that are not there, and strangers', async () => {
    for (const query of ['max-parts=-1', 'max-parts=x', 'part-number-marker=x', 'part-number-marker=-1']) {
      assertError(await raw(query), 400, 'InvalidArgument');
    }
    await assertFails(s3.listParts({ Bucket, Key: 'other', UploadId }), 404, 'NoSuchUpload');
    await assertFails(s3.listParts({ Bucket, Key, UploadId: 'nonsense' }), 404, 'NoSuchUpload');
    await assertFails(s3Client(server, eve).listParts({ Bucket, Key, UploadId }), 403, 'AccessDenied');
  });
});
