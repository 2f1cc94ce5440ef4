// ListMultipartUploads over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ListMultipartUploadsCommandInput, S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListMultipartUploads', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  const begun: { Key: string; UploadId: string }[] = [];

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    for (const Key of ['a/1', 'a/1', 'a/2', 'b', 'b', 'b', 'c d']) {
      const { UploadId = '' } = await s3.createMultipartUpload({
        Bucket,
        Key,
        ChecksumAlgorithm: 'CRC64NVME',
      });
      begun.push({ Key, UploadId });
    }
  });
  after(() => server.stop());

  async function list(parameters: Omit<ListMultipartUploadsCommandInput, 'Bucket'> = {}) {
    const answer = await s3.listMultipartUploads({ Bucket, ...parameters });
    return {
      answer,
      uploads: answer.Uploads?.map(({ Key, UploadId }) => ({ Key, UploadId })) ?? [],
      prefixes: answer.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
    };
  }
  const raw = (query: string) => rawS3(server, { target: `/${Bucket}?uploads&${query}`, user: alice });

  it('lists all by key and beginning', async () => {
    const { answer, uploads } = await list();
    assert.deepEqual(uploads, begun);
    assert.deepEqual([answer.Bucket, answer.MaxUploads, answer.IsTruncated], [Bucket, 1000, false]);
    const [first] = answer.Uploads ?? [];
    assert.deepEqual(first?.Initiator, { ID: alice.id, DisplayName: 'Alice' });
    assert.deepEqual(first?.Owner, { ID: alice.id, DisplayName: 'Alice' });
    assert.deepEqual([first?.StorageClass, first?.ChecksumAlgorithm], ['STANDARD', 'CRC64NVME']);
    assert.ok(Math.abs(Number(first?.Initiated) - Date.now()) < 60_000);
    const { UploadId = '' } = await s3Client(server, bob).createMultipartUpload({ Bucket, Key: 'z' });
    const last = (await list()).answer.Uploads?.at(-1);
    assert.deepEqual(last?.Initiator, { ID: bob.id, DisplayName: 'Bob' });
    await s3.abortMultipartUpload({ Bucket, Key: 'z', UploadId });
  });

  it('pages by key and id', async () => {
    for (const MaxUploads of [1, 2, 3]) {
      const seen: { Key?: string | undefined; UploadId?: string | undefined }[] = [];
      let markers: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | undefined = {};
      while (markers !== undefined) {
        const { answer, uploads } = await list({ MaxUploads, ...markers });
        seen.push(...uploads);
        markers = answer.IsTruncated
          ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
          : undefined;
      }
      assert.deepEqual(seen, begun);
    }
    assert.deepEqual((await list({ KeyMarker: 'a/1' })).uploads, begun.slice(2));
    assert.deepEqual((await list({ UploadIdMarker: 'ignored without a key' })).uploads, begun);
    assert.deepEqual((await list({ MaxUploads: 0 })).uploads, []);
  });

  it('filters by prefix and cuts at delimiters', async () => {
    const cut = await list({ Delimiter: '/' });
    assert.deepEqual([cut.uploads, cut.prefixes], [begun.slice(3), ['a/']]);
    assert.deepEqual((await list({ Prefix: 'a/' })).uploads, begun.slice(0, 3));
    const encoded = await raw('encoding-type=url&prefix=c%20');
    assert.deepEqual([encoded.element('Key'), encoded.element('Prefix')], ['c%20d', 'c%20']);
  });

  it('refuses wrong parameters, absent buckets and strangers', async () => {
    for (const query of [
      'max-uploads=-1',
      'max-uploads=x',
      'key-marker=a&upload-id-marker=x',
      'encoding-type=x',
    ]) {
      assertError(await raw(query), 400, 'InvalidArgument');
    }
    await assertFails(s3.listMultipartUploads({ Bucket: 'absent' }), 404, 'NoSuchBucket');
    await assertFails(s3Client(server, eve).listMultipartUploads({ Bucket }), 403, 'AccessDenied');
  });
});
