// What SDKs try again (408, 409, 429, 5xx) has one effect: every mutation repeated, refused by an engine that is away, and done with its answer lost
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listPolicies } from '../../src/core/identity/account-policies.ts';
import { listProjects } from '../../src/core/identity/projects.ts';
import type { ProjectId } from '../../src/core/model/names.ts';
import { type FaultyServer, startFaultyServer } from '../support/faulty-server.ts';
import { apiKeyOf, fieldsOf, type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { type Sdk, sdkOf, triedAgain } from '../support/kos-sdk.ts';
import { rawExchange } from '../support/raw-http.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';

let server: FaultyServer;
let sdk: Sdk;
before(async () => {
  server = await startFaultyServer(1);
  sdk = sdkOf(server, alice, 'KrutrimClient/Python 0.5.8');
});
after(() => server.stop());

type Request = readonly [method: string, path: string, body?: object | undefined];

/**
 * Something that a client can do twice: the status of the first time and of every other; the request, whose thing is made under a name nobody has; and all that
 * it may change, without what differs for each name and moment (by default that of a bucket).
 */
type Mutation = readonly [
  what: string,
  statuses: readonly [first: number, again: number],
  arrange: (name: string) => Promise<Request>,
  state?: (name: string) => Promise<unknown>,
];

const buckets = '/kos/v1/buckets';
const rulesOf = (bucket: string) => `${buckets}/${bucket}/lifecycle-rules`;
const addressesOf = (bucket: string) => `${buckets}/policy/${bucket}`;
const policies = '/internal/kos/v1/policy';

async function make(path: string, body: object): Promise<Record<string, unknown>> {
  const made = await kos(server, path, { method: 'POST', body });
  assert.ok(made.status < 300, made.text);
  return fieldsOf(made);
}

async function only(path: string, ...names: readonly string[]): Promise<unknown> {
  const { status, json } = await kos(server, path);
  const pick = (one: unknown) => names.map((name) => (one as Record<string, unknown>)[name]);
  return [status, Array.isArray(json) ? json.map(pick) : status === 200 ? pick(json) : undefined];
}

async function ofBucket(bucket: string): Promise<unknown> {
  const listed = await kos(server, `${buckets}?name_filter=${bucket}`);
  const objects = await rawS3(server, { target: `/${bucket}?list-type=2`, user: alice });
  return [
    fieldsOf(listed).totalItems,
    await only(`${buckets}/${bucket}`, 'tags', 'versioning', 'anonymous_access', 'usedCapacity'),
    await only(rulesOf(bucket), 'name', 'expiration_days', 'enabled'),
    await only(addressesOf(bucket), 's3_read_write_ips', 's3_read_only_ips'),
    ...['Key', 'ETag', 'Size'].map((element) => objects.elements(element)),
  ];
}

/** What is written of it, and how often it is attached. */
async function ofPolicy(name: string): Promise<unknown> {
  const project = demo.id as ProjectId;
  const named = (await listPolicies(server.core, project)).filter((policy) => policy.name === name);
  const { policies: attached = [] } =
    (await listProjects(server.core)).find(({ id }) => id === project) ?? {};
  return named.map(({ id, statements }) => [
    statements,
    attached.filter(({ policy }) => policy === id).length,
  ]);
}

const onBucket =
  (request: (bucket: string) => Request, prepare: (bucket: string) => Promise<unknown> = async () => {}) =>
  async (name: string): Promise<Request> => {
    await makeKosBucket(server, name);
    await prepare(name);
    return request(name);
  };
const rule = { name: 'rule', expiration_days: 3 };
const lists = { s3_read_write_ips: ['127.0.0.1'], s3_read_only_ips: ['10.0.0.0/8'] };
const putTwo = async (bucket: string) => {
  for (const key of ['one', 'two'])
    assert.equal((await kosObjects(server, bucket).put(key, key)).status, 200);
};
const onObjects = (method: string, step: string, body: object) =>
  onBucket((bucket) => [method, `${buckets}/${bucket}/objects${step}`, body], putTwo);
const onRule =
  (method: string, body?: object) =>
  async (name: string): Promise<Request> => {
    await makeKosBucket(server, name);
    const { id } = await make(rulesOf(name), rule);
    return [method, `${rulesOf(name)}/${String(id)}`, body];
  };
const onAddresses = (method: string, body?: object) =>
  onBucket(
    (bucket) => [method, addressesOf(bucket), body],
    (bucket) => make(addressesOf(bucket), lists),
  );
const attaching = (step: string, krn: string): Request => [
  'POST',
  `${policies}/${step}`,
  { policyKRNs: [krn] },
];
const onPolicy =
  (request: (krn: string) => Request, attached = false) =>
  async (name: string): Promise<Request> => {
    const statements = [{ effect: 'Deny', actions: 'kos:DeleteObject', resources: '*' }];
    const krn = String((await make(policies, { name, statements })).policyKRN);
    if (attached) await make(`${policies}/attach`, { policyKRNs: [krn] });
    return request(krn);
  };

const mutations: readonly Mutation[] = [
  ['create a bucket', [201, 409], async (name) => ['POST', buckets, { name, tags: { a: '1' } }]],
  [
    'update a bucket',
    [200, 200],
    onBucket((bucket) => ['PUT', `${buckets}/${bucket}`, { tags: { b: '2' }, versioning: true }]),
  ],
  ['delete a bucket', [204, 404], onBucket((bucket) => ['DELETE', `${buckets}/${bucket}`])],
  ['create a rule', [201, 409], onBucket((bucket) => ['POST', rulesOf(bucket), rule])],
  ['update a rule', [200, 200], onRule('PUT', { expiration_days: 9 })],
  ['delete a rule', [204, 404], onRule('DELETE')],
  ['create an address policy', [201, 409], onBucket((bucket) => ['POST', addressesOf(bucket), lists])],
  ['update an address policy', [200, 200], onAddresses('PUT', { s3_read_only_ips: [] })],
  ['delete an address policy', [204, 404], onAddresses('DELETE')],
  ['make a folder', [201, 201], onObjects('PUT', '', { prefix: 'folder' })],
  ['move', [200, 404], onObjects('POST', '/move', { sourceKey: 'one', destinationKey: 'two' })],
  [
    'copy',
    [200, 200],
    onObjects('POST', '/move', { sourceKey: 'one', destinationKey: 'new', action: 'copy' }),
  ],
  ['rename', [200, 404], onObjects('POST', '/rename', { oldKey: 'one', newKey: 'new' })],
  ['delete an object', [200, 404], onObjects('POST', '/delete', { objectkey: 'one' })],
  ['create a policy', [201, 409], async (name) => ['POST', policies, { name }], ofPolicy],
  [
    'update a policy',
    [200, 200],
    onPolicy((krn) => ['PUT', `${policies}/${krn}`, { statements: [] }]),
    ofPolicy,
  ],
  ['delete a policy', [204, 404], onPolicy((krn) => ['DELETE', `${policies}/${krn}`]), ofPolicy],
  ['attach a policy', [200, 200], onPolicy((krn) => attaching('attach', krn)), ofPolicy],
  ['detach a policy', [200, 404], onPolicy((krn) => attaching('detach', krn), true), ofPolicy],
];

const send = ([method, path, body]: Request): Promise<KosAnswer> => sdk(method, path, body && { body });
/** Conflicts are tried twice more, to no effect. */
const endsWith = (status: number) => (status === 409 ? [409, 409, 409] : [status]);

for (const [at, [what, statuses, arrange, state = ofBucket]] of mutations.entries()) {
  const [first, again] = statuses;
  test(`${what}: ${first}, and ${again} when it is repeated or its answer was lost; 503 and then ${first}`, async () => {
    const plain = `retry-${at}-plain`;
    const request = await arrange(plain);
    const untouched = await state(plain);
    assert.deepEqual(await triedAgain(() => send(request)), [first]);
    const done = await state(plain);
    assert.notDeepEqual(done, untouched);
    for (let turn = 0; turn < 2; turn += 1) {
      assert.deepEqual(await triedAgain(() => send(request)), endsWith(again));
      assert.deepEqual(await state(plain), done);
    }
    for (const [fault, ends] of [
      ['down', [first]],
      ['read only', [first]],
      ['mute', endsWith(again).slice(0, 2)],
    ] as const) {
      const name = `retry-${at}-${fault.replace(' ', '-')}`;
      const asked = await arrange(name);
      assert.deepEqual(await state(name), untouched);
      server.meta.fault = fault;
      const tried = await triedAgain(
        () => send(asked),
        () => {
          server.meta.fault = 'none';
        },
      );
      assert.deepEqual(tried, [503, ...ends], fault);
      assert.deepEqual(await state(name), done, fault);
    }
  });
}

test('a body that stands still is 408 without an effect, and taken when it is sent again', async () => {
  const body = JSON.stringify({ name: 'retry-stalled' });
  const proof = `x-account-id: ${apiKeyOf(alice)}\r\nContent-Type: application/json`;
  const head = `POST ${buckets} HTTP/1.1\r\nHost: x\r\n${proof}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const stalled = await rawExchange(server.url, [head + body.slice(0, 5)], 3000);
  assert.equal(stalled.status, 408, stalled.text);
  assert.equal((await kos(server, `${buckets}/retry-stalled`)).status, 404);
  assert.deepEqual(await triedAgain(() => send(['POST', buckets, { name: 'retry-stalled' }])), [201]);
});

test('an address takes the bytes twice, and once more after a failure', async () => {
  await makeKosBucket(server, 'retry-put');
  const objects = kosObjects(server, 'retry-put');
  const { uploadPreSignedUrl } = fieldsOf(await objects.upload({ objectkey: 'key' }));
  const put = async () => {
    const answer = await fetch(String(uploadPreSignedUrl), { method: 'PUT', body: 'the bytes' });
    return [answer.status, answer.headers.get('etag')] as const;
  };
  const [, etag] = await put();
  for (const fault of ['none', 'read only', 'mute', 'none'] as const) {
    server.meta.fault = fault;
    const [status] = await put();
    server.meta.fault = 'none';
    assert.equal(status, fault === 'none' ? 200 : 503);
    assert.deepEqual(await put(), [200, etag]);
    assert.deepEqual(await objects.names(), ['key']);
    assert.equal(await (await objects.get('key')).text(), 'the bytes');
  }
});

const keys = '/kos/v1/access_keys';
const accessKeys = async () => (await kos(server, keys)).json as { access_key: string }[];

test('an access key whose answer was lost is in the list, and leaves room for the one that is told', async () => {
  assert.equal((await kos(server, '/internal/kos/v1/access_keys_all', { method: 'DELETE' })).status, 204);
  server.meta.fault = 'read only';
  const back = () => {
    server.meta.fault = 'none';
  };
  const create = () => sdk('POST', keys, { body: { key_name: 'k', region: 'In-Bangalore-1' } });
  assert.deepEqual(await triedAgain(create, back), [503, 201]);
  const [lone] = await accessKeys();
  assert.equal((await accessKeys()).length, 1);
  const remove = () => sdk('DELETE', `${keys}/${lone?.access_key}`);
  server.meta.fault = 'mute';
  assert.deepEqual(await triedAgain(remove, back), [503, 404]);
  assert.deepEqual(await accessKeys(), []);
  server.meta.fault = 'mute';
  assert.deepEqual(await triedAgain(create, back), [503, 201]);
  assert.equal((await accessKeys()).length, 2);
  assert.deepEqual(await triedAgain(create), [409, 409, 409]);
  assert.equal((await accessKeys()).length, 2);
  const removeAll = () => sdk('DELETE', '/internal/kos/v1/access_keys_all');
  server.meta.fault = 'mute';
  assert.deepEqual(await triedAgain(removeAll, back), [503, 204]);
  assert.deepEqual(await accessKeys(), []);
});

test('a session: one lives whatever is repeated; a repeated refresh ends it, by design', async () => {
  const pair = fieldsOf(await sdk('POST', keys, {}));
  const body = { accessKey: String(pair.access_key), secretKey: String(pair.secret_key) };
  const opened: KosAnswer[] = [];
  const activate = async () => {
    const answer = await sdk('POST', '/kos/v1/sessions/activate', { body });
    if (answer.status === 200) opened.push(answer);
    return answer;
  };
  const back = () => {
    server.meta.fault = 'none';
  };
  for (const fault of ['none', 'read only', 'mute', 'none'] as const) {
    server.meta.fault = fault;
    assert.deepEqual(await triedAgain(activate, back), fault === 'none' ? [200] : [503, 200]);
  }
  const tokens = opened.map((answer) => fieldsOf(answer) as Record<string, string>);
  const statusOf = async (token = '') => (await sdk('GET', `/kos/v1/sessions/status/${token}`)).status;
  const told = await Promise.all(tokens.map(({ sessionToken }) => statusOf(sessionToken)));
  assert.deepEqual(told, [404, 404, 404, 200]);

  const { sessionToken = '', refreshToken = '' } = tokens.at(-1) ?? {};
  const refresh = () => sdk('POST', `/kos/v1/sessions/refresh/${sessionToken}`, { body: { refreshToken } });
  server.meta.fault = 'read only';
  assert.deepEqual(await triedAgain(refresh, back), [503, 200]);
  assert.deepEqual([(await refresh()).status, (await refresh()).status], [401, 404]);

  assert.deepEqual(await triedAgain(activate), [200]);
  const last = String(fieldsOf(opened.at(-1) as KosAnswer).sessionToken);
  const end = () => sdk('DELETE', `/kos/v1/sessions/deactivate/${last}`);
  server.meta.fault = 'mute';
  assert.deepEqual(await triedAgain(end, back), [503, 404]);
  assert.deepEqual(await triedAgain(end), [404]);
});
