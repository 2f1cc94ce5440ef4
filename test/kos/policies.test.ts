// Account policies over the wire, with two processes: written, attached, and in force at every door with the next request.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, type KosCall, kos, makeKosBucket } from '../support/kos.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, other, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let bucketKrn: string;
const all = '/internal/kos/v1/policy';
const bucket = 'policy-box';
const tokens = new Map<TestUser, string>();
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  bucketKrn = await makeKosBucket(server, bucket);
  for (const user of [alice, bob, dave]) tokens.set(user, await issueToken(server, user));
  for (const key of ['k', 'cats/one', 'dogs/one']) {
    assert.equal(
      (await rawS3(server, { method: 'PUT', target: `/${bucket}/${key}`, body: 'x', user: alice })).status,
      200,
    );
  }
});
after(() => server.stop());

const attached: { policyKRNs: string[]; kcid?: string }[] = [];
beforeEach(async () => {
  for (const one of attached.splice(0)) await post('detach', one);
});

const post = (step: string, body: unknown, options: KosCall = {}) =>
  kos(server, step === '' ? all : `${all}/${step}`, { method: 'POST', body, ...options });
const allow = (actions: string | string[], resources: string | string[] = '*') => ({
  effect: 'Allow',
  actions,
  resources,
});
const deny = (actions: string | string[], resources: string | string[] = '*') => ({
  effect: 'Deny',
  actions,
  resources,
});

/** The KRN of a new policy. */
async function make(...statements: object[]): Promise<string> {
  const made = await post('', { statements });
  assert.equal(made.status, 201, made.text);
  return String(fieldsOf(made).policyKRN);
}

/** In force until the next test begins; for everybody without a user. */
async function attach(krn: string, user?: TestUser): Promise<void> {
  const body = { policyKRNs: [krn], ...(user === undefined ? {} : { kcid: user.id }) };
  const answer = await post('attach', body);
  assert.equal(answer.status, 200, answer.text);
  attached.push(body);
}

const s3 = async (user: TestUser, method: string, target: string) =>
  (await rawS3(server, { method, target, user })).status;
const swift = async (user: TestUser, method: string, path: string) => {
  const headers = { 'X-Auth-Token': tokens.get(user) ?? '' };
  return (await swiftRequest(server, method, `/v1/${demo.id}/${path}`, { headers })).status;
};

test('a policy is made, read, changed and removed', async () => {
  const name = 'readers';
  const made = await post('', {
    name,
    statements: [allow('kos:GetObject', `${bucketKrn}/cats/*`)],
    conditions: [],
  });
  assert.equal(made.status, 201, made.text);
  const { policyKRN, CreationDate, ...rest } = fieldsOf(made);
  assert.deepEqual(rest, { name });
  const form = `^krn:kos:In-Bangalore-1:${demo.accountNumber}:${dashed(demo.id)}:policy:[0-9a-f-]{36}$`;
  assert.match(String(policyKRN), new RegExp(form));
  assert.match(String(CreationDate), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  assert.deepEqual((await kos(server, all)).json, made.json, 'the newest');
  const path = `${all}/${policyKRN}`;
  assert.deepEqual((await kos(server, path)).json, made.json);
  assert.deepEqual((await kos(server, `${all}/${encodeURIComponent(String(policyKRN))}`)).json, made.json);
  assertKosError(await post('', { name }), 409, 'AlreadyExists');
  const changed = await kos(server, path, { method: 'PUT', body: { name: 'viewers' } });
  assert.deepEqual(fieldsOf(changed), { ...fieldsOf(made), name: 'viewers' });
  assert.equal((await post('', { name })).status, 201, 'the name is free');
  const gone = await kos(server, path, { method: 'DELETE' });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  for (const method of ['GET', 'DELETE'])
    assertKosError(await kos(server, path, { method }), 404, 'PolicyNotFound');
  assertKosError(await kos(server, path, { method: 'PUT', body: {} }), 404, 'PolicyNotFound');
});

test('statements and conditions as text, as the documentation shows them', async () => {
  const statements = JSON.stringify(allow(['kos:GetObject'], [bucketKrn]));
  for (const body of [
    { statements },
    { statements: [statements] },
    { statements: JSON.parse(statements) as object },
    {
      statements: `[${statements}]`,
      conditions: '{"operator":"IpAddress","key":"sourceIp","values":["127.0.0.1"]}',
    },
  ]) {
    const made = await post('', body);
    assert.equal(made.status, 201, made.text);
    await attach(String(fieldsOf(made).policyKRN), dave);
    assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 200, JSON.stringify(body));
    await post('detach', attached.pop());
    assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 403);
  }
});

const wrongStatements: readonly unknown[] = [
  7,
  'no json',
  [7],
  [{}],
  [{ ...allow('kos:GetObject'), more: 1 }],
  [{ ...allow('kos:GetObject'), effect: 'allow' }],
  [{ actions: 'kos:*', resources: '*' }],
  [{ effect: 'Allow', resources: '*' }],
  [{ effect: 'Allow', actions: 'kos:*' }],
  [allow([])],
  [allow('s3:GetObject')],
  [allow('kos:Fly')],
  [allow('*')],
  [allow('kos:GetObject', [])],
  [allow('kos:GetObject', 'photos')],
  [allow('kos:GetObject', 'krn:kos:x')],
  [allow('kos:GetObject', `krn:kos:In-Bangalore-1:${other.accountNumber}:default:bucket:photos`)],
  [allow('kos:GetObject', `krn:s3:In-Bangalore-1:${demo.accountNumber}:default:bucket:photos`)],
  [allow('kos:GetObject', '*/')],
  [{ ...allow('kos:GetObject'), conditions: [{ operator: 'Near', key: 'sourceIp', values: ['x'] }] }],
  [{ ...allow('kos:GetObject'), conditions: [{ operator: 'IpAddress', key: 'key', values: ['10.0.0.1'] }] }],
  [
    {
      ...allow('kos:GetObject'),
      conditions: [{ operator: 'DateLessThan', key: 'currentTime', values: ['soon'] }],
    },
  ],
];

test('what is no policy is refused whole', async () => {
  const before = (await kos(server, all)).text;
  for (const statements of wrongStatements) {
    assertKosError(await post('', { statements }), 400, 'BadRequest');
  }
  for (const body of [
    '{',
    '[]',
    { name: '' },
    { name: 7 },
    { accountId: other.accountNumber },
    { conditions: [{}] },
  ]) {
    assertKosError(await post('', body), 400, 'BadRequest');
  }
  assert.equal((await kos(server, all)).text, before);
});

test('it is for administrators of the account, and of service administrators for any', async () => {
  const krn = await make(allow('kos:GetObject'));
  for (const user of [bob, carol, dave]) {
    assertKosError(await kos(server, all, { by: user }), 403, 'Forbidden');
    assertKosError(await post('', {}, { by: user }), 403, 'Forbidden');
    assertKosError(await post('attach', { policyKRNs: [krn] }, { by: user }), 403, 'Forbidden');
  }
  assertKosError(await kos(server, all, { by: null }), 401, 'Unauthorized');
  assertKosError(await kos(server, `${all}/${krn}`, { by: eve }), 404, 'PolicyNotFound');
  assertKosError(await post('attach', { policyKRNs: [krn] }, { by: eve }), 404, 'PolicyNotFound');
  assertKosError(await kos(server, `${all}/${krn}`, { by: eve, method: 'DELETE' }), 404, 'PolicyNotFound');
  assertKosError(await kos(server, all, { by: eve }), 404, 'PolicyNotFound');
  const Authorization = `Bearer ${await issueToken(server, root)}`;
  const seen = await kos(server, `${all}/${krn}`, {
    by: null,
    headers: { Authorization, 'x-account-id': demo.accountNumber },
  });
  assert.equal(seen.status, 200, seen.text);
});

test('attached to a user, it gives and takes at every door, with the next request', async () => {
  const giving = await make(allow(['kos:GetObject', 'kos:ListObjects'], bucketKrn));
  for (let i = 0; i < 3; i += 1) {
    await attach(giving, dave);
    assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 200);
    assert.equal(await s3(dave, 'GET', `/${bucket}`), 200);
    assert.equal(await s3(dave, 'PUT', `/${bucket}/new`), 403);
    assert.equal(await swift(dave, 'GET', `${bucket}/k`), 200);
    assert.equal(await swift(dave, 'DELETE', `${bucket}/k`), 403);
    assert.equal(await s3(carol, 'GET', `/${bucket}/k`), 403, 'nobody else');
    await post('detach', attached.pop());
    assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 403);
    assert.equal(await swift(dave, 'GET', `${bucket}/k`), 403);
  }
  const taking = await make(deny('kos:*', `${bucketKrn}/cats/*`), deny('kos:CreateBucket'));
  for (let i = 0; i < 3; i += 1) {
    await attach(taking, bob);
    assert.equal(await s3(bob, 'GET', `/${bucket}/cats/one`), 403);
    assert.equal(await s3(bob, 'GET', `/${bucket}/dogs/one`), 200);
    assert.equal(await s3(bob, 'GET', `/${bucket}?prefix=cats/`), 403);
    assert.equal(await s3(bob, 'GET', `/${bucket}?list-type=2&prefix=dogs/`), 200);
    assert.equal(await swift(bob, 'GET', `${bucket}/cats/one`), 403);
    assert.equal(await swift(bob, 'GET', `${bucket}?prefix=cats/`), 403);
    assert.equal(await swift(bob, 'GET', `${bucket}?path=cats`), 403);
    const made = await kos(server, '/kos/v1/buckets', {
      method: 'POST',
      body: { name: 'not-made' },
      by: bob,
    });
    assertKosError(made, 403, 'Forbidden');
    assert.equal(await s3(bob, 'PUT', '/not-made'), 403);
    await post('detach', attached.pop());
    assert.equal(await s3(bob, 'GET', `/${bucket}/cats/one`), 200);
  }
});

test('a policy that is changed holds as changed, at once', async () => {
  const krn = await make(deny('kos:GetObject'));
  await attach(krn, bob);
  for (let i = 0; i < 4; i += 1) {
    const effect = i % 2 === 0 ? 'Allow' : 'Deny';
    const body = { statements: [{ effect, actions: 'kos:GetObject', resources: '*' }] };
    assert.equal((await kos(server, `${all}/${krn}`, { method: 'PUT', body })).status, 200);
    for (let j = 0; j < 4; j += 1) {
      assert.equal(await s3(bob, 'GET', `/${bucket}/k`), effect === 'Allow' ? 200 : 403);
    }
  }
});

test('attached to the account, it binds administrators too, who keep the policies', async () => {
  await attach(await make(deny('kos:*')));
  for (const user of [alice, bob]) {
    assert.equal(await s3(user, 'GET', `/${bucket}/k`), 403);
    assertKosError(await kos(server, '/kos/v1/buckets', { by: user }), 403, 'Forbidden');
  }
  assert.equal(await s3(eve, 'GET', '/'), 200, 'another account');
  assert.equal((await kos(server, all)).status, 200);
  const [one] = attached;
  assert.equal((await post('detach', attached.pop())).status, 200);
  assert.equal(await s3(alice, 'GET', `/${bucket}/k`), 200);
  assertKosError(await post('detach', one), 404, 'PolicyNotFound');
});

test('all of a list or none; the last one is told', async () => {
  const [first, second] = [await make(allow('kos:GetObject')), await make(allow('kos:PutObject'))];
  const missing = first.replace(/[0-9a-f-]{36}$/, dashed('0'.repeat(32)));
  const some = { policyKRNs: [first, missing], kcid: dave.id };
  assertKosError(await post('attach', some), 404, 'PolicyNotFound');
  assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 403);
  const both = { policyKRNs: [first, second], kcid: dashed(dave.id) };
  const answer = await post('attach', both);
  assert.equal(fieldsOf(answer).policyKRN, second, answer.text);
  assert.equal((await post('attach', both)).status, 200, 'twice is once');
  assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 200);
  assertKosError(await post('detach', some), 404, 'PolicyNotFound');
  assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 200);
  assertKosError(await kos(server, `${all}/${first}`, { method: 'DELETE' }), 409, 'InUse');
  assert.equal((await post('detach', both)).status, 200);
  assert.equal(await s3(dave, 'GET', `/${bucket}/k`), 403);
  assert.equal((await kos(server, `${all}/${first}`, { method: 'DELETE' })).status, 204);
  for (const kcid of [eve.id, '0'.repeat(32), 'nobody']) {
    assertKosError(await post('attach', { policyKRNs: [second], kcid }), 404, 'UserNotFound');
  }
  for (const body of [
    {},
    { policyKRNs: [] },
    { policyKRNs: 7 },
    { policyKRNs: ['nothing'] },
    { policyKRNs: [second], kcid: 7 },
  ]) {
    assertKosError(await post('attach', body), 400, 'BadRequest');
  }
});

test('what is done with policies is in the trail', async () => {
  const krn = await make(allow('kos:GetObject'));
  const id = krn.slice(-36).replaceAll('-', '');
  // The id of a new policy is known only when it is made: it follows within a second.
  const query = `?eventName=CreatePolicy&resourceName=${id}`;
  const [event] = await awaitEvents(server, tokens.get(alice) ?? '', query, 1);
  assert.deepEqual([event?.resourceType, event?.response.status], ['Policy', 201]);
});
