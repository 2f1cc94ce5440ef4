// The daily lifecycle run with days of a few seconds: what is due goes, once, and stands in the trail; also when the server is killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { SwiftAccount } from '../support/swift.ts';
import { awaitEvents } from '../support/trail.ts';

const past = '<Expiration><Date>2020-01-01T00:00:00.000Z</Date></Expiration>';
const enabled = '<Status>Enabled</Status>';

async function putRules(
  server: TestServer,
  token: string,
  bucket: string,
  rules: readonly string[],
): Promise<void> {
  const body = `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`;
  const headers = { 'Content-Type': 'application/xml' };
  const answer = await ext(server, token, `/bucket/${bucket}/lifecycle`, { method: 'PUT', body, headers });
  assert.equal(answer.status, 200, answer.text);
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (await holds()) return;
  assert.fail(`${what}: not within ${seconds} seconds`);
}

test('rules act at the beginning of a day, on what they cover and nothing else', async () => {
  const dayOf = 2;
  await using server = await startServer({ env: { ONGGI_LIFECYCLE_DAY: String(dayOf) } });
  const token = await issueToken(server, alice);
  const s3 = s3Client(server, alice);
  const Bucket = 'ruled-by-day';
  await makeBucket(server, token, Bucket);
  await putRules(server, token, Bucket, [
    `<ID>days</ID><Expiration><Days>1</Days></Expiration><Prefix>logs/</Prefix>${enabled}`,
    `<ID>date</ID>${past}<Filter><Prefix>old/</Prefix></Filter>${enabled}`,
    `<ID>off</ID>${past}<Prefix>kept/</Prefix><Status>Disabled</Status>`,
    `<ID>future</ID><Expiration><Date>2099-01-01T00:00:00.000Z</Date></Expiration><Prefix/>${enabled}`,
    '<ID>uploads</ID><Prefix>up/</Prefix><Status>Enabled</Status>' +
      '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
  ]);
  const put = (Key: string) => s3.putObject({ Bucket, Key, Body: 'x'.repeat(20_000) });
  for (const key of ['kept/a', 'logs', 'logs/a', 'logs/b', 'old/a', 'up/a']) await put(key);
  const { LastModified } = await s3.headObject({ Bucket, Key: 'logs/b' });
  await s3.createMultipartUpload({ Bucket, Key: 'up/load' });
  await s3.createMultipartUpload({ Bucket, Key: 'logs/load' });

  const keys = async () => (await s3.listObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key) ?? [];
  await until('old/a goes', 15, async () => !(await keys()).includes('old/a'));
  await until('logs/ goes', 15, async () => (await keys()).length === 3);
  assert.deepEqual(await keys(), ['kept/a', 'logs', 'up/a']);
  // A whole day has passed since, and was begun by a midnight.
  assert.ok(Date.now() - (LastModified?.getTime() ?? 0) >= dayOf * 1000);
  const uploads = async () => (await s3.listMultipartUploads({ Bucket })).Uploads?.map(({ Key }) => Key);
  await until('the upload goes', 15, async () => (await uploads())?.join() === 'logs/load');

  const { objectCount, bytes } = (await ext(server, token, `/bucket/${Bucket}`)).json as Record<
    string,
    number
  >;
  assert.deepEqual([objectCount, bytes], [3, 60_000]);
  const events = await awaitEvents(server, token, '?eventName=ExpireObject', 3);
  assert.deepEqual(
    events
      .map(({ resourceName, bucket, serviceName, userAgent, projectId, user, response }) =>
        [
          resourceName,
          bucket,
          serviceName,
          userAgent,
          projectId === demo.id,
          user.type,
          response.status,
        ].join(' '),
      )
      .sort(),
    ['logs/a', 'logs/b', 'old/a'].map((key) => `${key} ${Bucket} System onggi lifecycle true system 200`),
  );
  assert.equal((await awaitEvents(server, token, '?eventName=ExpireMultipartUpload', 1)).length, 1);

  // Taking the rules away before a run cancels it.
  await put('old/b');
  await ext(server, token, `/bucket/${Bucket}/lifecycle`, { method: 'DELETE' });
  const before = await keys();
  if (before.includes('old/b')) {
    await sleep(2 * dayOf * 1000);
    assert.deepEqual(await keys(), before);
  }
});

test('a run that is killed goes on where it was: each object goes once, and has one event', async () => {
  const day = 15;
  await using server = await startServer({ env: { ONGGI_LIFECYCLE_DAY: String(day) } });
  const token = await issueToken(server, alice);
  const account = () => new SwiftAccount(server, demo.id, token);
  const Bucket = 'killed-run';
  await makeBucket(server, token, Bucket);
  const count = async () => Number((await account().head(`/${Bucket}`)).headers['x-container-object-count']);
  const kept = 10;
  const objects = 1200;
  let written = 0;
  const fill = async () => {
    const names = Array.from({ length: objects }, (_, at) => `due/${written + at}`).values();
    const writer = async () => {
      for (const name of names) assert.equal((await account().put(`/${Bucket}/${name}`, 'x')).status, 201);
    };
    await Promise.all(Array.from({ length: 16 }, writer));
    written += objects;
  };
  for (let n = 0; n < kept; n += 1) await account().put(`/${Bucket}/kept/${n}`, 'x');
  let left = 0;
  // On a fast machine the whole run may be over before anybody looks.
  for (let tries = 0; tries < 3 && left <= kept; tries += 1) {
    await fill();
    await putRules(server, token, Bucket, [`${past}<Prefix>due/</Prefix>${enabled}`]);
    const full = await count();
    await until('the run begins', day + 10, async () => (await count()) < full);
    await server.kill();
    await server.restart();
    left = await count();
  }
  assert.ok(left > kept, 'killed in the middle');
  await until('all is gone', 2 * day + 20, async () => (await count()) === kept);
  assert.equal((await account().get(`/${Bucket}?prefix=due/`)).text, '');
  const names = (await awaitEvents(server, token, '?eventName=ExpireObject', written)).map(
    ({ resourceName }) => resourceName,
  );
  assert.equal(names.length, written);
  assert.equal(new Set(names).size, written);
});

test('rules for versions act on what is behind, and on markers that cover nothing', async () => {
  await using server = await startServer({ env: { ONGGI_LIFECYCLE_DAY: '2' } });
  const token = await issueToken(server, alice);
  const s3 = s3Client(server, alice);
  const Bucket = 'ruled-versions';
  await s3.createBucket({ Bucket });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  for (const Body of ['1', '22', '333']) await s3.putObject({ Bucket, Key: 'kept', Body });
  for (const Body of ['1', '22', '333']) await s3.putObject({ Bucket, Key: 'gone', Body });
  await s3.deleteObject({ Bucket, Key: 'gone' });
  await s3.putBucketLifecycleConfiguration({
    Bucket,
    LifecycleConfiguration: {
      Rules: [
        {
          ID: 'kept',
          Status: 'Enabled',
          Filter: { Prefix: 'kept' },
          NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 },
        },
        {
          ID: 'gone',
          Status: 'Enabled',
          Filter: { Prefix: 'gone' },
          Expiration: { ExpiredObjectDeleteMarker: true },
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        },
      ],
    },
  });
  const left = async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
    return [
      ...Versions.map(({ Key, Size }) => `${Key} ${Size}`),
      ...DeleteMarkers.map(({ Key }) => `${Key} x`),
    ].join();
  };
  await until('what is due goes', 30, async () => (await left()) === 'kept 3,kept 2');
  const events = await awaitEvents(server, token, '?eventName=ExpireObjectVersion', 5);
  assert.equal(events.length, 5);
});
