// What the daily run does with each field of a lifecycle rule of Krutrim's API, with days of two seconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';

/** A bucket with one rule, and what is left in it of `fill`, which see below. */
interface Case {
  readonly bucket: string;
  readonly rule: object;
  readonly versioning?: boolean;
  readonly left: string;
}

const cases: readonly Case[] = [
  { bucket: 'run-days', rule: { expiration_days: 1, attribute: 'c_time' }, left: 'upload' },
  { bucket: 'run-long', rule: { expiration_days: 1000 }, left: 'kept=3 gone=3 upload' },
  { bucket: 'run-off', rule: { expiration_days: 1, enabled: false }, left: 'kept=3 gone=3 upload' },
  { bucket: 'run-uploads', rule: { delete_incomplete_mpu: 1 }, left: 'kept=3 gone=3' },
  {
    bucket: 'run-noncurrent',
    versioning: true,
    rule: { noncurrent_days: 1, newer_noncurrent_versions: 1 },
    left: 'kept=3 kept=2 gone=x gone=3 bare=x upload',
  },
  {
    bucket: 'run-newer-none',
    versioning: true,
    rule: { noncurrent_days: 1, newer_noncurrent_versions: 0 },
    left: 'kept=3 gone=x bare=x upload',
  },
  {
    bucket: 'run-markers',
    versioning: true,
    rule: { expired_obj_delete_marker: true },
    left: 'kept=3 kept=2 kept=1 gone=x gone=3 gone=2 gone=1 upload',
  },
  {
    // Both act: the marker that covers nothing goes although it is young; the object does not.
    bucket: 'run-markers-young',
    versioning: true,
    rule: { expired_obj_delete_marker: true, expiration_days: 1000, noncurrent_days: 1 },
    left: 'kept=3 upload',
  },
  {
    // Both act: the object goes behind a marker, then its versions, then the marker.
    bucket: 'run-all',
    versioning: true,
    rule: {
      expired_obj_delete_marker: true,
      expiration_days: 1,
      noncurrent_days: 1,
      delete_incomplete_mpu: 1,
      attribute: 'M_TIME',
    },
    left: '',
  },
  {
    bucket: 'run-all-versions-kept',
    versioning: true,
    rule: { expiration_days: 1 },
    left: 'kept=x kept=3 kept=2 kept=1 gone=x gone=3 gone=2 gone=1 upload',
  },
];

test('each field of a rule acts at the beginning of a day', async () => {
  const day = 2;
  await using server = await startServer({ env: { ONGGI_LIFECYCLE_DAY: String(day) } });
  const s3 = s3Client(server, alice);

  /** Three objects in turn at `kept` and at `gone`, the latter deleted at last where there are versions; a marker alone; an upload. */
  async function fill({ bucket: Bucket, versioning = false }: Case): Promise<void> {
    for (const Key of ['kept', 'gone']) {
      for (const Body of ['1', '22', '333']) await s3.putObject({ Bucket, Key, Body });
    }
    if (versioning) for (const Key of ['gone', 'bare']) await s3.deleteObject({ Bucket, Key });
    await s3.createMultipartUpload({ Bucket, Key: 'upload' });
  }

  /** Sizes by key, newest first, `x` for delete markers; and the upload. */
  async function left(Bucket: string): Promise<string> {
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
    const { Uploads = [] } = await s3.listMultipartUploads({ Bucket });
    return ['kept', 'gone', 'bare']
      .flatMap((name) => [
        ...DeleteMarkers.filter(({ Key }) => Key === name).map(() => `${name}=x`),
        ...Versions.filter(({ Key }) => Key === name).map(({ Size }) => `${name}=${Size}`),
      ])
      .concat(Uploads.map(({ Key }) => String(Key)))
      .join(' ');
  }

  await Promise.all(
    cases.map(async (one) => {
      await makeKosBucket(server, one.bucket, { versioning: one.versioning ?? false });
      await fill(one);
      const path = `/kos/v1/buckets/${one.bucket}/lifecycle-rules`;
      const made = await kos(server, path, { method: 'POST', body: { name: 'rule', ...one.rule } });
      assert.equal(made.status, 201, made.text);
    }),
  );
  // A rule whose action was taken away again does nothing.
  const path = '/kos/v1/buckets/run-long/lifecycle-rules';
  const more = await kos(server, path, { method: 'POST', body: { name: 'more', expiration_days: 1 } });
  const cleared = await kos(server, `${path}/${String(fieldsOf(more).id)}`, {
    method: 'PUT',
    body: { expiration_days: null, noncurrent_days: 1 },
  });
  assert.equal(cleared.status, 200, cleared.text);

  const found = () =>
    Promise.all(cases.map(async ({ bucket }) => `${bucket}: ${await left(bucket)}`)).then((all) =>
      all.sort(),
    );
  const expected = cases.map((one) => `${one.bucket}: ${one.left}`).sort();
  for (const end = Date.now() + 40_000; Date.now() < end; await sleep(200)) {
    if ((await found()).join() === expected.join()) break;
  }
  assert.deepEqual(await found(), expected);
  // What is not due stays.
  await sleep(2 * day * 1000);
  assert.deepEqual(await found(), expected);
});
