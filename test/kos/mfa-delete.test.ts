// A bucket whose MFA delete is on by S3, seen through the other doors: none lets a version or the versioning go without a code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { newPerson, type Person, withAuthenticator } from '../iam/people.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { demo, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import type { Authenticator } from '../support/totp.ts';

let server: TestServer;
let service: string;
before(async () => {
  server = await startServer();
  service = await issueToken(server, root);
});
after(() => server.stop());

interface Owner extends Person {
  readonly s3: S3;
  readonly phone: Authenticator;
}

async function newOwner(): Promise<Owner> {
  const person = await newPerson(server, service, demo, 'project-admin');
  return { ...person, s3: s3Client(server, person.user), phone: await withAuthenticator(server, person) };
}

/** Protected, with two versions of `k`. */
async function protectedBucket({ s3, user, phone }: Owner): Promise<string> {
  const Bucket = await newBucket(s3);
  await s3.putBucketVersioning({
    Bucket,
    MFA: `${user.id} ${await phone.next()}`,
    VersioningConfiguration: { Status: 'Enabled', MFADelete: 'Enabled' },
  });
  for (const Body of ['one', 'two']) await s3.putObject({ Bucket, Key: 'k', Body });
  return Bucket;
}

const objects = async (s3: S3, Bucket: string) =>
  ((await s3.listObjectVersions({ Bucket })).Versions ?? []).map(
    ({ Key, VersionId }) => `${Key} ${VersionId}`,
  );

test('KOS changes the versioning with `otp` alone, and everything else without', async () => {
  const owner = await newOwner();
  const bucket = await protectedBucket(owner);
  const change = (body: object) =>
    kos(server, `/kos/v1/buckets/${bucket}`, { method: 'PUT', by: owner.user, body });
  const state = async () => (await owner.s3.getBucketVersioning({ Bucket: bucket })).Status;
  for (const otp of [undefined, null, '', '12345', owner.phone.past()]) {
    assertKosError(await change({ versioning: false, tags: { a: 'b' }, otp }), 400, 'BadRequest', /^otp /);
  }
  assert.equal(await state(), 'Enabled');
  assert.deepEqual(fieldsOf(await kos(server, `/kos/v1/buckets/${bucket}`, { by: owner.user })).tags, {});
  assert.equal((await change({ versioning: true, tags: { a: 'b' } })).status, 200, 'no change of it');
  const otp = await owner.phone.next();
  assert.equal((await change({ versioning: false, otp })).status, 200);
  assert.equal(await state(), 'Suspended');
  assertKosError(await change({ versioning: true, otp }), 400, 'BadRequest', /used before/);
});

test('lifecycle rules are refused by KOS and the Extension', async () => {
  const owner = await newOwner();
  const bucket = await protectedBucket(owner);
  const rule = { name: 'r', enabled: true, expiration_days: 1 };
  const path = `/kos/v1/buckets/${bucket}/lifecycle-rules`;
  assertKosError(
    await kos(server, path, { method: 'POST', by: owner.user, body: rule }),
    409,
    'Conflict',
    /MFA delete/,
  );
  const document =
    '<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>' +
    '<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>';
  const answer = await fetch(`${server.url}/v1_ext/bucket/${bucket}/lifecycle`, {
    method: 'PUT',
    headers: { 'X-Auth-Token': owner.byKey, 'Content-Type': 'application/xml' },
    body: document,
  });
  assert.equal(answer.status, 409, await answer.text());
});

test('no deletion, move or overwriting of any door takes a version away', async () => {
  const owner = await newOwner();
  const bucket = await protectedBucket(owner);
  const kept = await objects(owner.s3, bucket);
  const headers = { 'X-Auth-Token': owner.byKey };
  const container = `/v1/${demo.id}/${bucket}`;
  const of = (path: string, body: object) =>
    kos(server, `/kos/v1/buckets/${bucket}/objects/${path}`, { method: 'POST', by: owner.user, body });
  const put = (body: string) => swiftRequest(server, 'PUT', `${container}/k`, { headers, body });

  assert.equal((await put('three')).status, 201);
  assert.equal((await swiftRequest(server, 'DELETE', `${container}/k`, { headers })).status, 204);
  assert.equal((await put('four')).status, 201);
  assert.equal((await of('delete', { objectKey: 'k' })).status, 200);
  assert.equal((await put('five')).status, 201);
  assert.equal((await of('rename', { oldKey: 'k', newKey: 'moved' })).status, 200);
  assert.equal((await put('six')).status, 201);
  const bulk = await swiftRequest(server, 'POST', `/v1/AUTH_${demo.id}?bulk-delete`, {
    headers: { ...headers, 'Content-Type': 'text/plain' },
    body: `${bucket}/k\n${bucket}/moved\n`,
  });
  assert.equal(bulk.status, 200);

  const left = await objects(owner.s3, bucket);
  for (const one of kept) assert.ok(left.includes(one), `${one} is gone`);
  assert.equal(left.length, 2 + 5, left.join());
  assert.equal((await owner.s3.listObjectsV2({ Bucket: bucket })).KeyCount, 0);
  const gone = await swiftRequest(server, 'DELETE', container, { headers });
  assert.equal(gone.status, 409);
  assertKosError(
    await kos(server, `/kos/v1/buckets/${bucket}`, { method: 'DELETE', by: owner.user }),
    409,
    'BucketNotEmpty',
  );
});
