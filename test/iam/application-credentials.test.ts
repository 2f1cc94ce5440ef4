// Create-, List-, Show- and DeleteApplicationCredential: the IAM access keys over the wire.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, demo, operators, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import {
  type Answer,
  assertError,
  byCredential,
  call,
  clientInError,
  forbidden,
  passwordToken,
} from './identity-call.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

interface Key {
  id: string;
  name: string;
  secret?: string;
  user_id: string;
  project_id: string;
  expires_at: string | null;
}
const base = `/v3/users/${alice.id}/application_credentials`;
const create = (wish: object, bearer = token, path = base) =>
  call(server, path, { token: bearer, body: { application_credential: wish } });
const keyOf = (answer: Answer): Key => {
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { application_credential: Key }).application_credential;
};
const list = async (path = base, bearer = token) => {
  const answer = await call(server, path, { token: bearer });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { application_credentials: Key[] }).application_credentials;
};
const remove = (id: string, bearer = token, path = base) =>
  call(server, `${path}/${id}`, { token: bearer, method: 'DELETE' });
const issue = (credential: object) => call(server, '/v3/auth/tokens', { body: byCredential(credential) });

/** Only the seeded key is left. */
beforeEach(async () => {
  for (const { id } of await list()) if (id !== alice.iamKey.id) await remove(id);
});

test('only a name is needed; the secret is shown this once', async () => {
  const answer = await create({ name: 'lab' });
  const { id, secret, ...rest } = keyOf(answer);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.match(secret ?? '', /^[0-9a-f]{70}$/);
  const { roles, ...plain } = rest as typeof rest & { roles: { id: string; name: string }[] };
  assert.deepEqual(
    roles.map(({ name }) => name),
    ['project-admin'],
  );
  assert.deepEqual(plain, {
    name: 'lab',
    description: '',
    user_id: alice.id,
    project_id: demo.id,
    system: null,
    expires_at: null,
    unrestricted: true,
    links: { self: `${server.url}/identity${base}/${id}` },
  } as object);
  assert.equal((await issue({ id, secret })).status, 201);
  for (const shown of [await call(server, `${base}/${id}`, { token }), await call(server, base, { token })]) {
    assert.equal(shown.status, 200);
    assert.ok(shown.text.includes(id));
    assert.equal(shown.text.includes('secret'), false);
    assert.equal(shown.text.includes(secret ?? ''), false);
  }
});

test('a given secret, description and expiry are kept', async () => {
  const expiry = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);
  const key = keyOf(
    await create({ name: 'lab', secret: 'app secret', description: 'for CI', expires_at: expiry }),
  );
  assert.equal(key.secret, 'app secret');
  assert.equal(key.expires_at, `${expiry}.000000Z`);
  const issued = await issue({ name: 'lab', secret: 'app secret', user: { id: alice.id } });
  assert.equal(issued.status, 201);
  assert.equal((issued.json as { token: { expires_at: string } }).token.expires_at, key.expires_at);
  assertError(await issue({ id: key.id, secret: 'app secre' }), 401, /requires authentication/);
});

test("a key made by a key's token works, as keys are unrestricted", async () => {
  const { id, secret } = keyOf(await create({ name: 'child' }));
  const child = (await issue({ id, secret })).headers.get('x-subject-token') ?? '';
  assert.equal((await call(server, base, { token: child })).status, 200);
  assert.equal((await remove(id, child)).status, 204);
  assertError(await call(server, base, { token: child }), 401, /requires authentication/);
});

test('403: a third key of the project', async () => {
  keyOf(await create({ name: 'second' }));
  assertError(
    await create({ name: 'third' }),
    403,
    'Unable to create additional IAM access keys, maximum of 2 already exceeded for user.',
  );
  assert.equal((await list()).length, 2);
});

test('of many requests at once no more than two keys come', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => create({ name: `race-${i}` })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 403, 403, 403, 403, 403]);
});

test('409: a name the user has already', async () => {
  assertError(
    await create({ name: alice.iamKey.name }),
    409,
    `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${alice.iamKey.name}.`,
  );
});

const malformed: readonly [what: string, body: unknown, message: RegExp][] = [
  ['no member', {}, /application_credential/],
  ['another type', { application_credential: 'x' }, /application_credential/],
  ['no name', { application_credential: {} }, /name/],
  ['an empty name', { application_credential: { name: '' } }, /name/],
  ['a name too long', { application_credential: { name: 'x'.repeat(256) } }, /name/],
  ['a name with a control character', { application_credential: { name: 'a\u0007' } }, /name/],
  ['a secret of another type', { application_credential: { name: 'x', secret: 5 } }, /secret/],
  ['an expiry that is no time', { application_credential: { name: 'x', expires_at: 'soon' } }, /expires_at/],
  [
    'an expiry in the past',
    { application_credential: { name: 'x', expires_at: '2020-01-01T00:00:00Z' } },
    /passed/,
  ],
  ['no JSON', '{', /valid JSON/],
];
for (const [what, body, message] of malformed) {
  test(`400: ${what}`, async () => {
    assertError(await call(server, base, { token, body }), 400, message);
    assert.equal((await list()).length, 1);
  });
}

test('400: a wrong Content-Type, an unscoped token', async () => {
  const body = { application_credential: { name: 'x' } };
  const headers = { 'Content-Type': 'text/plain' };
  assertError(
    await call(server, base, { token, body, headers }),
    400,
    `Expecting to find application/json in Content-Type header. ${clientInError}`,
  );
  const unscoped = await passwordToken(server, alice, 'unscoped');
  assertError(await create({ name: 'x' }, unscoped), 400, /field project: is needed: the token has none/);
});

test('501: a key with fewer rights than its user is not made with all of them', async () => {
  assertError(await create({ name: 'x', roles: [{ name: 'project-reader' }] }), 501, /not been implemented/);
  const rules = [{ path: '/v1', method: 'GET', service: 'object-store' }];
  assertError(await create({ name: 'x', access_rules: rules }), 501, /not been implemented/);
  keyOf(await create({ name: 'x', roles: [{ name: 'project-admin' }], unrestricted: true }));
});

test("403: another user's keys, whoever asks but a service administrator", async () => {
  const stranger = await issueToken(server, bob);
  const policy = (verb: string) => forbidden(`identity:${verb}`);
  assertError(await create({ name: 'x' }, stranger), 403, policy('create_application_credential'));
  assertError(await call(server, base, { token: stranger }), 403, policy('list_application_credentials'));
  const path = `${base}/${alice.iamKey.id}`;
  assertError(await call(server, path, { token: stranger }), 403, policy('get_application_credential'));
  assertError(await remove(alice.iamKey.id, stranger), 403, policy('delete_application_credential'));
  const admin = await issueToken(server, root);
  // Not in the project of the administrator's token; in another by its name.
  assertError(await create({ name: 'x' }, admin), 404, `Could not find project: ${operators.id}.`);
  const made = keyOf(await create({ name: 'x', project_id: demo.id }, admin));
  assert.deepEqual([made.user_id, made.project_id], [alice.id, demo.id]);
  assert.equal((await issue({ id: made.id, secret: made.secret })).status, 201);
  const { id } = made;
  assert.equal((await list(base, admin)).length, 2);
  assert.equal((await remove(id, admin)).status, 204);
});

test('404: an unknown key, or one of another user under the own path', async () => {
  for (const id of ['0'.repeat(32), 'nonsense', carol.iamKey.id]) {
    assertError(await call(server, `${base}/${id}`, { token }), 404, `Could not find credential: ${id}.`);
    assertError(await remove(id), 404, `Could not find credential: ${id}.`);
  }
  assert.equal((await issue({ id: carol.iamKey.id, secret: carol.iamKey.secret })).status, 201);
});

test('the list can be searched by name', async () => {
  keyOf(await create({ name: 'lab' }));
  assert.deepEqual(
    (await list(`${base}?name=lab`)).map(({ name }) => name),
    ['lab'],
  );
  assert.deepEqual(await list(`${base}?name=nope`), []);
});
