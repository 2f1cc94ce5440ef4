// Versions over the wire: PutBucketVersioning, GetBucketVersioning, and version ids in calls about objects.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import {
  assertError,
  assertFails,
  newBucket,
  objectTarget,
  type RawAnswer,
  type RawRequest,
  rawS3,
  s3Client,
} from '../support/s3.ts';
import { alice, bob, carol, dave } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

/** A form that an id could have, of a version that nobody made. */
const neverGiven = Buffer.alloc(16, 1).fill(0, 0, 2).toString('base64url');
const idForm = /^[A-Za-z0-9_-]{22}$/;

describe('versioning', () => {
  let server: TestServer;
  let s3: S3;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
  });
  after(() => server.stop());

  const raw = (request: RawRequest): Promise<RawAnswer> => rawS3(server, { user: alice, ...request });

  const set = (Bucket: string, Status: 'Enabled' | 'Suspended') =>
    s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status } });

  async function versionedBucket(): Promise<string> {
    const Bucket = await newBucket(s3);
    await set(Bucket, 'Enabled');
    return Bucket;
  }

  const put = async (Bucket: string, Key: string, Body: string) =>
    (await s3.putObject({ Bucket, Key, Body })).VersionId ?? '';

  const read = async (Bucket: string, Key: string, VersionId?: string) =>
    (await s3.getObject({ Bucket, Key, VersionId })).Body?.transformToString();

  /** Key, version id and whether it is the newest, of versions and markers as they stand in the document. */
  async function listed(Bucket: string): Promise<string[]> {
    const { text } = await raw({ target: `/${Bucket}?versions` });
    return [...text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)].map(([, kind, content = '']) => {
      const of = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(content)?.[1];
      return [
        kind === 'Version' ? 'v' : 'm',
        of('Key'),
        of('VersionId'),
        of('IsLatest') === 'true' ? '*' : '',
      ]
        .join(' ')
        .trim();
    });
  }

  describe('of a bucket', () => {
    it('is off, enabled or suspended', async () => {
      const Bucket = await newBucket(s3);
      const off = await raw({ target: `/${Bucket}?versioning` });
      assert.equal(off.status, 200);
      assert.match(off.text, /<VersioningConfiguration xmlns="[^"]+"\s*(\/>|><\/VersioningConfiguration>)/);
      for (const Status of ['Enabled', 'Suspended', 'Enabled'] as const) {
        await set(Bucket, Status);
        assert.equal((await s3.getBucketVersioning({ Bucket })).Status, Status);
      }
    });

    it('is refused in any other form', async () => {
      const Bucket = await newBucket(s3);
      const send = (body: string) => raw({ method: 'PUT', target: `/${Bucket}?versioning`, body });
      const document = (content: string) => `<VersioningConfiguration>${content}</VersioningConfiguration>`;
      assertError(await send(''), 400, 'MalformedXML');
      assertError(await send('<Versioning/>'), 400, 'MalformedXML');
      assertError(await send(document('')), 400, 'IllegalVersioningConfigurationException');
      assertError(await send(document('<Status>enabled</Status>')), 400, 'MalformedXML');
      assertError(await send(document('<Status>Off</Status>')), 400, 'MalformedXML');
      assertError(await send(document('<Status>Enabled</Status><More/>')), 400, 'MalformedXML');
      assertError(
        await send(document('<Status>Enabled</Status><MfaDelete>on</MfaDelete>')),
        400,
        'MalformedXML',
      );
      assertError(
        await send(document('<MfaDelete>Disabled</MfaDelete>')),
        400,
        'IllegalVersioningConfigurationException',
      );
      assert.equal((await s3.getBucketVersioning({ Bucket })).Status, undefined);
      const disabled = document('<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>');
      assert.equal((await send(disabled)).status, 200);
      assert.equal((await s3.getBucketVersioning({ Bucket })).Status, 'Enabled');
      await assertFails(set('absent-bucket', 'Enabled'), 404, 'NoSuchBucket');
    });

    it('is for those who may change the bucket', async () => {
      const Bucket = await newBucket(s3);
      for (const user of [carol, dave]) {
        const other = s3Client(server, user);
        await assertFails(
          other.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
          403,
          'AccessDenied',
        );
      }
      await assertFails(s3Client(server, dave).getBucketVersioning({ Bucket }), 403, 'AccessDenied');
      await assertFails(s3Client(server, dave).listObjectVersions({ Bucket }), 403, 'AccessDenied');
    });
  });

  it('keeps what is overwritten and what is deleted', async () => {
    const Bucket = await versionedBucket();
    const Key = 'k';
    const one = await put(Bucket, Key, 'one');
    const two = await put(Bucket, Key, 'two');
    assert.match(one, idForm);
    assert.notEqual(one, two);
    assert.equal(await read(Bucket, Key), 'two');
    assert.equal(await read(Bucket, Key, one), 'one');
    assert.equal((await s3.headObject({ Bucket, Key })).VersionId, two);
    assert.equal((await s3.headObject({ Bucket, Key, VersionId: one })).VersionId, one);
    assert.equal((await s3.headObject({ Bucket, Key, VersionId: one })).ContentLength, 3);

    const gone = await s3.deleteObject({ Bucket, Key });
    assert.equal(gone.DeleteMarker, true);
    const marker = gone.VersionId ?? '';
    assert.deepEqual(await listed(Bucket), [`m k ${marker} *`, `v k ${two}`, `v k ${one}`]);
    assert.deepEqual((await s3.listObjectsV2({ Bucket })).KeyCount, 0);
    assert.equal(await read(Bucket, Key, two), 'two');

    const back = await s3.deleteObject({ Bucket, Key, VersionId: marker });
    assert.deepEqual([back.DeleteMarker, back.VersionId], [true, marker]);
    assert.equal(await read(Bucket, Key), 'two');

    const forEver = await s3.deleteObject({ Bucket, Key, VersionId: two });
    assert.deepEqual([forEver.DeleteMarker, forEver.VersionId], [undefined, two]);
    assert.equal(await read(Bucket, Key), 'one');
    assert.deepEqual(await listed(Bucket), [`v k ${one} *`]);
  });

  it('tells of a delete marker in the place of an object', async () => {
    const Bucket = await versionedBucket();
    await put(Bucket, 'k', 'x');
    const { VersionId: marker = '' } = await s3.deleteObject({ Bucket, Key: 'k' });
    const target = objectTarget(Bucket, 'k');
    for (const method of ['GET', 'HEAD']) {
      const absent = await raw({ method, target });
      assert.equal(absent.status, 404);
      assert.equal(absent.headers['x-amz-delete-marker'], 'true');
      assert.equal(absent.headers['x-amz-version-id'], marker);

      const refused = await raw({ method, target: `${target}?versionId=${marker}` });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.allow, 'DELETE');
      assert.equal(refused.headers['x-amz-delete-marker'], 'true');
      assert.equal(refused.headers['x-amz-version-id'], marker);
      assert.ok(refused.headers['last-modified']);
    }
    assertError(await raw({ target }), 404, 'NoSuchKey');
    assertError(await raw({ target: `${target}?versionId=${marker}` }), 405, 'MethodNotAllowed');
    const never = await raw({ target: objectTarget(Bucket, 'never') });
    assert.equal(never.headers['x-amz-delete-marker'], undefined);
  });

  it('marks what is absent as deleted, again and again', async () => {
    const Bucket = await versionedBucket();
    const { VersionId: first } = await s3.deleteObject({ Bucket, Key: 'k' });
    const { VersionId: second } = await s3.deleteObject({ Bucket, Key: 'k' });
    assert.deepEqual(await listed(Bucket), [`m k ${second} *`, `m k ${first}`]);
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: second });
    assert.deepEqual(await listed(Bucket), [`m k ${first} *`]);
  });

  it('replaces the null version while suspended', async () => {
    const Bucket = await newBucket(s3);
    const early = await raw({ method: 'PUT', target: objectTarget(Bucket, 'k'), body: 'early' });
    assert.equal(early.headers['x-amz-version-id'], undefined);
    await set(Bucket, 'Enabled');
    assert.equal((await s3.headObject({ Bucket, Key: 'k' })).VersionId, 'null');
    const one = await put(Bucket, 'k', 'one');
    await set(Bucket, 'Suspended');
    assert.equal(await read(Bucket, 'k', 'null'), 'early');
    assert.equal(await put(Bucket, 'k', 'late'), 'null');
    assert.equal(await read(Bucket, 'k', 'null'), 'late');
    assert.deepEqual(await listed(Bucket), ['v k null *', `v k ${one}`]);
    const gone = await s3.deleteObject({ Bucket, Key: 'k' });
    assert.deepEqual([gone.VersionId, gone.DeleteMarker], ['null', true]);
    assert.deepEqual(await listed(Bucket), ['m k null *', `v k ${one}`]);
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: 'null' });
    assert.equal(await read(Bucket, 'k'), 'one');
  });

  it('refuses ids that nobody has', async () => {
    const Bucket = await versionedBucket();
    await put(Bucket, 'k', 'x');
    const target = objectTarget(Bucket, 'k');
    for (const method of ['GET', 'DELETE']) {
      for (const id of ['abc', '', '%20', 'NULL', `${neverGiven}=`]) {
        assertError(await raw({ method, target: `${target}?versionId=${id}` }), 400, 'InvalidArgument');
      }
    }
    assertError(await raw({ target: `${target}?versionId=${neverGiven}` }), 404, 'NoSuchVersion');
    assertError(await raw({ target: `${target}?versionId=null` }), 404, 'NoSuchVersion');
    assertError(await raw({ target: `${objectTarget(Bucket, 'no')}?versionId=null` }), 404, 'NoSuchVersion');
    assert.equal((await raw({ method: 'HEAD', target: `${target}?versionId=${neverGiven}` })).status, 404);
    // What is not there is deleted as well.
    assert.equal((await raw({ method: 'DELETE', target: `${target}?versionId=${neverGiven}` })).status, 204);
    assertError(
      await raw({ method: 'PUT', target: `${target}?versionId=${neverGiven}`, body: 'x' }),
      400,
      'InvalidArgument',
    );
    const other = await put(Bucket, 'other', 'y');
    assertError(await raw({ target: `${target}?versionId=${other}` }), 404, 'NoSuchVersion');
  });

  it('copies versions, and brings an old one back', async () => {
    const Bucket = await versionedBucket();
    const one = await put(Bucket, 'k', 'one');
    const two = await put(Bucket, 'k', 'two');
    const CopySource = `${Bucket}/k?versionId=${one}`;
    const copied = await s3.copyObject({ Bucket, Key: 'copy', CopySource });
    assert.equal(copied.CopySourceVersionId, one);
    assert.match(copied.VersionId ?? '', idForm);
    assert.equal(await read(Bucket, 'copy'), 'one');
    const plain = await s3.copyObject({ Bucket, Key: 'plain', CopySource: `${Bucket}/k` });
    assert.equal(plain.CopySourceVersionId, two);

    await s3.copyObject({ Bucket, Key: 'k', CopySource });
    assert.equal(await read(Bucket, 'k'), 'one');
    assert.equal((await listed(Bucket)).filter((line) => line.startsWith('v k')).length, 3);

    const { VersionId: marker } = await s3.deleteObject({ Bucket, Key: 'k' });
    const copy = (id: string) =>
      s3.copyObject({ Bucket, Key: 'x', CopySource: `${Bucket}/k?versionId=${id}` });
    await assertFails(copy(marker ?? ''), 400, 'InvalidRequest');
    await assertFails(copy(neverGiven), 404, 'NoSuchVersion');
    await assertFails(copy('abc'), 400, 'InvalidArgument');
    await assertFails(s3.copyObject({ Bucket, Key: 'x', CopySource: `${Bucket}/k` }), 404, 'NoSuchKey');
  });

  it('uploads in parts, of versions too', async () => {
    const Bucket = await versionedBucket();
    const one = await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two');
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'k' });
    const part = await s3.uploadPartCopy({
      Bucket,
      Key: 'k',
      UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/k?versionId=${one}`,
    });
    assert.equal(part.CopySourceVersionId, one);
    const done = {
      Bucket,
      Key: 'k',
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.CopyPartResult?.ETag }] },
    };
    const { VersionId } = await s3.completeMultipartUpload(done);
    assert.match(VersionId ?? '', idForm);
    assert.equal((await s3.completeMultipartUpload(done)).VersionId, VersionId);
    assert.equal(await read(Bucket, 'k', VersionId), 'one');
    assert.equal((await listed(Bucket)).length, 3);
    await s3.deleteObject({ Bucket, Key: 'k' });
    assert.equal(await read(Bucket, 'k', VersionId), 'one');
    const attributes = await s3.getObjectAttributes({
      Bucket,
      Key: 'k',
      VersionId,
      ObjectAttributes: ['ObjectSize'],
    });
    assert.deepEqual([attributes.VersionId, attributes.ObjectSize], [VersionId, 3]);
  });

  it('deletes many, versions and markers among them', async () => {
    const Bucket = await versionedBucket();
    const one = await put(Bucket, 'a', 'one');
    const two = await put(Bucket, 'a', 'two');
    await put(Bucket, 'b', 'b');
    const answer = await s3.deleteObjects({
      Bucket,
      Delete: { Objects: [{ Key: 'a', VersionId: two }, { Key: 'b' }, { Key: 'c', VersionId: 'abc' }] },
    });
    const of = (Key: string) => answer.Deleted?.find((deleted) => deleted.Key === Key);
    assert.deepEqual(of('a'), { Key: 'a', VersionId: two });
    const marker = of('b')?.DeleteMarkerVersionId ?? '';
    assert.deepEqual(of('b'), { Key: 'b', DeleteMarker: true, DeleteMarkerVersionId: marker });
    assert.deepEqual(
      answer.Errors?.map(({ Key, VersionId, Code }) => [Key, VersionId, Code]),
      [['c', 'abc', 'InvalidArgument']],
    );
    assert.equal(await read(Bucket, 'a'), 'one');
    const again = await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'b', VersionId: marker }] } });
    assert.deepEqual(again.Deleted, [
      { Key: 'b', VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
    ]);
    assert.equal(await read(Bucket, 'b'), 'b');
    assert.equal(await read(Bucket, 'a', one), 'one');
  });

  it('keeps a bucket until the last version is gone', async () => {
    const Bucket = await versionedBucket();
    const id = await put(Bucket, 'k', 'x');
    const { VersionId: marker } = await s3.deleteObject({ Bucket, Key: 'k' });
    await assertFails(s3.deleteBucket({ Bucket }), 409, 'BucketNotEmpty');
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: id });
    await assertFails(s3.deleteBucket({ Bucket }), 409, 'BucketNotEmpty');
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: marker });
    await s3.deleteBucket({ Bucket });
  });

  it('asks for the rights that objects need', async () => {
    const Bucket = await versionedBucket();
    const one = await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two');
    const reader = s3Client(server, carol);
    assert.equal((await reader.headObject({ Bucket, Key: 'k', VersionId: one })).ContentLength, 3);
    await assertFails(reader.getObject({ Bucket, Key: 'k', VersionId: one }), 403, 'AccessDenied');
    assert.equal((await reader.listObjectVersions({ Bucket })).Versions?.length, 2);
    await assertFails(reader.deleteObject({ Bucket, Key: 'k', VersionId: one }), 403, 'AccessDenied');
    await assertFails(
      s3Client(server, dave).getObject({ Bucket, Key: 'k', VersionId: one }),
      403,
      'AccessDenied',
    );
    await s3Client(server, bob).deleteObject({ Bucket, Key: 'k', VersionId: one });
  });

  it('holds for what is encrypted, also when a version is copied elsewhere', async () => {
    const Bucket = await versionedBucket();
    const target = await newBucket(s3);
    const body = { Bucket, Key: 'k', ServerSideEncryption: 'AES256' } as const;
    const { VersionId: one } = await s3.putObject({ ...body, Body: 'secret one' });
    await s3.putObject({ ...body, Body: 'x'.repeat(100_000) });
    await s3.deleteObject({ Bucket, Key: 'k' });
    assert.equal(await read(Bucket, 'k', one), 'secret one');
    const CopySource = `${Bucket}/k?versionId=${one}`;
    const { ServerSideEncryption } = await s3.copyObject({ Bucket: target, Key: 'k', CopySource });
    assert.equal(ServerSideEncryption, 'AES256');
    assert.equal(await read(target, 'k'), 'secret one');
  });
});
