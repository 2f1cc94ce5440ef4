// Krutrim's document of buckets (reference 10.2), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { dashed } from '../../src/base/uuid.ts';
import { assertKosError, fieldsOf, type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { assertKosTime, assertKrn, KosReplay } from '../support/kos-replay.ts';
import { carol, dave, demo } from '../support/seed.ts';

const list = 'GET /kos/v1/buckets';
const create = 'POST /kos/v1/buckets';
const get = 'GET /kos/v1/buckets/{bucketId}';
const update = 'PUT /kos/v1/buckets/{bucketId}';
const remove = 'DELETE /kos/v1/buckets/{bucketId}';

const parameters = ['page', 'page_size', 'name_filter', 'refresh'].map((name) => `${list}: ${name}`);
const replay = new KosReplay(
  'buckets',
  {
    [list]: { statuses: [200, 400, 401, 500, 503] },
    [create]: { statuses: [201, 400, 401, 409, 422, 500, 503], body: (name) => ({ name }) },
    [get]: { statuses: [200, 400, 401, 404, 500, 503] },
    [update]: { statuses: [200, 400, 401, 404, 500, 503], body: () => ({ versioning: true }) },
    [remove]: {
      statuses: [204, 400, 401, 404, 409, 500, 503],
      body: () => ({ otp: 'otp' }),
      finished: 'BucketNotFound',
    },
  },
  [...parameters, `${list}: nextPage null at the end`, `${update}: absent stays, tags are replaced whole`],
);

const tags = { keySomething: 'value1', keyAnother: 'value2' };
const creation = {
  name: 'name',
  description: 'description',
  tags,
  versioning: false,
  anonymous_access: false,
};
/** What the document has of a bucket in lists and alone, and what the SDKs read beside it. */
const described = () => ({
  name: 'name',
  owner: dashed(demo.id),
  account_id: demo.accountNumber,
  usedCapacity: 0,
  allocatedCapacity: null,
  region: 'In-Bangalore-1',
  url: `${replay.server.url}/name`,
  status: 'active',
  path: '/name',
  protocol: 'S3',
  tags,
  versioning: false,
  anonymous_access: false,
  tier: 'fast',
  description: 'description',
});
let krn = '';

function assertBucket(fields: unknown, expected: object): void {
  const { krnid, createdAt, ...rest } = fields as Record<string, unknown>;
  assertKrn(krnid, 'bucket');
  assertKosTime(createdAt);
  assert.deepEqual(rest, expected);
}

replay.sample(create, async () => {
  const made = await replay.call(create, {}, { body: creation });
  assert.equal(made.status, 201, made.text);
  const { createdAt, krn: named, ...rest } = fieldsOf(made);
  assertKosTime(createdAt);
  assertKrn(named, 'bucket');
  assert.deepEqual(rest, { bucketName: 'name' });
  krn = String(named);
});

replay.sample(list, async () => {
  await makeKosBucket(replay.server, 'second');
  const answer = await replay.call(list);
  assert.equal(answer.status, 200, answer.text);
  const { items, ...page } = fieldsOf(answer) as { items: unknown[] };
  assert.deepEqual(page, { totalItems: 2, nextPage: null, totalPages: 1, currentPage: 1 });
  assertBucket(items[0], described());
  const second = { name: 'second', url: `${replay.server.url}/second`, path: '/second' };
  assertBucket(items[1], { ...described(), ...second, tags: {}, description: null });
});

replay.sample(get, async () => {
  const answer = await replay.call(get, { bucketId: krn });
  assert.equal(answer.status, 200, answer.text);
  assertBucket(answer.json, described());
});

replay.sample(update, async () => {
  const body = { tags, versioning: false, anonymous_access: false };
  const answer = await replay.call(update, { bucketId: krn }, { body });
  assert.equal(answer.status, 200, answer.text);
  assertBucket(answer.json, described());
});

replay.shows(
  [`${update}: absent stays, tags are replaced whole`, 'K2: tags', 'K10: the update of three fields'],
  `${update}: in part`,
  async () => {
    for (const [body, changed] of [
      [{ versioning: true }, { versioning: true }],
      [{ tags: { one: '1' } }, { versioning: true, tags: { one: '1' } }],
      [
        { anonymous_access: true, versioning: false },
        { anonymous_access: true, tags: { one: '1' } },
      ],
      [{ anonymous_access: false, tags, versioning: null }, {}],
      [{}, {}],
    ]) {
      const answer = await replay.call(update, { bucketId: krn }, { body });
      assertBucket(answer.json, { ...described(), ...changed });
      assert.deepEqual((await replay.call(get, { bucketId: krn })).json, answer.json);
    }
  },
);

replay.shows([...parameters, `${list}: nextPage null at the end`], `${list}: every parameter`, async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await makeKosBucket(replay.server, name);
  const page = async (query: string) => {
    const { items, ...rest } = fieldsOf(await kos(replay.server, `/kos/v1/buckets?${query}`));
    return [(items as { name: string }[]).map(({ name }) => name), rest];
  };
  const counts = { totalItems: 3, totalPages: 2 };
  assert.deepEqual(await page('name_filter=page-&page_size=2'), [
    ['page-1', 'page-2'],
    { ...counts, currentPage: 1, nextPage: 2 },
  ]);
  assert.deepEqual(await page('name_filter=age-&page=2&page_size=2&refresh=true'), [
    ['page-3'],
    { ...counts, currentPage: 2, nextPage: null },
  ]);
  assert.deepEqual(await page('name_filter=ge-3&refresh=false'), [
    ['page-3'],
    { totalItems: 1, totalPages: 1, currentPage: 1, nextPage: null },
  ]);
});

replay.sample(remove, async () => {
  const gone = await replay.call(remove, { bucketId: krn }, { body: { otp: 'otp' } });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertKosError(await replay.call(get, { bucketId: krn }), 404, 'BucketNotFound');
});

const assertAll = async (answers: readonly Promise<KosAnswer>[], status: number, code: string) => {
  for (const answer of answers) assertKosError(await answer, status, code);
};

replay.shows(['K8: tiers'], `${create}: every tier, and fast without one`, async () => {
  for (const tier of ['fast', 'slow', 'tier-1', 'tier-2', undefined]) {
    const bucketId = replay.name();
    await makeKosBucket(replay.server, bucketId, { tier });
    assert.equal(fieldsOf(await replay.call(get, { bucketId })).tier, tier ?? 'fast');
  }
});

replay.refuses(
  list,
  [400],
  'pages and flags that are none, a region and a tier that are not there',
  async () => {
    for (const query of ['page=0', 'page=one', 'page_size=-1', 'page_size=1.5', 'refresh=perhaps']) {
      assertKosError(await kos(replay.server, `/kos/v1/buckets?${query}`), 400, 'BadRequest');
    }
    for (const headers of [{ 'x-region-id': 'us-west-2' }, { 'x-tier': 'fast/slow' }]) {
      assertKosError(await replay.call(list, {}, { headers }), 400, 'BadRequest');
    }
  },
);

replay.refuses(create, [400], 'no JSON', async () => {
  for (const body of ['', '{', 'name=name']) {
    assertKosError(await replay.call(create, {}, { body }), 400, 'BadRequest');
  }
});

replay.refuses(create, [422], 'JSON that is no bucket', async () => {
  for (const wrong of [
    { name: undefined },
    { name: 7 },
    { name: 'no' },
    { name: 'Upper' },
    { name: 'x'.repeat(64) },
    { versioning: 'false' },
    { anonymous_access: 1 },
    { tags: { key: 1 } },
    { region: 'us-west-2' },
    { tier: 'fast/slow' },
  ]) {
    const body = { ...creation, ...wrong };
    assertKosError(await replay.call(create, {}, { body }), 422, 'ValidationFailed');
  }
  assertKosError(await replay.call(get, { bucketId: 'name' }), 404, 'BucketNotFound');
});

replay.refuses(create, [409], 'a name that is taken, as often as it is asked', async () => {
  await makeKosBucket(replay.server, 'name');
  const again = () => replay.call(create, {}, { body: creation });
  await assertAll([again(), again()], 409, 'BucketAlreadyExists');
});

replay.refuses(update, [400], 'no JSON, and fields of other types', async () => {
  for (const body of [
    '{',
    [],
    { versioning: 'on' },
    { anonymous_access: 0 },
    { tags: [] },
    { tags: { a: 1 } },
  ]) {
    assertKosError(await replay.call(update, { bucketId: 'name' }, { body }), 400, 'BadRequest');
  }
});

replay.refuses(remove, [400], 'an otp that is no text', async () => {
  for (const body of ['{', { otp: 7 }]) {
    assertKosError(await replay.call(remove, { bucketId: 'name' }, { body }), 400, 'BadRequest');
  }
});

replay.refuses(remove, [409], 'a bucket that is not empty', async () => {
  const objects = kosObjects(replay.server, 'second');
  assert.equal((await objects.put('object', 'bytes')).status, 200);
  await assertAll([replay.call(remove, { bucketId: 'second' })], 409, 'BucketNotEmpty');
  assert.deepEqual(await objects.names(), ['object']);
});

replay.shows([], 'without the right it is 403', async () => {
  for (const [route, by] of [
    [list, dave],
    [create, carol],
    [get, dave],
    [update, carol],
    [remove, carol],
  ] as const) {
    const body = route === create ? { name: 'by-carol' } : undefined;
    const answer = await replay.call(route, { bucketId: 'second' }, { by, ...(body && { body }) });
    assertKosError(answer, 403, 'Forbidden');
  }
});

replay.end();
