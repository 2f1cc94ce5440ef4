// Krutrim's document of bucket policies by address (reference 10.8), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { assertKosTime, assertKrn, KosReplay, type Segments, type Served } from '../support/kos-replay.ts';
import { bob, carol } from '../support/seed.ts';

const path = '/kos/v1/buckets/policy/{bucketKrn}';
const get = `GET ${path}`;
const create = `POST ${path}`;
const update = `PUT ${path}`;
const remove = `DELETE ${path}`;

/** The sample's two lists, with addresses in them. */
const lists = {
  s3_read_write_ips: ['127.0.0.1', '10.0.0.0/8'],
  s3_read_only_ips: ['192.168.*.7', '2001:db8::/32'],
};

async function make(server: Served, bucket: string): Promise<Segments> {
  const made = await kos(server, `/kos/v1/buckets/policy/${bucket}`, { method: 'POST', body: lists });
  assert.equal(made.status, 201, made.text);
  return {};
}

const replay = new KosReplay(
  'addresses',
  {
    [get]: { statuses: [200, 400, 401, 404, 500, 503], prepare: make },
    [create]: { statuses: [201, 400, 401, 404, 409, 500, 503], body: () => lists },
    [update]: { statuses: [200, 400, 401, 404, 500, 503], prepare: make, body: () => lists },
    [remove]: { statuses: [204, 401, 404, 500, 503], prepare: make },
  },
  [
    `${create}: either list may be absent`,
    `${create}: who is in neither list is refused, who only reads may not write`,
    'a bucket named policy is reached by its KRN',
  ],
);

let bucketKrn = '';
const policy = async () => {
  const answer = await replay.call(get, { bucketKrn });
  assert.equal(answer.status, 200, answer.text);
  return fieldsOf(answer);
};

function assertPolicy(fields: Record<string, unknown>, expected: object): void {
  const { updated_at: updated, created_at: created, bucketPolicyKrn, ...rest } = fields;
  for (const time of [updated, created]) assertKosTime(time);
  assertKrn(bucketPolicyKrn, 'bucket-policy');
  assert.deepEqual(rest, { ...expected, bucketKrn });
}

replay.sample(create, async () => {
  bucketKrn = await makeKosBucket(replay.server, 'doc-addresses');
  const made = await replay.call(create, { bucketKrn }, { body: lists });
  assert.equal(made.status, 201, made.text);
  assertPolicy(fieldsOf(made), lists);
});

replay.sample(get, async () => {
  assertPolicy(await policy(), lists);
});

replay.sample(
  update,
  async () => {
    const before = await policy();
    const changed = { s3_read_write_ips: ['127.0.0.1'], s3_read_only_ips: [] };
    const answer = await replay.call(update, { bucketKrn }, { body: changed });
    assert.deepEqual([answer.status, answer.text], [200, '']);
    const after = await policy();
    assertPolicy(after, changed);
    assert.equal(after.created_at, before.created_at);
    assert.ok(Date.parse(String(after.updated_at)) >= Date.parse(String(before.updated_at)));
  },
  'K9: 200 without a body',
);

replay.refuses(create, [409], 'a bucket that has one, as often as it is asked', async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await replay.call(create, { bucketKrn }, { body: lists }), 409, 'AlreadyExists');
  }
});

for (const route of [create, update]) {
  replay.refuses(route, [400], 'what is no address, and no list', async () => {
    const bucket = replay.name();
    await makeKosBucket(replay.server, bucket);
    if (route === update) await make(replay.server, bucket);
    for (const wrong of [
      's3_read_write_ips',
      '256.0.0.1',
      '1.2.3',
      '10.0.0.0/33',
      '2001:db8::/129',
      '*.example.com',
      '10.0.0.1-10.0.0.9',
      '',
    ]) {
      const body = { s3_read_write_ips: ['10.0.0.1', wrong] };
      assertKosError(await replay.call(route, { bucketKrn: bucket }, { body }), 400, 'BadRequest');
    }
    for (const body of ['{', [], { s3_read_only_ips: '10.0.0.1' }, { s3_read_only_ips: [7] }]) {
      assertKosError(await replay.call(route, { bucketKrn: bucket }, { body }), 400, 'BadRequest');
    }
    const left = await replay.call(get, { bucketKrn: bucket });
    if (route === create) assertKosError(left, 404, 'PolicyNotFound');
    else assert.deepEqual(fieldsOf(left).s3_read_write_ips, lists.s3_read_write_ips);
  });
}

for (const route of [get, update, remove]) {
  replay.refuses(route, [404], 'a bucket without a policy', async () => {
    const bucket = replay.name();
    await makeKosBucket(replay.server, bucket);
    const body = route === update ? { body: lists } : {};
    assertKosError(await replay.call(route, { bucketKrn: bucket }, body), 404, 'PolicyNotFound');
  });
}

replay.sample(remove, async () => {
  const gone = await replay.call(remove, { bucketKrn });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertKosError(await replay.call(get, { bucketKrn }), 404, 'PolicyNotFound');
});

replay.shows(
  [
    `${create}: either list may be absent`,
    `${create}: who is in neither list is refused, who only reads may not write`,
  ],
  'the lists are in force with the next request',
  async () => {
    const objects = kosObjects(replay.server, 'doc-addresses');
    const [reads, writes] = [() => objects.listing(), () => objects.upload({ prefix: 'folder' })];
    for (const [body, reading, write] of [
      [{ s3_read_only_ips: ['127.0.0.1'] }, 200, 403],
      [{ s3_read_write_ips: ['127.0.*.1'] }, 200, 201],
      [{ s3_read_write_ips: ['10.0.0.1'], s3_read_only_ips: ['127.0.0.0/8'] }, 200, 403],
      [{ s3_read_write_ips: ['127.0.0.1'], s3_read_only_ips: ['127.0.0.1'] }, 200, 201],
      [{ s3_read_write_ips: ['10.0.0.1'] }, 403, 403],
      [{}, 403, 403],
    ] as const) {
      assert.equal((await replay.call(create, { bucketKrn }, { body })).status, 201);
      assert.deepEqual(
        [(await reads()).status, (await writes()).status],
        [reading, write],
        JSON.stringify(body),
      );
      assert.equal((await replay.call(remove, { bucketKrn })).status, 204);
    }
    assert.deepEqual([(await reads()).status, (await writes()).status], [200, 201]);
  },
);

replay.shows(
  ['a bucket named policy is reached by its KRN'],
  'the segment policy comes before a bucket of that name',
  async () => {
    const krn = await makeKosBucket(replay.server, 'policy');
    assert.equal((await kos(replay.server, '/kos/v1/buckets/policy')).status, 200);
    assert.equal((await kos(replay.server, `/kos/v1/buckets/${krn}/objects`)).status, 200);
    assertKosError(await kos(replay.server, '/kos/v1/buckets/policy/objects'), 404, 'BucketNotFound');
  },
);

replay.shows([], 'all of it is 403 without the right', async () => {
  await make(replay.server, 'doc-addresses');
  for (const [route, by] of [
    [get, carol],
    [create, carol],
    [update, bob],
    [remove, bob],
  ] as const) {
    const body = route === create || route === update ? { body: lists } : {};
    assertKosError(await replay.call(route, { bucketKrn }, { by, ...body }), 403, 'Forbidden');
  }
});

replay.end();
