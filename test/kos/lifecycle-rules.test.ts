// Lifecycle rules by Krutrim's API: /kos/v1/buckets/{bucketId}/lifecycle-rules (reference 10.4)
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { assertKosError, kos, makeKosBucket } from '../support/kos.ts';
import { assertChanged, bare, ruleCalls, sample } from '../support/kos-rules.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
});
after(() => server.stop());

const { rulesOf, ruleOf, post, put, remove, list, show, made, newBucket } = ruleCalls(() => server);

test('a rule is made, shown, listed, changed and removed; the bucket by name and by KRN', async () => {
  const name = 'life-of-a-rule';
  const krn = await makeKosBucket(server, name);
  assert.deepEqual(await list(name), []);
  const { id, ...rest } = await made(krn, sample);
  assert.deepEqual(rest, { ...sample, status: 'Enabled' });
  const second = await made(name, { name: 'second', expiration_days: 7 });
  assert.deepEqual(second, { ...bare, name: 'second', expiration_days: 7, id: second.id });
  assert.deepEqual(await list(krn), [{ ...rest, id }, second]);
  assert.deepEqual(await show(name, id), { ...rest, id });

  assertChanged(await put(name, id, { name: 'renamed', enabled: false, noncurrent_days: 6 }), {
    ...rest,
    id,
    name: 'renamed',
    enabled: false,
    status: 'Disabled',
    noncurrent_days: 6,
  });
  assert.equal((await show(krn, id)).name, 'renamed');
  assert.deepEqual((await list(name))[1], second);

  const gone = await remove(name, id);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertKosError(await remove(name, id), 404, 'LifecycleRuleNotFound');
  assert.equal((await remove(name, second.id)).status, 204);
  assert.deepEqual(await list(name), []);
  await assertFails(
    s3Client(server, alice).getBucketLifecycleConfiguration({ Bucket: name }),
    404,
    'NoSuchLifecycleConfiguration',
  );
});

test('absent fields stay, null clears, and what would leave no rule is refused', async () => {
  const bucket = await newBucket('life-nulls');
  const rule = await made(bucket, { ...sample, attribute: 'c_Time', enabled: false });
  assert.equal(rule.attribute, 'C_TIME');
  assertChanged(await put(bucket, rule.id, {}), rule);
  const cleared = { ...bare, id: rule.id, name: 'name', noncurrent_days: 5 };
  assertChanged(
    await put(bucket, rule.id, {
      enabled: null,
      expiration_days: null,
      newer_noncurrent_versions: null,
      delete_incomplete_mpu: null,
      expired_obj_delete_marker: null,
      attribute: null,
    }),
    cleared,
  );
  assertKosError(
    await put(bucket, rule.id, { noncurrent_days: null }),
    400,
    'BadRequest',
    /must have expiration_days/,
  );
  assertKosError(
    await put(bucket, rule.id, { noncurrent_days: null, newer_noncurrent_versions: 3, expiration_days: 1 }),
    400,
    'BadRequest',
    /newer_noncurrent_versions needs noncurrent_days/,
  );
  assertChanged(await put(bucket, rule.id, {}), cleared);
  // Nobody is kept: the same as nothing.
  assertChanged(
    await put(bucket, rule.id, { noncurrent_days: null, newer_noncurrent_versions: 0, expiration_days: 9 }),
    { ...cleared, noncurrent_days: null, newer_noncurrent_versions: 0, expiration_days: 9 },
  );
});

test('each action alone makes a rule', async () => {
  const bucket = await newBucket('life-actions');
  const actions = [
    { expiration_days: 1 },
    { noncurrent_days: 2 ** 31 - 1 },
    { delete_incomplete_mpu: 3 },
    { expired_obj_delete_marker: true },
  ];
  for (const [at, action] of actions.entries()) {
    const { id, ...rest } = await made(bucket, { name: `r${at}`, ...action });
    assert.deepEqual(rest, { ...bare, name: `r${at}`, ...action });
    assert.deepEqual(await show(bucket, id), { id, ...rest });
  }
});

describe('400', () => {
  const of = { name: 'n', expiration_days: 1 };
  const wrong: readonly (readonly [what: string, body: unknown, message?: RegExp])[] = [
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no name', { expiration_days: 1 }, /name/],
    ['name null', { ...of, name: null }, /name/],
    ['an empty name', { ...of, name: '' }, /^name/],
    ['a name of 256 characters', { ...of, name: 'n'.repeat(256) }, /^name/],
    ['a name that is a number', { ...of, name: 7 }, /^name/],
    ['no action', { name: 'n' }, /must have expiration_days/],
    ['an action turned off', { name: 'n', expired_obj_delete_marker: false }, /must have expiration_days/],
    ['only what qualifies one', { name: 'n', newer_noncurrent_versions: 0 }, /must have expiration_days/],
    ['newer versions of nothing', { ...of, newer_noncurrent_versions: 5 }, /needs noncurrent_days/],
    ['newer versions below 0', { ...of, noncurrent_days: 1, newer_noncurrent_versions: -1 }, /^newer_/],
    ['more newer versions than S3 has', { ...of, noncurrent_days: 1, newer_noncurrent_versions: 101 }],
    ['an attribute nobody knows', { ...of, attribute: 'A_TIME' }, /^attribute must be M_TIME or C_TIME/],
    ['an empty attribute', { ...of, attribute: '' }, /^attribute/],
    ['enabled as text', { ...of, enabled: 'true' }, /^enabled/],
    ['a marker as number', { ...of, expired_obj_delete_marker: 1 }, /^expired_obj_delete_marker/],
    ...['expiration_days', 'noncurrent_days', 'delete_incomplete_mpu'].flatMap((field) =>
      [0, -1, 1.5, 2 ** 31, '1', true].map(
        (value) =>
          [`${field} ${JSON.stringify(value)}`, { ...of, [field]: value }, RegExp(`^${field}`)] as const,
      ),
    ),
  ];
  for (const [what, body, message] of wrong) {
    test(what, async () => {
      const bucket = `life-wrong-${wrong.findIndex(([one]) => one === what)}`;
      await newBucket(bucket);
      assertKosError(await post(bucket, body), 400, 'BadRequest', message);
      assert.deepEqual(await list(bucket), []);
    });
  }

  test('also of a change, which then changes nothing', async () => {
    const bucket = await newBucket('life-wrong-change');
    const rule = await made(bucket, sample);
    for (const body of [
      '{',
      [],
      { name: '' },
      { name: null },
      { expiration_days: 0 },
      { noncurrent_days: '2' },
      { enabled: 'no' },
      { attribute: 'B_TIME' },
      { enabled: false, newer_noncurrent_versions: -1 },
    ]) {
      assertKosError(await put(bucket, rule.id, body), 400, 'BadRequest');
    }
    assert.deepEqual(await list(bucket), [rule]);
  });
});

test('names are unique in a bucket, and only there: 409', async () => {
  const bucket = await newBucket('life-names');
  const other = await newBucket('life-names-else');
  const rule = await made(bucket, { name: 'a', expiration_days: 1 });
  const second = await made(bucket, { name: 'b', expiration_days: 2 });
  await made(other, { name: 'a', expiration_days: 1 });
  assertKosError(await post(bucket, { name: 'a', noncurrent_days: 1 }), 409, 'AlreadyExists');
  assertKosError(await put(bucket, second.id, { name: 'a', expiration_days: 9 }), 409, 'AlreadyExists');
  // The id is the name of rules that have no other.
  const s3 = s3Client(server, alice);
  const { Rules = [] } = await s3.getBucketLifecycleConfiguration({ Bucket: bucket });
  const more: LifecycleRule = { ID: 'c', Status: 'Enabled', Filter: {}, Expiration: { Days: 3 } };
  await s3.putBucketLifecycleConfiguration({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: [...Rules, more] },
  });
  assertKosError(await post(bucket, { name: 'c', expiration_days: 1 }), 409, 'AlreadyExists');
  assertChanged(await put(bucket, rule.id, { name: 'a' }), rule);
  assert.deepEqual(
    (await list(bucket)).map(({ name }) => name),
    ['a', 'b', 'c'],
  );
});

test('401, 403, 404 like everywhere: rules are for who may change the bucket', async () => {
  const bucket = await newBucket('life-rights');
  const { id } = await made(bucket, sample);
  const calls = [
    ['GET', rulesOf(bucket), undefined],
    ['POST', rulesOf(bucket), { name: 'x', expiration_days: 1 }],
    ['GET', ruleOf(bucket, id), undefined],
    ['PUT', ruleOf(bucket, id), { enabled: false }],
    ['DELETE', ruleOf(bucket, id), undefined],
  ] as const;
  for (const [method, path, body] of calls) {
    const by = (user: typeof alice | null, at: string = path) =>
      kos(server, at, { method, by: user, ...(body !== undefined && { body }) });
    assertKosError(await by(null), 401, 'Unauthorized');
    assertKosError(await by(carol), 403, 'Forbidden');
    assertKosError(await by(dave), 403, 'Forbidden');
    assertKosError(await by(eve), 404, 'BucketNotFound');
    assertKosError(await by(alice, path.replace(bucket, 'life-absent')), 404, 'BucketNotFound');
    if (path !== rulesOf(bucket)) {
      assertKosError(await by(alice, ruleOf(bucket, 'nobody')), 404, 'LifecycleRuleNotFound');
    }
  }
  assert.deepEqual(await list(bucket), [{ ...sample, status: 'Enabled', id }]);
  const patch = await kos(server, rulesOf(bucket), { method: 'PATCH' });
  assertKosError(patch, 405, 'MethodNotAllowed');
});

test('changes at the same time do not lose each other', async () => {
  const bucket = await newBucket('life-race');
  const names = Array.from({ length: 8 }, (_, at) => `r${at}`);
  const rules = await Promise.all(names.map((name) => made(bucket, { name, expiration_days: 1 })));
  assert.deepEqual((await list(bucket)).map(({ name }) => name).sort(), names);
  const same = await Promise.all([1, 2, 3, 4].map(() => post(bucket, { name: 'one', expiration_days: 1 })));
  assert.deepEqual(same.map(({ status }) => status).sort(), [201, 409, 409, 409]);
  // Each changes another rule, and each another field of one.
  const fields = ['noncurrent_days', 'delete_incomplete_mpu', 'newer_noncurrent_versions'];
  const target = rules[0]?.id ?? '';
  assert.equal((await put(bucket, target, { noncurrent_days: 1 })).status, 200);
  const answers = await Promise.all([
    ...fields.map((field) => put(bucket, target, { [field]: 4 })),
    ...rules.slice(1, 4).map(({ id }) => put(bucket, id, { expiration_days: 5 })),
    ...rules.slice(4).map(({ id }) => remove(bucket, id)),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200, 200, 204, 204, 204, 204],
  );
  const left = await list(bucket);
  assert.equal(left.length, 5);
  assert.deepEqual(await show(bucket, target), {
    ...rules[0],
    noncurrent_days: 4,
    delete_incomplete_mpu: 4,
    newer_noncurrent_versions: 4,
  });
  assert.equal(left.filter((rule) => rule.expiration_days === 5).length, 3);
});
