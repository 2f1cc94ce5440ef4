// ListObjectVersions over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput, S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client, tortureKeys } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListObjectVersions', () => {
  let server: TestServer;
  let s3: S3;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
  });
  after(() => server.stop());

  async function filled(keys: readonly string[], enabled = true): Promise<string> {
    const Bucket = await newBucket(s3);
    if (enabled) {
      await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    }
    for (const Key of keys) await s3.putObject({ Bucket, Key, Body: Key });
    return Bucket;
  }

  const raw = (Bucket: string, query: string) =>
    rawS3(server, { target: `/${Bucket}?versions&${query}`, user: alice });

  /** Every page; the names in each. */
  async function pages(input: ListObjectVersionsCommandInput, pageSize: number): Promise<string[][]> {
    const found = [];
    let more: Partial<ListObjectVersionsCommandInput> | undefined = {};
    while (more !== undefined) {
      const page: ListObjectVersionsCommandOutput = await s3.listObjectVersions({
        ...input,
        ...more,
        MaxKeys: pageSize,
      });
      assert.equal(page.IsTruncated, page.NextKeyMarker !== undefined);
      // As the command line does: names in an encoded answer are decoded before they are sent back.
      const plain = (name?: string) => (input.EncodingType === 'url' ? decodeURIComponent(name ?? '') : name);
      more = page.IsTruncated
        ? { KeyMarker: plain(page.NextKeyMarker), VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
      found.push([
        ...(page.Versions ?? []).map(({ Key }) => decodeURIComponent(Key ?? '')),
        ...(page.DeleteMarkers ?? []).map(({ Key }) => `${decodeURIComponent(Key ?? '')}!`),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}*`),
      ]);
    }
    return found;
  }

  it('tells all of a version', async () => {
    const Bucket = await filled(['k']);
    const { VersionId: marker } = await s3.deleteObject({ Bucket, Key: 'k' });
    const answer = await s3.listObjectVersions({ Bucket });
    const [version] = answer.Versions ?? [];
    assert.equal(version?.ETag, '"8ce4b16b22b58894aa86c421e8759df3"');
    assert.deepEqual(
      [version?.Key, version?.Size, version?.StorageClass, version?.IsLatest],
      ['k', 1, 'STANDARD', false],
    );
    assert.ok(version?.LastModified && version.Owner?.ID && version.VersionId);
    const [deleted] = answer.DeleteMarkers ?? [];
    assert.deepEqual([deleted?.Key, deleted?.VersionId, deleted?.IsLatest], ['k', marker, true]);
    assert.ok(deleted?.LastModified && deleted.Owner?.ID);
    assert.deepEqual([answer.Name, answer.IsTruncated, answer.MaxKeys], [Bucket, false, 1000]);
  });

  it('goes through pages of every size', async () => {
    const Bucket = await filled(['a', 'a', 'b', 'c', 'c']);
    await s3.deleteObject({ Bucket, Key: 'c' });
    for (let size = 1; size <= 7; size += 1) {
      const found = (await pages({ Bucket }, size)).flat();
      assert.deepEqual(found.sort(), ['a', 'a', 'b', 'c', 'c', 'c!'], `pages of ${size}`);
    }
  });

  it('rolls up, and goes on behind what was rolled up', async () => {
    const Bucket = await filled(['a', 'd/1', 'd/1', 'd/2', 'e/1', 'z']);
    await s3.deleteObject({ Bucket, Key: 'e/1' });
    for (const size of [1, 2, 10]) {
      assert.deepEqual((await pages({ Bucket, Delimiter: '/' }, size)).flat().sort(), [
        'a',
        'd/*',
        'e/*',
        'z',
      ]);
      assert.deepEqual((await pages({ Bucket, Delimiter: '/', Prefix: 'd/' }, size)).flat(), [
        'd/1',
        'd/1',
        'd/2',
      ]);
    }
  });

  it('knows every kind of key', async () => {
    const Bucket = await filled(tortureKeys);
    for (const Key of tortureKeys) await s3.putObject({ Bucket, Key, Body: '' });
    const found = (await pages({ Bucket, EncodingType: 'url' }, 7)).flat();
    const sorted = [...tortureKeys, ...tortureKeys].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    assert.deepEqual(found, sorted);
  });

  it('begins where the markers say', async () => {
    const Bucket = await filled(['a', 'a', 'b']);
    const all = (await s3.listObjectVersions({ Bucket })).Versions ?? [];
    const from = async (KeyMarker: string, VersionIdMarker?: string) =>
      ((await s3.listObjectVersions({ Bucket, KeyMarker, VersionIdMarker })).Versions ?? []).map(
        ({ VersionId }) => VersionId,
      );
    const ids = all.map(({ VersionId }) => VersionId);
    assert.deepEqual(await from('a'), ids.slice(2));
    assert.deepEqual(await from('a', ids[0]), ids.slice(1));
    assert.deepEqual(await from('a', ids[1]), ids.slice(2));
    assert.deepEqual(await from('0'), ids);
    assert.deepEqual(await from('b'), []);
    assertError(await raw(Bucket, `version-id-marker=${ids[0]}`), 400, 'InvalidArgument');
    assertError(await raw(Bucket, 'key-marker=a&version-id-marker=abc'), 400, 'InvalidArgument');
    assertError(await raw(Bucket, 'max-keys=x'), 400, 'InvalidArgument');
    assertError(await raw(Bucket, 'encoding-type=x'), 400, 'InvalidArgument');
    assert.deepEqual((await raw(Bucket, 'max-keys=0')).elements('Version'), []);
    await assertFails(s3.listObjectVersions({ Bucket: 'absent-bucket' }), 404, 'NoSuchBucket');
  });

  it('shows the objects of a bucket without versioning as null versions', async () => {
    const Bucket = await filled(['a', 'b'], false);
    const found = (await s3.listObjectVersions({ Bucket })).Versions ?? [];
    assert.deepEqual(
      found.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
      [
        ['a', 'null', true],
        ['b', 'null', true],
      ],
    );
  });
});
