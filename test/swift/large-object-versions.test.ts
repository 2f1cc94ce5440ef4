// Large objects where versions are kept: old ones stand for what their segments are now, and nothing of them goes unasked.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { type SwiftAccount, useSwift } from '../support/swift.ts';

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
const swift = useSwift();

interface Place {
  readonly account: SwiftAccount;
  readonly s3: S3;
  /** Where large objects are, and where their segments are; both keep versions. */
  readonly box: string;
  readonly segments: string;
}

async function versionedPlace(): Promise<Place> {
  const account = await swift.account(alice);
  const s3 = s3Client(swift.server, alice);
  const [box, segments] = [await account.container(), await account.container()];
  for (const one of [box, segments]) {
    const Bucket = one.slice(1);
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  }
  return { account, s3, box, segments };
}

/** Some bytes are in records, some in blobs. */
const contentsOf = (word: string) => [`${word} one,`, `${word} two `.repeat(20_000), `${word} three`];
const etagOf = (contents: readonly string[]) => md5(contents.map((text) => md5(text)).join(''));
const wholeOf = (word: string) => contentsOf(word).join('');

/** Stores the segments under `word` and a list of them at `k`; answers its version. */
async function putStatic({ account, s3, box, segments }: Place, word: string): Promise<string> {
  const list = [];
  for (const [at, text] of contentsOf(word).entries()) {
    const path = `${segments}/${word}/${at}`;
    assert.equal((await account.put(path, text)).status, 201);
    list.push({ path, etag: md5(text), size_bytes: Buffer.byteLength(text) });
  }
  const made = await account.put(`${box}/k?multipart-manifest=put`, JSON.stringify(list));
  assert.equal(made.status, 201, made.text);
  return (await s3.headObject({ Bucket: box.slice(1), Key: 'k' })).VersionId ?? '';
}

async function versionsOf(s3: S3, box: string) {
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket: box.slice(1) });
  return { versions: Versions, markers: DeleteMarkers };
}

/** The bytes of one version, compared by themselves: a difference shown whole would be long. */
async function assertHolds({ s3, box }: Place, VersionId: string | undefined, text: string): Promise<void> {
  const where = { Bucket: box.slice(1), Key: 'k', VersionId };
  const head = await s3.headObject(where);
  assert.equal(head.ContentLength, text.length);
  const answer = await s3.getObject(where);
  assert.deepEqual([answer.ContentLength, answer.VersionId], [text.length, VersionId ?? head.VersionId]);
  assert.equal(md5((await answer.Body?.transformToString()) ?? ''), md5(text));
}

const bytesIn = async ({ account }: Place, path: string) =>
  Number((await account.head(path)).headers['x-container-bytes-used']);

test('an overwritten static large object is read by its version, whole and in ranges and parts', async () => {
  const place = await versionedPlace();
  const { account, s3, box } = place;
  const Bucket = box.slice(1);
  const old = await putStatic(place, 'old');
  const listBytes = await bytesIn(place, box);
  const now = await putStatic(place, 'newer');
  await assertHolds(place, old, wholeOf('old'));
  await assertHolds(place, now, wholeOf('newer'));
  await assertHolds(place, undefined, wholeOf('newer'));
  const where = { Bucket, Key: 'k', VersionId: old };
  assert.equal((await s3.headObject(where)).ETag, `"${etagOf(contentsOf('old'))}-3"`);
  const range = await s3.getObject({ ...where, Range: 'bytes=4-10' });
  assert.equal(await range.Body?.transformToString(), wholeOf('old').slice(4, 11));
  const part = await s3.getObject({ ...where, PartNumber: 3 });
  assert.deepEqual([await part.Body?.transformToString(), part.PartsCount], [contentsOf('old')[2], 3]);
  const attributes = await s3.getObjectAttributes({
    ...where,
    ObjectAttributes: ['ObjectSize', 'ETag', 'ObjectParts'],
  });
  assert.deepEqual(
    [attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount],
    [wholeOf('old').length, 3],
  );
  const { versions } = await versionsOf(s3, box);
  assert.deepEqual(
    versions.map(({ VersionId, Size, IsLatest }) => [VersionId, Size, IsLatest]),
    [
      [now, wholeOf('newer').length, true],
      [old, wholeOf('old').length, false],
    ],
  );
  // A list takes up its own bytes, whatever it stands for.
  assert.ok((await bytesIn(place, box)) > listBytes);
  assert.ok((await bytesIn(place, box)) < 2000);
  await s3.deleteObject({ Bucket, Key: 'k', VersionId: now });
  assert.equal((await account.head(`${box}/k`)).headers['x-static-large-object'], 'True');
  assert.equal(await bytesIn(place, box), listBytes);
  await assertHolds(place, undefined, wholeOf('old'));
});

test('a copy of an old version has bytes of its own', async () => {
  const place = await versionedPlace();
  const { account, s3, box, segments } = place;
  const Bucket = box.slice(1);
  const old = await putStatic(place, 'old');
  assert.equal((await account.put(`${box}/k`, 'plain')).status, 201);
  await s3.copyObject({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${old}` });
  for (const at of [0, 1, 2]) await account.delete(`${segments}/old/${at}`);
  await assertHolds(place, undefined, wholeOf('old'));
  assert.equal((await account.head(`${box}/k`)).headers['x-static-large-object'], undefined);
  await assertFails(s3.getObject({ Bucket, Key: 'k', VersionId: old }), 409, 'OperationAborted');
});

test('deleted with its segments it comes back when the delete markers go', async () => {
  const place = await versionedPlace();
  const { account, s3, box, segments } = place;
  const old = await putStatic(place, 'old');
  const stored = [await bytesIn(place, box), await bytesIn(place, segments)];
  const answer = await account.delete(`${box}/k?multipart-manifest=delete`, { Accept: 'application/json' });
  assert.equal(answer.status, 200);
  assert.equal((JSON.parse(answer.text) as Record<string, unknown>)['Number Deleted'], 4);
  assert.deepEqual([(await account.get(box)).text, (await account.get(segments)).text], ['', '']);
  assert.deepEqual([await bytesIn(place, box), await bytesIn(place, segments)], stored);
  const where = { Bucket: box.slice(1), Key: 'k', VersionId: old };
  assert.equal((await s3.headObject(where)).ContentLength, wholeOf('old').length);
  await assertFails(s3.getObject(where), 409, 'OperationAborted');
  // A second time there is nothing to delete, and no more markers come.
  const again = await account.delete(`${box}/k?multipart-manifest=delete`, { Accept: 'application/json' });
  assert.equal((JSON.parse(again.text) as Record<string, unknown>)['Number Not Found'], 1);
  for (const container of [box, segments]) {
    const { markers, versions } = await versionsOf(s3, container);
    assert.equal(markers.length, versions.length);
    for (const { Key, VersionId } of markers) {
      await s3.deleteObject({ Bucket: container.slice(1), Key: Key ?? '', VersionId });
    }
  }
  await assertHolds(place, undefined, wholeOf('old'));
  assert.equal((await account.get(`${box}/k?multipart-manifest=get`)).status, 200);
});

test('a segment that is another object now is told of, and is right again with its old version', async () => {
  const place = await versionedPlace();
  const { account, s3, box, segments } = place;
  const old = await putStatic(place, 'old');
  await account.put(`${segments}/old/1`, 'something else');
  const where = { Bucket: box.slice(1), Key: 'k', VersionId: old };
  await assertFails(s3.getObject(where), 409, 'OperationAborted');
  assert.equal((await account.get(`${box}/k`)).status, 409);
  const { versions } = await versionsOf(s3, segments);
  const wrong = versions.find(({ Key, IsLatest }) => Key === 'old/1' && IsLatest === true);
  await s3.deleteObject({ Bucket: segments.slice(1), Key: 'old/1', VersionId: wrong?.VersionId });
  await assertHolds(place, old, wholeOf('old'));
});

test('an old dynamic large object stands for what is listed now', async () => {
  const place = await versionedPlace();
  const { account, s3, box, segments } = place;
  const Bucket = box.slice(1);
  for (const [at, text] of contentsOf('d').entries()) await account.put(`${segments}/d/${at}`, text);
  const names = { 'X-Object-Manifest': `${segments.slice(1)}/d/` };
  assert.equal((await account.put(`${box}/k`, 'own', names)).status, 201);
  const old = (await s3.headObject({ Bucket, Key: 'k' })).VersionId;
  assert.equal((await account.put(`${box}/k`, 'plain')).status, 201);
  await assertHolds(place, old, wholeOf('d'));
  await account.put(`${segments}/d/2`, 'another end');
  await assertHolds(place, old, `${wholeOf('d').slice(0, -'d three'.length)}another end`);
  await assertHolds(place, undefined, 'plain');
  // Without the manifest's name it is the object with its own bytes, in the version it was.
  await s3.deleteObject({
    Bucket,
    Key: 'k',
    VersionId: (await s3.headObject({ Bucket, Key: 'k' })).VersionId,
  });
  assert.equal((await account.call('POST', `${box}/k`)).status, 202);
  await assertHolds(place, old, 'own');
  assert.equal(await bytesIn(place, box), 3);
});

test('deleting a large object without its segments leaves them, and a marker', async () => {
  const place = await versionedPlace();
  const { account, s3, box, segments } = place;
  const old = await putStatic(place, 'old');
  assert.equal((await account.delete(`${box}/k`)).status, 204);
  await assertHolds(place, old, wholeOf('old'));
  assert.equal((await versionsOf(s3, segments)).markers.length, 0);
  assert.equal((await account.get(`${box}/k`)).status, 404);
});
