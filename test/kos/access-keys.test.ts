// Access keys: made, listed and deleted; they sign S3 requests at once and no longer; all of an account at once by administrators
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { call } from '../iam/identity-call.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, type KosAnswer, kos } from '../support/kos.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, demo, eve, operators, other, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

/** As the standard seed, without S3 keys: there are two to a user. */
function seed(): string {
  return stringify({
    projects: [demo, other, operators],
    users: [alice, bob, carol, eve, root].map((u) => ({
      id: u.id,
      name: u.name,
      password: u.password,
      ...(u.serviceAdmin && { serviceAdmin: true }),
      roles: [{ project: u.project.name, role: u.role }],
      iamKeys: [{ ...u.iamKey, project: u.project.name }],
    })),
  });
}

let server: TestServer;
before(async () => {
  server = await startServer({ seed: seed() });
});
after(() => server.stop());

const path = '/kos/v1/access_keys';
const create = (by: TestUser, body?: unknown, headers = {}) =>
  kos(server, path, { method: 'POST', by, headers, ...(body !== undefined && { body }) });
const remove = (by: TestUser, access: string, body?: unknown) =>
  kos(server, `${path}/${access}`, { method: 'DELETE', by, ...(body !== undefined && { body }) });
const list = async (by: TestUser) => (await kos(server, path, { by })).json as Record<string, unknown>[];
const idOf = (made: KosAnswer) => String(fieldsOf(made).access_key);
const signs = async (made: KosAnswer, by: TestUser) => {
  const { access_key, secret_key } = fieldsOf(made);
  const s3Key = { access: String(access_key), secret: String(secret_key) };
  return (await rawS3(server, { method: 'GET', target: '/', user: { ...by, s3Key } })).status;
};

test('a key is made without a body, signs at once, is listed without its secret, and is deleted', async () => {
  assert.deepEqual(await list(bob), []);
  const made = await create(bob);
  assert.equal(made.status, 201, made.text);
  const { access_key, secret_key, message, ...facts } = fieldsOf(made);
  assert.match(String(access_key), /^[0-9a-f]{32}$/);
  assert.equal(typeof message, 'string');
  assert.equal(await signs(made, bob), 200);
  const listed = await list(bob);
  assert.deepEqual(listed, [{ access_key, ...facts }]);
  const { created_date, created_at, ...rest } = facts;
  assert.match(String(created_date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(String(created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  assert.deepEqual(rest, {
    access_key_id: access_key,
    key_name: null,
    region: 'In-Bangalore-1',
    status: 'active',
    tier: 'fast',
  });
  assert.ok(!JSON.stringify(listed).includes(String(secret_key)));
  assert.equal((await remove(bob, String(access_key))).status, 204);
  assert.equal(await signs(made, bob), 403);
  assertKosError(await remove(bob, String(access_key)), 404, 'AccessKeyNotFound');
  assert.deepEqual(await list(bob), []);
});

test('a key has a name, a region and a tier, by body and headers', async () => {
  const one = await create(alice, { key_name: 'laptop', region: 'In-Hyderabad-1' }, { 'x-tier': 'tier-1' });
  const two = await create(alice, {}, { 'x-region-id': 'In-Hyderabad-1' });
  const told = (await list(alice)).map(({ key_name, region, tier }) => [key_name, region, tier]);
  assert.deepEqual(told, [
    ['laptop', 'In-Hyderabad-1', 'tier-1'],
    [null, 'In-Hyderabad-1', 'fast'],
  ]);
  for (let turn = 0; turn < 2; turn += 1) assertKosError(await create(alice), 409, 'LimitExceeded');
  for (const made of [one, two]) assert.equal((await remove(alice, idOf(made), {})).status, 204);
});

for (const [why, body] of [
  ['a region that is not there', { region: 'In-Nowhere-1' }],
  ['a name that is no text', { key_name: 1 }],
  ['an empty name', { key_name: '' }],
  ['no object', []],
  ['no JSON', '{'],
] as const) {
  test(`400: ${why}`, async () => {
    assertKosError(await create(alice, body), 400, 'BadRequest');
    assert.deepEqual(await list(alice), []);
  });
}

test("404: a key that is not there, another user's, another account's, one of another project", async () => {
  const made = await create(carol);
  for (const access of [idOf(made), 'nothing', '%00', 'x'.repeat(500)]) {
    assertKosError(await remove(alice, access), 404, 'AccessKeyNotFound');
  }
  assertKosError(await remove(eve, idOf(made)), 404, 'AccessKeyNotFound');
  assert.equal((await remove(carol, idOf(made))).status, 204);
});

test('keys of this API are EC2 credentials, and the other way round', async () => {
  const token = await issueToken(server, bob);
  const made = await create(bob, { key_name: 'by kos' });
  const credentials = `/v3/users/${bob.id}/credentials/OS-EC2`;
  const seen = await call(server, credentials, { token });
  assert.ok(seen.text.includes(idOf(made)));
  const theirs = await call(server, credentials, { token, body: { tenant_id: demo.id } });
  assert.equal(theirs.status, 201, theirs.text);
  const { access } = (theirs.json as { credential: { access: string } }).credential;
  assert.deepEqual((await list(bob)).map(({ access_key }) => access_key).sort(), [access, idOf(made)].sort());
  assert.equal((await remove(bob, access)).status, 204);
  assert.equal((await call(server, `${credentials}/${idOf(made)}`, { method: 'DELETE', token })).status, 204);
  assert.deepEqual(await list(bob), []);
});

const everything = '/internal/kos/v1/access_keys_all';

test("all keys of the account go at once, by its administrator or the service's, and nobody else's", async () => {
  const theirs = await create(eve);
  const account = { 'x-account-id': demo.accountNumber, Authorization: `Bearer ${apiKeyOf(root)}` };
  for (const call of [{ by: alice }, { by: null, headers: account }]) {
    const made = [await create(alice), await create(bob), await create(bob)];
    const gone = await kos(server, everything, { method: 'DELETE', ...call });
    assert.equal(gone.status, 204, gone.text);
    assert.equal(gone.text, '');
    for (const [at, one] of made.entries()) assert.equal(await signs(one, at === 0 ? alice : bob), 403);
    assert.deepEqual([...(await list(alice)), ...(await list(bob))], []);
  }
  assert.equal((await kos(server, everything, { method: 'DELETE' })).status, 204);
  assert.equal(await signs(theirs, eve), 200);
});

test('deleting all is refused to members, to other accounts, and for accounts that are not there', async () => {
  const ask = (headers: Record<string, string>) =>
    kos(server, everything, { method: 'DELETE', by: null, headers });
  assertKosError(await kos(server, everything, { method: 'DELETE', by: bob }), 403, 'Forbidden');
  const bearer = (user: TestUser) => ({ Authorization: `Bearer ${apiKeyOf(user)}` });
  assertKosError(await ask({ ...bearer(eve), 'x-account-id': demo.id }), 401, 'Unauthorized');
  assertKosError(await ask({ ...bearer(root), 'x-account-id': '9999999999' }), 404, 'AccountNotFound');
  assertKosError(await ask({ 'x-account-id': demo.id }), 401, 'Unauthorized');
});

test('the trail tells which key it was', async () => {
  const made = await create(alice);
  await remove(alice, idOf(made));
  const token = await issueToken(server, alice);
  const events = await awaitEvents(server, token, `?resourceName=${idOf(made)}`, 2);
  const told = events.map(({ eventName, resourceType }) => `${eventName} ${resourceType}`);
  assert.deepEqual(told.sort(), ['CreateAccessKey S3AccessKey', 'DeleteAccessKey S3AccessKey']);
});
