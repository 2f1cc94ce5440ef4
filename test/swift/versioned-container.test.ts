// A container whose bucket keeps versions (S3's PutBucketVersioning): Swift sees and changes what is current.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { type SwiftAccount, useSwift } from '../support/swift.ts';

const swift = useSwift();

interface Versioned {
  readonly account: SwiftAccount;
  readonly box: string;
  readonly s3: S3;
  readonly Bucket: string;
}

async function versionedContainer(): Promise<Versioned> {
  const account = await swift.account(alice);
  const box = await account.container();
  const s3 = s3Client(swift.server, alice);
  const Bucket = box.slice(1);
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  return { account, box, s3, Bucket };
}

async function counts({ account, box }: Versioned): Promise<string> {
  const { headers } = await account.head(box);
  return `${headers['x-container-object-count']} objects, ${headers['x-container-bytes-used']} bytes`;
}

test('what is overwritten and deleted stays behind, and bytes of all versions count', async () => {
  const place = await versionedContainer();
  const { account, box, s3, Bucket } = place;
  await account.put(`${box}/o`, 'one');
  await account.put(`${box}/o`, 'two!');
  assert.equal((await account.get(`${box}/o`)).text, 'two!');
  assert.equal(await counts(place), '1 objects, 7 bytes');
  assert.equal((await account.delete(`${box}/o`)).status, 204);
  assert.equal((await account.get(`${box}/o`)).status, 404);
  assert.equal((await account.get(box)).text, '');
  assert.equal(await counts(place), '0 objects, 7 bytes');
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
  assert.deepEqual(
    Versions.map(({ Size }) => Size),
    [4, 3],
  );
  assert.equal(DeleteMarkers.length, 1);
  assert.equal((await account.delete(box)).status, 409);
});

test('what is absent is 404 to delete, and no marker comes', async () => {
  const { account, box, s3, Bucket } = await versionedContainer();
  assert.equal((await account.delete(`${box}/o`)).status, 404);
  assert.equal((await s3.listObjectVersions({ Bucket })).DeleteMarkers, undefined);
  assert.equal((await account.delete(box)).status, 204);
});

test('new metadata is no new version', async () => {
  const { account, box, s3, Bucket } = await versionedContainer();
  await account.put(`${box}/o`, 'one');
  const before = await s3.headObject({ Bucket, Key: 'o' });
  assert.equal(
    (await account.call('POST', `${box}/o`, { headers: { 'X-Object-Meta-Word': 'x' } })).status,
    202,
  );
  const after = await s3.headObject({ Bucket, Key: 'o' });
  assert.deepEqual([after.VersionId, after.Metadata], [before.VersionId, { word: 'x' }]);
  assert.equal((await s3.listObjectVersions({ Bucket })).Versions?.length, 1);
});

test('what goes by its date goes behind a delete marker', async () => {
  const place = await versionedContainer();
  const { account, box, s3, Bucket } = place;
  await account.put(`${box}/o`, 'xyz', { 'X-Delete-After': '1' });
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(100)) {
    if ((await counts(place)) === '0 objects, 3 bytes') break;
  }
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
  assert.deepEqual([Versions.length, DeleteMarkers.length, DeleteMarkers[0]?.IsLatest], [1, 1, true]);
  const old = await s3.getObject({ Bucket, Key: 'o', VersionId: Versions[0]?.VersionId });
  assert.equal(await old.Body?.transformToString(), 'xyz');
});
