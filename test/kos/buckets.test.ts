// Buckets: made, listed, told about, changed and deleted; by KRN and by name; seen at every door
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { rawExchange } from '../support/raw-http.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, other } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

const all = '/kos/v1/buckets';
const create = (body: unknown, headers = {}) => kos(server, all, { method: 'POST', body, headers });
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
const namesOf = (answer: KosAnswer): string[] => {
  const list = Array.isArray(answer.json) ? answer.json : (fieldsOf(answer).items as unknown[]);
  return list.map((one) => String((one as { name: string }).name));
};

test('a bucket is made, and answers as documented', async () => {
  const made = await create({ name: 'first-box', description: 'my first', anonymous_access: false });
  assert.equal(made.status, 201, made.text);
  const { createdAt, krn, ...rest } = fieldsOf(made);
  assert.deepEqual(rest, { bucketName: 'first-box' });
  assert.match(String(createdAt), time);
  const form = new RegExp(
    `^krn:kos:In-Bangalore-1:${demo.accountNumber}:${dashed(demo.id)}:bucket:[0-9a-f]{8}-[0-9a-f-]{27}$`,
  );
  assert.match(String(krn), form);

  const got = await kos(server, `${all}/${krn}`);
  assert.equal(got.status, 200, got.text);
  assert.deepEqual(fieldsOf(got), {
    name: 'first-box',
    krnid: krn,
    owner: dashed(demo.id),
    account_id: demo.accountNumber,
    createdAt,
    usedCapacity: 0,
    allocatedCapacity: null,
    region: 'In-Bangalore-1',
    url: `${server.url}/first-box`,
    status: 'active',
    path: '/first-box',
    protocol: 'S3',
    tags: {},
    versioning: false,
    anonymous_access: false,
    tier: 'fast',
    description: 'my first',
  });
});

test('region and tier: by body, by header, the body first', async () => {
  const told = async (name: string) => {
    const { region, tier, krnid } = fieldsOf(await kos(server, `${all}/${name}`));
    return [region, tier, String(krnid).split(':')[2]];
  };
  await create({ name: 'tier-body', region: 'In-Hyderabad-1', tier: 'tier-2' });
  assert.deepEqual(await told('tier-body'), ['In-Hyderabad-1', 'tier-2', 'In-Hyderabad-1']);
  await create({ name: 'tier-head' }, { 'x-region-id': 'In-Hyderabad-1', 'x-tier': 'slow' });
  assert.deepEqual(await told('tier-head'), ['In-Hyderabad-1', 'slow', 'In-Hyderabad-1']);
  await create({ name: 'tier-both', region: 'In-Bangalore-1' }, { 'x-region-id': 'In-Hyderabad-1' });
  assert.deepEqual(await told('tier-both'), ['In-Bangalore-1', 'fast', 'In-Bangalore-1']);
});

for (const [why, body] of [
  ['no name', {}],
  ['a name that is no text', { name: 7 }],
  ['a name too short', { name: 'ab' }],
  ['a name with capitals', { name: 'Photos' }],
  ['a reserved name', { name: 'kos' }],
  ['a region that is not there', { name: 'good-name', region: 'In-Nowhere-1' }],
  ['a tier that is not there', { name: 'good-name', tier: 'fast/slow' }],
  ['a flag that is a text', { name: 'good-name', anonymous_access: 'yes' }],
  ['a description too long', { name: 'good-name', description: 'x'.repeat(1001) }],
  ['a tag that is no text', { name: 'good-name', tags: { a: 1 } }],
  ['a tag that cannot be', { name: 'good-name', tags: { 'aws:a': 'b' } }],
  ['no object', ['good-name']],
] as const) {
  test(`422: ${why}`, async () => assertKosError(await create(body), 422, 'ValidationFailed'));
}

test('400: what is not JSON', async () => {
  assertKosError(await create('{"name":'), 400, 'BadRequest', /not JSON/);
  assertKosError(await create('', {}), 400, 'BadRequest', /not JSON/);
  assertKosError(await create('{}', { 'Content-Type': 'text/plain' }), 400, 'BadRequest', /Content-Type/);
});

test('409: a taken name, whoever has it, again and again', async () => {
  await makeKosBucket(server, 'taken-box');
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await create({ name: 'taken-box' }), 409, 'BucketAlreadyExists');
  }
  const theirs = await kos(server, all, { method: 'POST', body: { name: 'taken-box' }, by: eve });
  assertKosError(theirs, 409, 'BucketAlreadyExists');
});

test('a bucket is found by its KRN raw and encoded, with placeholders, with its name in it, and by its name', async () => {
  const krn = await makeKosBucket(server, 'found-box');
  const parts = krn.split(':');
  const names = [
    krn,
    encodeURIComponent(krn),
    krn.replace(demo.accountNumber, 'default').replace(dashed(demo.id), 'default'),
    [...parts.slice(0, 6), 'found-box'].join(':'),
    krn.replace('In-Bangalore-1', 'In-Hyderabad-1'),
    'found-box',
  ];
  for (const name of names) {
    const got = await kos(server, `${all}/${name}`);
    assert.equal(got.status, 200, `${name}: ${got.text}`);
    assert.equal(fieldsOf(got).krnid, krn);
  }
  const raw = await rawExchange(server.url, [
    `GET ${all}/${krn} HTTP/1.1\r\nHost: x\r\nx-account-id: ${apiKeyOf(alice)}\r\nConnection: close\r\n\r\n`,
  ]);
  assert.equal(raw.status, 200, raw.text);
});

test('404: absent, gone and foreign buckets alike, whichever way they are named', async () => {
  const theirs = await makeKosBucket(server, 'eves-box', {}, eve);
  const gone = await makeKosBucket(server, 'gone-box');
  assert.equal((await kos(server, `${all}/${gone}`, { method: 'DELETE' })).status, 204);
  const absent = `krn:kos:In-Bangalore-1:${demo.accountNumber}:${dashed(demo.id)}:bucket:${dashed('7'.repeat(32))}`;
  const pretended = theirs
    .replace(other.accountNumber, demo.accountNumber)
    .replace(dashed(other.id), dashed(demo.id));
  const service = gone.replace('krn:kos:', 'krn:vpc:');
  const type = gone.replace(':bucket:', ':policy:');
  const texts = new Set<string>();
  for (const name of [
    'no-such-box',
    'eves-box',
    theirs,
    gone,
    'gone-box',
    absent,
    pretended,
    service,
    type,
  ]) {
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', {}],
      ['DELETE', undefined],
    ] as const) {
      const answer = await kos(server, `${all}/${name}`, { method, ...(body && { body }) });
      assertKosError(answer, 404, 'BucketNotFound');
      texts.add(answer.text);
    }
  }
  assert.equal(texts.size, 1, 'the answer tells which it is');
});

test('400: names that are none', async () => {
  assertKosError(await kos(server, `${all}/krn:kos:photos`), 400, 'BadRequest', /KRN/);
  assertKosError(await kos(server, `${all}/NoName`), 400, 'InvalidBucketName');
  assertKosError(await kos(server, `${all}/%ff`), 400, 'BadRequest');
});

test('anonymous access is the public reading of every door', async () => {
  const krn = await makeKosBucket(server, 'open-box', { anonymous_access: true });
  await rawS3(server, { method: 'PUT', target: '/open-box/k', body: 'x', user: alice });
  const anybody = async () => (await fetch(`${server.url}/open-box/k`)).status;
  const byExt = async () =>
    (await ext(server, token, '/bucket/open-box')).json as { acl: { public: string } };
  const change = (anonymous_access: boolean) =>
    kos(server, `${all}/${krn}`, { method: 'PUT', body: { anonymous_access } });

  assert.equal(await anybody(), 200);
  assert.equal((await byExt()).acl.public, 'read-only');
  const closed = await change(false);
  assert.equal(closed.status, 200, closed.text);
  assert.equal(fieldsOf(closed).anonymous_access, false);
  assert.equal(await anybody(), 403);
  assert.equal((await byExt()).acl.public, 'deny');
  await ext(server, token, '/bucket/open-box', { method: 'POST', body: { acl: { public: 'read-only' } } });
  assert.equal(fieldsOf(await kos(server, `${all}/${krn}`)).anonymous_access, true);
  await change(true);
  assert.equal(await anybody(), 200);
  assert.equal((await fetch(`${server.url}/open-box/k`, { method: 'PUT', body: 'y' })).status, 403);
});

test('versioning is that of S3: on from the beginning or later, suspended, never off again', async () => {
  const status = async (name: string) =>
    (await rawS3(server, { method: 'GET', target: `/${name}?versioning`, user: alice })).text;
  const change = async (name: string, versioning: boolean) =>
    fieldsOf(await kos(server, `${all}/${name}`, { method: 'PUT', body: { versioning } })).versioning;
  await makeKosBucket(server, 'kept-box', { versioning: true });
  assert.match(await status('kept-box'), /<Status>Enabled</);
  assert.equal(await change('kept-box', false), false);
  assert.match(await status('kept-box'), /<Status>Suspended</);
  await makeKosBucket(server, 'late-box', { versioning: false });
  assert.equal(await change('late-box', false), false);
  assert.doesNotMatch(await status('late-box'), /<Status>/);
  assert.equal(await change('late-box', true), true);
  for (const body of ['one', 'two']) {
    await rawS3(server, { method: 'PUT', target: '/late-box/k', body, user: alice });
  }
  const versions = await rawS3(server, { method: 'GET', target: '/late-box?versions', user: alice });
  assert.equal(versions.text.match(/<VersionId>/g)?.length, 2, versions.text);
  await rawS3(server, { method: 'DELETE', target: '/late-box/k', user: alice });
  assertKosError(await kos(server, `${all}/late-box`, { method: 'DELETE' }), 409, 'BucketNotEmpty');
  const document = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
  await rawS3(server, { method: 'PUT', target: '/late-box?versioning', body: document, user: alice });
  assert.equal(fieldsOf(await kos(server, `${all}/late-box`)).versioning, false);
});

test('tags are replaced whole, with everything else in one go or not at all', async () => {
  await makeKosBucket(server, 'tagged-box', { tags: { keySomething: 'value1', keyAnother: 'value2' } });
  const told = async () => {
    const { tags, versioning, anonymous_access } = fieldsOf(await kos(server, `${all}/tagged-box`));
    return { tags, versioning, anonymous_access };
  };
  const first = {
    tags: { keySomething: 'value1', keyAnother: 'value2' },
    versioning: false,
    anonymous_access: false,
  };
  assert.deepEqual(await told(), first);
  const put = (body: object) => kos(server, `${all}/tagged-box`, { method: 'PUT', body });
  const wrong = { tags: { 'bad*key': 'x' }, versioning: true, anonymous_access: true };
  assertKosError(await put(wrong), 400, 'BadRequest', /tag /);
  assertKosError(await put({ tags: { a: 1 } }), 400, 'BadRequest', /tags/);
  assert.deepEqual(await told(), first);
  const all3 = { tags: { one: '1' }, versioning: true, anonymous_access: true };
  const answer = await put(all3);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await told(), all3);
  await put({ tags: null });
  assert.deepEqual((await told()).tags, { one: '1' });
  await put({ tags: {} });
  assert.deepEqual((await told()).tags, {});
});

test('tags are those of S3, and the other way round', async () => {
  const call = (method: string, body = '') =>
    rawS3(server, { method, target: '/both-box?tagging', body, user: alice });
  await makeKosBucket(server, 'both-box', { tags: { from: 'kos' } });
  assert.match((await call('GET')).text, /<Key>from<\/Key><Value>kos</);
  await call('PUT', '<Tagging><TagSet><Tag><Key>from</Key><Value>s3</Value></Tag></TagSet></Tagging>');
  assert.deepEqual(fieldsOf(await kos(server, `${all}/both-box`)).tags, { from: 's3' });
  await kos(server, `${all}/both-box`, { method: 'PUT', body: { tags: {} } });
  assert.equal((await call('GET')).status, 404);
});

test('an update leaves what it does not name, and asks for the right to what it does', async () => {
  await makeKosBucket(server, 'same-box', { anonymous_access: true, description: 'as it was' });
  for (const body of [{}, { anonymous_access: null }, { unknown: 1 }]) {
    const answer = await kos(server, `${all}/same-box`, { method: 'PUT', body });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(fieldsOf(answer).anonymous_access, true);
    assert.equal(fieldsOf(answer).description, 'as it was');
  }
  const put = (by: typeof bob, body: object) => kos(server, `${all}/same-box`, { method: 'PUT', body, by });
  assert.equal((await put(bob, {})).status, 200);
  assertKosError(await put(bob, { anonymous_access: false }), 403, 'Forbidden');
  assertKosError(await put(carol, {}), 403, 'Forbidden');
  assertKosError(await put(alice, { anonymous_access: 'no' }), 400, 'BadRequest', /anonymous_access/);
  assertKosError(await kos(server, `${all}/same-box`, { method: 'PUT', body: '[]' }), 400, 'BadRequest');
});

test('a bucket is deleted empty, with or without a body, by who may', async () => {
  await makeKosBucket(server, 'full-box');
  await rawS3(server, { method: 'PUT', target: '/full-box/k', body: 'x', user: alice });
  const remove = (name: string, by = alice, body?: unknown) =>
    kos(server, `${all}/${name}`, { method: 'DELETE', by, ...(body !== undefined && { body }) });
  assertKosError(await remove('full-box'), 409, 'BucketNotEmpty');
  assertKosError(await remove('full-box', carol), 403, 'Forbidden');
  await rawS3(server, { method: 'DELETE', target: '/full-box/k', user: alice });
  assertKosError(await remove('full-box', alice, { otp: 123456 }), 400, 'BadRequest');
  const gone = await remove('full-box', alice, { otp: '123456' });
  assert.equal(gone.status, 204);
  assert.equal(gone.text, '');
  assertKosError(await remove('full-box'), 404, 'BucketNotFound');
});

test('lists: pages, filters, bare arrays, buckets of other doors', async () => {
  const names = Array.from({ length: 5 }, (_, at) => `list-eves-${at}`);
  for (const name of names) await makeKosBucket(server, name, {}, eve);
  await makeBucket(server, await issueToken(server, eve), 'list-eves-by-ext');
  const ask = (query: string, headers = {}) => kos(server, `${all}${query}`, { by: eve, headers });
  const page = async (query: string) => {
    const answer = await ask(query);
    assert.equal(answer.status, 200, answer.text);
    const { items, ...rest } = fieldsOf(answer);
    return { ...rest, names: namesOf(answer) };
  };
  const everything = [...names, 'list-eves-by-ext'];
  assert.deepEqual(await page('?name_filter=list-eves&page_size=4'), {
    totalItems: 6,
    totalPages: 2,
    currentPage: 1,
    nextPage: 2,
    names: everything.slice(0, 4),
  });
  assert.deepEqual(await page('?name_filter=list-eves&page_size=4&page=2'), {
    totalItems: 6,
    totalPages: 2,
    currentPage: 2,
    nextPage: null,
    names: everything.slice(4),
  });
  assert.deepEqual((await page('?page=9')).names, []);
  assert.deepEqual((await page('?name_filter=by-ext&refresh=true&page_size=1000')).names, [
    'list-eves-by-ext',
  ]);
  assert.deepEqual((await page('?name_filter=nothing-like-it')).names, []);
  assert.ok(!(await page('?page_size=100')).names.includes('first-box'));

  const region = { 'x-region-id': 'In-Hyderabad-1' };
  const bare = await ask('?name_filter=list-eves', region);
  assert.ok(Array.isArray(bare.json));
  assert.deepEqual(namesOf(bare), everything);
  assert.ok(!Array.isArray((await ask('?page=1', region)).json));
  for (const wrong of ['?page=0', '?page=x', '?page_size=0', '?page_size=-1', '?refresh=maybe']) {
    assertKosError(await ask(wrong), 400, 'BadRequest');
  }
  assertKosError(await kos(server, all, { by: dave }), 403, 'Forbidden');
});

test('used capacity is live', async () => {
  await makeKosBucket(server, 'used-box');
  await rawS3(server, { method: 'PUT', target: '/used-box/k', body: 'x'.repeat(1234), user: alice });
  assert.equal(fieldsOf(await kos(server, `${all}/used-box`)).usedCapacity, 1234);
});

test('the trail has every call, refusals too, with the bucket behind the KRN', async () => {
  const krn = await makeKosBucket(server, 'seen-box');
  await kos(server, `${all}/${krn}`, { method: 'PUT', body: { anonymous_access: true }, by: carol });
  await kos(server, `${all}/${krn}`, { method: 'DELETE' });
  const events = await awaitEvents(server, token, '?resourceName=seen-box', 3);
  const told = events.map(({ eventName, response }) => `${eventName} ${response.status}`);
  assert.deepEqual(told.sort(), ['CreateBucket 201', 'DeleteBucket 204', 'UpdateBucket 403']);
});
