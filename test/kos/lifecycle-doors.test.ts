// Lifecycle rules of Krutrim's API beside those of S3 and the Extension: one document, of which each door says what it can
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf } from '../support/kos.ts';
import { assertChanged, bare, ruleCalls, sample } from '../support/kos-rules.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
});
after(() => server.stop());

const { post, put, remove, list, show, made, newBucket } = ruleCalls(() => server);

const read = async (Bucket: string) =>
  (await s3Client(server, alice).getBucketLifecycleConfiguration({ Bucket })).Rules ?? [];
const write = (Bucket: string, Rules: LifecycleRule[]) =>
  s3Client(server, alice).putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });

test('S3 reads a rule with every action, and may put it back as it was read', async () => {
  const bucket = await newBucket('life-to-s3');
  const rule = await made(bucket, { ...sample, name: 'named', attribute: 'C_TIME' });
  const off = await made(bucket, {
    name: 'off',
    enabled: false,
    expiration_days: 3,
    expired_obj_delete_marker: false,
  });
  const rules = await read(bucket);
  assert.deepEqual(rules, [
    {
      ID: rule.id,
      Status: 'Enabled',
      Filter: {},
      Expiration: { Days: 1, ExpiredObjectDeleteMarker: true },
      NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 5 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    },
    {
      ID: off.id,
      Status: 'Disabled',
      Filter: {},
      Expiration: { Days: 3, ExpiredObjectDeleteMarker: false },
    },
  ]);
  const added: LifecycleRule = { ID: 'new', Status: 'Enabled', Filter: {}, Expiration: { Days: 4 } };
  await write(bucket, [added, ...rules]);
  assert.deepEqual((await list(bucket)).slice(1), [rule, off]);
  assert.deepEqual(await read(bucket), [added, ...rules]);

  // What S3 does change is changed; the words it has no place for stay.
  const [first, ...others] = rules;
  await write(bucket, [{ ...first, ID: rule.id, Status: 'Disabled', Expiration: { Days: 8 } }, ...others]);
  assert.deepEqual(await list(bucket), [
    {
      ...rule,
      enabled: false,
      status: 'Disabled',
      expiration_days: 8,
      expired_obj_delete_marker: null,
    },
    off,
  ]);
  // For rules of its own it stays with what S3 takes.
  const pair = { Days: 1, ExpiredObjectDeleteMarker: true };
  for (const ID of ['another', rule.id]) {
    await assertFails(
      write(bucket, [{ ID, Status: 'Enabled', Filter: {}, Expiration: pair }]),
      400,
      'MalformedXML',
    );
  }
});

test('a rule of S3 shows what this API has no field for, and keeps it through changes', async () => {
  const bucket = await newBucket('life-from-s3');
  const written: LifecycleRule[] = [
    {
      ID: 'logs and more',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'logs/', ObjectSizeGreaterThan: 10, ObjectSizeLessThan: 5000 } },
      Expiration: { Days: 3 },
      NoncurrentVersionExpiration: { NoncurrentDays: 2 },
    },
    {
      ID: 'dated/50% ?#',
      Status: 'Disabled',
      Prefix: 'old/',
      Expiration: { Date: new Date('2031-01-01T00:00:00Z') },
    },
    { ID: 'x'.repeat(255), Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 2 } },
  ];
  await write(bucket, written);
  const shown = [
    {
      ...bare,
      id: 'logs and more',
      name: 'logs and more',
      expiration_days: 3,
      noncurrent_days: 2,
      s3_only: { prefix: 'logs/', object_size_greater_than: 10, object_size_less_than: 5000 },
    },
    {
      ...bare,
      id: 'dated/50% ?#',
      name: 'dated/50% ?#',
      enabled: false,
      status: 'Disabled',
      s3_only: { prefix: 'old/', expiration_date: '2031-01-01T00:00:00.000+00:00' },
    },
    { ...bare, id: 'x'.repeat(255), name: 'x'.repeat(255), expiration_days: 2 },
  ];
  assert.deepEqual(await list(bucket), shown);
  for (const rule of shown) assert.deepEqual(await show(bucket, rule.id), rule);

  // As a client that reads a rule and writes it back, nulls and all.
  for (const rule of shown) assertChanged(await put(bucket, rule.id, rule), rule);
  assert.deepEqual(await read(bucket), written);
  await put(bucket, 'dated/50% ?#', { name: 'dated', enabled: true, delete_incomplete_mpu: 6 });
  await put(bucket, 'logs and more', { expiration_days: null, attribute: 'C_TIME' });
  const [logs = {}, dated, all] = written;
  const { Expiration: _, ...undated } = logs as LifecycleRule;
  assert.deepEqual(await read(bucket), [
    undated,
    { ...dated, Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 6 } },
    all,
  ]);
  // Days take the place of a date: a rule has one time for its objects.
  const days = fieldsOf(await put(bucket, 'dated/50% ?#', { expiration_days: 5 }));
  assert.deepEqual([days.expiration_days, days.s3_only, days.name], [5, { prefix: 'old/' }, 'dated']);
  assertKosError(await put(bucket, 'logs and more', { delete_incomplete_mpu: 1 }), 400, 'BadRequest', /size/);
  assert.equal((await remove(bucket, 'logs and more')).status, 204);
  assert.deepEqual(
    (await read(bucket)).map(({ ID }) => ID),
    ['dated/50% ?#', 'x'.repeat(255)],
  );
});

test('the Extension writes and reads the same rules', async () => {
  const bucket = await newBucket('life-to-ext');
  const token = await issueToken(server, alice);
  const path = `/bucket/${bucket}/lifecycle`;
  const rule = (id: string, days: number, scope: string, more = '') =>
    `<Rule><ID>${id}</ID><Expiration><Days>${days}</Days></Expiration>${scope}<Status>Enabled</Status>${more}</Rule>`;
  const document = (...rules: string[]) =>
    `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`;
  const send = (body: string) =>
    ext(server, token, path, { method: 'PUT', body, headers: { 'Content-Type': 'application/xml' } });
  assert.equal((await send(document(rule('ext', 3, '<Prefix>tmp/</Prefix>')))).status, 200);
  assert.deepEqual(await list(bucket), [
    { ...bare, id: 'ext', name: 'ext', expiration_days: 3, s3_only: { prefix: 'tmp/' } },
  ]);
  const mine = await made(bucket, { name: 'mine', expiration_days: 9, attribute: 'c_time' });
  const noncurrent = await made(bucket, { name: 'versions', noncurrent_days: 2, expiration_days: 4 });
  const both = [rule('ext', 3, '<Prefix>tmp/</Prefix>'), rule(mine.id, 9, '<Filter/>')];
  const versions =
    '<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>';
  const answer = await ext(server, token, path);
  assert.ok(
    answer.text.endsWith(document(...both, rule(noncurrent.id, 4, '<Filter/>', versions))),
    answer.text,
  );
  await remove(bucket, noncurrent.id);
  assert.equal((await send(document(...both.toReversed()))).status, 200);
  assert.deepEqual((await list(bucket))[0], mine);
  assert.equal((await ext(server, token, path, { method: 'DELETE' })).status, 200);
  assert.deepEqual(await list(bucket), []);
});

test('a thousand rules are the most, whoever makes them', async () => {
  const bucket = await newBucket('life-most');
  const rules = Array.from(
    { length: 1000 },
    (_, at): LifecycleRule => ({
      ID: `r${at}`,
      Status: 'Disabled',
      Filter: {},
      Expiration: { Days: 1 },
    }),
  );
  await write(bucket, rules);
  assert.equal((await list(bucket)).length, 1000);
  assertKosError(await post(bucket, { name: 'more', expiration_days: 1 }), 409, 'LimitExceeded', /1000/);
  assert.equal((await put(bucket, 'r5', { expiration_days: 2 })).status, 200);
  assert.equal((await remove(bucket, 'r7')).status, 204);
  await made(bucket, { name: 'more', expiration_days: 1 });
  assertKosError(await post(bucket, { name: 'and more', expiration_days: 1 }), 409, 'LimitExceeded');
});

test('what a rule promises stands in the answers of S3', async () => {
  const bucket = await newBucket('life-promise');
  const { id } = await made(bucket, { name: 'soon', expiration_days: 2 });
  const s3 = s3Client(server, alice);
  await s3.putObject({ Bucket: bucket, Key: 'a', Body: 'x' });
  const expires = async () => (await s3.headObject({ Bucket: bucket, Key: 'a' })).Expiration;
  assert.ok((await expires())?.includes(`rule-id="${id}"`));
  await put(bucket, id, { enabled: false });
  assert.equal(await expires(), undefined);
  await put(bucket, id, { enabled: null });
  assert.ok((await expires())?.includes(`rule-id="${id}"`));
  await remove(bucket, id);
  assert.equal(await expires(), undefined);
});
