// Krutrim's document of lifecycle rules (reference 10.4), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { KosReplay, type Segments, type Served } from '../support/kos-replay.ts';
import { bare, sample } from '../support/kos-rules.ts';

const all = '/kos/v1/buckets/{bucketId}/lifecycle-rules';
const one = `${all}/{ruleId}`;
const list = `GET ${all}`;
const create = `POST ${all}`;
const get = `GET ${one}`;
const update = `PUT ${one}`;
const remove = `DELETE ${one}`;

async function makeRule(server: Served, bucket: string, name = 'name'): Promise<Segments> {
  const path = `/kos/v1/buckets/${bucket}/lifecycle-rules`;
  const made = await kos(server, path, { method: 'POST', body: { ...sample, name } });
  assert.equal(made.status, 201, made.text);
  return { ruleId: String(fieldsOf(made).id) };
}

const replay = new KosReplay(
  'lifecycle',
  {
    [list]: { statuses: [200, 400, 401, 404, 500, 503] },
    [create]: { statuses: [201, 400, 401, 404, 409, 500, 503], body: () => sample },
    [get]: { statuses: [200, 400, 401, 404, 500, 503], prepare: makeRule },
    [update]: { statuses: [200, 400, 401, 404, 409, 500, 503], prepare: makeRule, body: () => sample },
    [remove]: { statuses: [204, 400, 401, 404, 500, 503], prepare: makeRule },
  },
  [
    `${create}: every nullable field as null, and left out`,
    `${create}: attribute in any case`,
    `${update}: absent fields stay, null clears`,
  ],
);

/** As the sample's answer: the request's fields, with `id` and `status`. */
const answered = (id: unknown) => ({ ...sample, id, status: 'Enabled' });
const box = { bucketId: 'doc-rules' };
let ruleId = '';
const rule = () => ({ ...box, ruleId });

replay.sample(create, async () => {
  await makeKosBucket(replay.server, box.bucketId);
  const made = await replay.call(create, box, { body: sample });
  assert.equal(made.status, 201, made.text);
  const { id } = fieldsOf(made);
  assert.ok(typeof id === 'string' && id.length > 0);
  assert.deepEqual(made.json, answered(id));
  ruleId = id;
});

replay.sample(list, async () => {
  const answer = await replay.call(list, box);
  assert.deepEqual([answer.status, answer.json], [200, [answered(ruleId)]]);
});

replay.sample(get, async () => {
  const answer = await replay.call(get, rule());
  assert.deepEqual([answer.status, answer.json], [200, answered(ruleId)]);
});

replay.sample(update, async () => {
  const answer = await replay.call(update, rule(), { body: sample });
  assert.deepEqual([answer.status, answer.json], [200, answered(ruleId)]);
});

const nullable = {
  enabled: null,
  noncurrent_days: null,
  newer_noncurrent_versions: null,
  delete_incomplete_mpu: null,
  expired_obj_delete_marker: null,
  attribute: null,
};

replay.shows([`${update}: absent fields stay, null clears`], `${update}: in part`, async () => {
  const put = async (body: object) => (await replay.call(update, rule(), { body })).json;
  const off = { ...answered(ruleId), enabled: false, status: 'Disabled' };
  assert.deepEqual(await put({ enabled: false }), off);
  assert.deepEqual(await put({ name: 'renamed' }), { ...off, name: 'renamed' });
  const cleared = { ...bare, id: ruleId, name: 'renamed', expiration_days: 1 };
  assert.deepEqual(await put(nullable), cleared);
  assert.deepEqual(await put({ expiration_days: null, noncurrent_days: 7 }), {
    ...cleared,
    expiration_days: null,
    noncurrent_days: 7,
  });
  assert.deepEqual(await put(sample), answered(ruleId));
});

replay.shows(
  [`${create}: every nullable field as null, and left out`, `${create}: attribute in any case`],
  `${create}: the least that is a rule`,
  async () => {
    for (const [name, more, attribute] of [
      ['nulls', nullable, 'M_TIME'],
      ['nothing', {}, 'M_TIME'],
      ['lower case', { attribute: 'c_time' }, 'C_TIME'],
    ] as const) {
      const made = await replay.call(create, box, { body: { name, expiration_days: 30, ...more } });
      assert.equal(made.status, 201, made.text);
      const { id, ...rest } = fieldsOf(made);
      assert.deepEqual(rest, { ...bare, name, attribute, expiration_days: 30 });
      assert.equal((await replay.call(remove, { ...box, ruleId: String(id) })).status, 204);
    }
  },
);

/** Beside a name and a day. */
const wrongFields: readonly object[] = [
  { name: 7 },
  { name: '' },
  { enabled: 'true' },
  { expiration_days: 0 },
  { expiration_days: -1 },
  { expiration_days: 1.5 },
  { noncurrent_days: -5 },
  { delete_incomplete_mpu: 0 },
  { newer_noncurrent_versions: -1 },
  { expiration_days: '1' },
  { expired_obj_delete_marker: 'yes' },
  { attribute: 'attribute' },
  { expiration_days: null },
];

replay.refuses(create, [400], 'no name, no action, negative days, unknown attributes', async () => {
  for (const wrong of [{ name: undefined }, ...wrongFields]) {
    const body = { name: 'wrong', expiration_days: 1, ...wrong };
    assertKosError(await replay.call(create, box, { body }), 400, 'BadRequest');
  }
  assertKosError(await replay.call(create, box, { body: '{' }), 400, 'BadRequest');
  assert.equal(((await replay.call(list, box)).json as object[]).length, 1);
});

replay.refuses(update, [400], 'the same, and the rule stays', async () => {
  const made = await makeRule(replay.server, box.bucketId, 'stays');
  const only = { ...box, ...made };
  const { json } = await replay.call(update, only, { body: { ...nullable, expiration_days: 1 } });
  for (const body of [...wrongFields, '{', []]) {
    assertKosError(await replay.call(update, only, { body }), 400, 'BadRequest');
  }
  assert.deepEqual((await replay.call(get, only)).json, json);
});

replay.refuses(create, [409], 'a name that another rule has, as often as it is asked', async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await replay.call(create, box, { body: sample }), 409, 'AlreadyExists');
  }
});

replay.refuses(update, [409], 'a name that another rule has', async () => {
  const body = { name: 'stays' };
  assertKosError(await replay.call(update, rule(), { body }), 409, 'AlreadyExists');
});

for (const route of [get, update, remove]) {
  replay.refuses(route, [404], 'no such rule', async () => {
    const answer = await replay.call(
      route,
      { ...box, ruleId: 'absent' },
      route === update ? { body: sample } : {},
    );
    assertKosError(answer, 404, 'LifecycleRuleNotFound');
  });
}

replay.sample(remove, async () => {
  const gone = await replay.call(remove, rule());
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertKosError(await replay.call(remove, rule()), 404, 'LifecycleRuleNotFound');
});

replay.end();
