// Lifecycle rules by Krutrim's API: /kos/v1/buckets/{bucketId}/lifecycle-rules (reference 10.4), and what the other doors make of them
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
});
after(() => server.stop());

const rulesOf = (bucket: string) => `/kos/v1/buckets/${encodeURIComponent(bucket)}/lifecycle-rules`;
const ruleOf = (bucket: string, id: string) => `${rulesOf(bucket)}/${encodeURIComponent(id)}`;
const post = (bucket: string, body: unknown) => kos(server, rulesOf(bucket), { method: 'POST', body });
const put = (bucket: string, id: string, body: unknown) =>
  kos(server, ruleOf(bucket, id), { method: 'PUT', body });
const remove = (bucket: string, id: string) => kos(server, ruleOf(bucket, id), { method: 'DELETE' });

type Fields = Record<string, unknown>;

async function list(bucket: string): Promise<Fields[]> {
  const answer = await kos(server, rulesOf(bucket));
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Fields[];
}

async function show(bucket: string, id: string): Promise<Fields> {
  const answer = await kos(server, ruleOf(bucket, id));
  assert.equal(answer.status, 200, answer.text);
  return fieldsOf(answer);
}

async function made(bucket: string, body: Fields): Promise<Fields & { id: string }> {
  const answer = await post(bucket, body);
  assert.equal(answer.status, 201, answer.text);
  return fieldsOf(answer) as Fields & { id: string };
}

function assertChanged(answer: KosAnswer, rule: Fields): void {
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, rule);
}

async function newBucket(name: string): Promise<string> {
  await makeKosBucket(server, name);
  return name;
}

/** What a rule says that says nothing else. */
const bare = {
  status: 'Enabled',
  enabled: true,
  expiration_days: null,
  noncurrent_days: null,
  newer_noncurrent_versions: null,
  delete_incomplete_mpu: null,
  expired_obj_delete_marker: null,
  attribute: 'M_TIME',
};

/** The sample of the documentation. */
const sample = {
  delete_incomplete_mpu: 2,
  name: 'name',
  attribute: 'M_TIME',
  enabled: true,
  newer_noncurrent_versions: 5,
  noncurrent_days: 5,
  expiration_days: 1,
  expired_obj_delete_marker: true,
};

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
    assert.ok([403, 404].includes((await by(dave)).status));
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

describe('with the other doors', () => {
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
    assertKosError(
      await put(bucket, 'logs and more', { delete_incomplete_mpu: 1 }),
      400,
      'BadRequest',
      /size/,
    );
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
});
