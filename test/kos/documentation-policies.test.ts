// Krutrim's document of account policies (reference 10.5), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { dashed } from '../../src/base/uuid.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { assertKosTime, assertKrn, KosReplay, type Segments, type Served } from '../support/kos-replay.ts';
import { rawS3 } from '../support/s3.ts';
import { bob, demo, eve, other, root } from '../support/seed.ts';

const all = '/internal/kos/v1/policy';
const newest = `GET ${all}`;
const create = `POST ${all}`;
const attach = `POST ${all}/attach`;
const detach = `POST ${all}/detach`;
const get = `GET ${all}/{policykrn}`;
const update = `PUT ${all}/{policykrn}`;
const remove = `DELETE ${all}/{policykrn}`;

async function make(server: Served, name: string): Promise<Segments> {
  const made = await kos(server, all, { method: 'POST', body: { name } });
  assert.equal(made.status, 201, made.text);
  return { policykrn: String(fieldsOf(made).policyKRN) };
}

async function makeAttached(server: Served, name: string): Promise<Segments> {
  const made = await make(server, name);
  const attached = await kos(server, `${all}/attach`, { method: 'POST', body: listed(name, made) });
  assert.equal(attached.status, 200, attached.text);
  return made;
}

const listed = (_name: string, { policykrn }: Segments) => ({ policyKRNs: [policykrn] });
const only422 = `${create}: 422, which is 400 here: 422 is for buckets alone`;

const replay = new KosReplay(
  'policies',
  {
    [newest]: { statuses: [200, 400, 401, 404, 500, 503], prepare: make },
    [create]: { statuses: [201, 400, 401, 404, 409, 500, 503], body: (name) => ({ name }) },
    [attach]: { statuses: [200, 400, 401, 404, 500, 503], prepare: make, body: listed },
    [detach]: { statuses: [200, 400, 401, 404, 500, 503], prepare: makeAttached, body: listed },
    [get]: { statuses: [200, 400, 401, 404, 500, 503], prepare: make },
    [update]: {
      statuses: [200, 400, 401, 404, 409, 500, 503],
      prepare: make,
      body: (name) => ({ name: `${name}-new` }),
    },
    [remove]: { statuses: [204, 400, 401, 404, 409, 500, 503], prepare: make },
  },
  [only422, `${create}: statements and conditions as objects and as text`],
);

const statement = { effect: 'Deny', actions: ['kos:DeleteBucket'], resources: ['*'] };
const condition = { operator: 'StringEquals', key: 'userName', values: ['nobody@example.com'] };
/** The sample, with something in its texts. */
const creation = {
  _id: '_id',
  name: 'name',
  statements: JSON.stringify(statement),
  conditions: JSON.stringify(condition),
  accountId: demo.accountNumber,
  policyKRN: 'policyKRNs',
};

/** The KRN of the policy that the answer tells of. */
function assertPolicy(json: unknown, name: string): string {
  const { policyKRN, CreationDate, ...rest } = json as Record<string, unknown>;
  assertKrn(policyKRN, 'policy');
  assertKosTime(CreationDate);
  assert.deepEqual(rest, { name });
  return String(policyKRN);
}

let policykrn = '';

replay.sample(create, async () => {
  const made = await replay.call(create, {}, { body: creation });
  assert.equal(made.status, 201, made.text);
  policykrn = assertPolicy(made.json, 'name');
});

replay.sample(
  newest,
  async () => {
    const answer = await replay.call(newest);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(assertPolicy(answer.json, 'name'), policykrn);
  },
  'K11: the newest policy',
);

replay.sample(get, async () => {
  for (const krn of [policykrn, encodeURIComponent(policykrn)]) {
    const answer = await replay.call(get, { policykrn: krn });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(assertPolicy(answer.json, 'name'), policykrn);
  }
});

replay.sample(update, async () => {
  const answer = await replay.call(update, { policykrn }, { body: creation });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(assertPolicy(answer.json, 'name'), policykrn);
});

replay.sample(attach, async () => {
  const { policykrn: second = '' } = await make(replay.server, 'second');
  const answer = await replay.call(attach, {}, { body: { policyKRNs: [policykrn, second] } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(assertPolicy(answer.json, 'second'), second, 'the last one is told');
});

replay.refuses(remove, [409], 'a policy that is attached, as often as it is asked', async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await replay.call(remove, { policykrn }), 409, 'InUse');
  }
});

replay.sample(
  detach,
  async () => {
    const { policyKRN: second } = fieldsOf(await replay.call(newest));
    const both = { policyKRNs: [policykrn, second] };
    assert.equal((await replay.call(detach, {}, { body: both })).status, 200);
    const forOne = { kcid: dashed(bob.id), ...both };
    assert.equal((await replay.call(attach, {}, { body: forOne })).status, 200);
    const answer = await replay.call(detach, {}, { body: forOne });
    assert.equal(answer.status, 200, answer.text);
    assertPolicy(answer.json, 'second');
  },
  'K4: for kcid or for the account',
);

replay.sample(remove, async () => {
  const gone = await replay.call(remove, { policykrn });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertKosError(await replay.call(get, { policykrn }), 404, 'PolicyNotFound');
});

replay.shows(
  [`${create}: statements and conditions as objects and as text`, 'K3: statements as text'],
  `${create}: every form of statements is in force once it is attached`,
  async () => {
    const denied = { ...statement, actions: ['kos:ListBuckets'] };
    const always = { ...condition, operator: 'StringNotEquals' };
    for (const body of [
      { statements: [denied], conditions: [always] },
      { statements: JSON.stringify([denied]), conditions: JSON.stringify([always]) },
      { statements: [JSON.stringify(denied)] },
      { statements: denied, conditions: always },
    ]) {
      const made = fieldsOf(await replay.call(create, {}, { body }));
      const forBob = { body: { policyKRNs: [made.policyKRN], kcid: bob.id } };
      const sees = async () => (await rawS3(replay.server, { target: '/', user: bob })).status;
      assert.equal(await sees(), 200);
      assert.equal((await replay.call(attach, {}, forBob)).status, 200);
      assert.equal(await sees(), 403, JSON.stringify(body));
      assert.equal((await replay.call(detach, {}, forBob)).status, 200);
    }
  },
);

const noPolicies: readonly unknown[] = [
  '{',
  [],
  { name: 7 },
  { statements: 'statements' },
  { conditions: 'conditions' },
  { statements: [{ ...statement, effect: 'Maybe' }] },
  { statements: [{ ...statement, actions: ['kos:Fly'] }] },
  { statements: [{ ...statement, resources: ['bucket'] }] },
  { conditions: [{ ...condition, operator: 'Near' }] },
  { accountId: other.accountNumber },
];

replay.shows([only422, `${create}: 400`], `${create}: 400: what is no policy`, async () => {
  for (const body of noPolicies) assertKosError(await replay.call(create, {}, { body }), 400, 'BadRequest');
});

replay.refuses(update, [400], 'what is no policy, and no KRN', async () => {
  const made = await make(replay.server, 'kept');
  for (const body of noPolicies) assertKosError(await replay.call(update, made, { body }), 400, 'BadRequest');
  assertKosError(await replay.call(update, { policykrn: 'policykrn' }, { body: {} }), 400, 'BadRequest');
});

for (const route of [get, remove]) {
  replay.refuses(route, [400], 'no KRN', async () => {
    assertKosError(await replay.call(route, { policykrn: 'policykrn' }), 400, 'BadRequest');
  });
}

replay.refuses(newest, [400], 'a region that is not there', async () => {
  const headers = { 'x-region-id': 'us-west-2' };
  assertKosError(await replay.call(newest, {}, { headers }), 400, 'BadRequest');
});

for (const route of [attach, detach]) {
  replay.refuses(route, [400], 'no list of KRNs', async () => {
    for (const body of [
      '{',
      {},
      { policyKRNs: [] },
      { policyKRNs: ['policyKRN1', 'policyKRN2'] },
      { policyKRNs: 1 },
    ]) {
      assertKosError(await replay.call(route, {}, { body }), 400, 'BadRequest');
    }
  });
  replay.refuses(
    route,
    [404],
    'an unknown policy, and none of the list is touched; an unknown user',
    async () => {
      const { policykrn: mine = '' } = await (route === attach ? make : makeAttached)(
        replay.server,
        replay.name(),
      );
      const body = { policyKRNs: [mine, policykrn] };
      assertKosError(await replay.call(route, {}, { body }), 404, 'PolicyNotFound');
      const after = await replay.call(remove, { policykrn: mine });
      assert.equal(after.status, route === attach ? 204 : 409, after.text);
      const unknown = { policyKRNs: [mine], kcid: 'kcid123' };
      assertKosError(await replay.call(route, {}, { body: unknown }), 404, 'UserNotFound');
    },
  );
}

replay.refuses(newest, [404], 'none in the account', async () => {
  assertKosError(await replay.call(newest, {}, { by: eve }), 404, 'PolicyNotFound');
});

replay.refuses(create, [404], 'an account that is not there, for who may name any', async () => {
  const headers = { Authorization: `Bearer ${apiKeyOf(root)}`, 'x-account-id': '9999999999' };
  const answer = await replay.call(create, {}, { body: creation, by: null, headers });
  assertKosError(answer, 404, 'AccountNotFound');
});

for (const route of [get, update, remove]) {
  replay.refuses(route, [404], "one that is gone; another account's", async () => {
    const options = route === update ? { body: {} } : {};
    assertKosError(await replay.call(route, { policykrn }, options), 404, 'PolicyNotFound');
    const made = await make(replay.server, replay.name());
    assertKosError(await replay.call(route, made, { ...options, by: eve }), 404, 'PolicyNotFound');
  });
}

replay.refuses(create, [409], 'a name that is taken, as often as it is asked', async () => {
  assert.equal((await replay.call(create, {}, { body: creation })).status, 201);
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await replay.call(create, {}, { body: creation }), 409, 'AlreadyExists');
  }
});

replay.refuses(update, [409], 'a name that is taken', async () => {
  const made = await make(replay.server, replay.name());
  assertKosError(await replay.call(update, made, { body: { name: 'name' } }), 409, 'AlreadyExists');
});

replay.shows([], 'all of it is 403 for who is no administrator', async () => {
  const made = await make(replay.server, replay.name());
  for (const [route, body] of [
    [newest],
    [create, creation],
    [attach, listed('', made)],
    [detach, listed('', made)],
    [get],
    [update, creation],
    [remove],
  ] as const) {
    const answer = await replay.call(route, made, { by: bob, ...(body && { body }) });
    assertKosError(answer, 403, 'Forbidden');
  }
});

replay.end();
