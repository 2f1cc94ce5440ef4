// ListUsers, CreateUser, UpdateUser, DeleteUser, ChangePassword; service accounts; default projects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve, operators, other, root } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import {
  assertError,
  byCredential,
  byPassword,
  call,
  forbidden,
  needsAuthentication,
  passwordToken,
  startWithTokens,
} from './identity-call.ts';

let server: TestServer;
let admin: string;
let manager: string;
let member: string;
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens());
});
after(() => server.stop());

interface User {
  id: string;
  name: string;
  [field: string]: unknown;
}
const nobody = '0'.repeat(32);
const create = (wish: object, token = admin) => call(server, '/v3/users', { token, body: { user: wish } });
const made = async (wish: object, token = admin): Promise<User> => {
  const answer = await create(wish, token);
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { user: User }).user;
};
const update = (id: string, wish: object, token = admin) =>
  call(server, `/v3/users/${id}`, { token, method: 'PATCH', body: { user: wish } });
const remove = (id: string, token = admin) => call(server, `/v3/users/${id}`, { token, method: 'DELETE' });
const names = async (query = '', token = admin) => {
  const answer = await call(server, `/v3/users${query}`, { token });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { users: User[] }).users.map(({ name }) => name).sort();
};
const login = (user: object, scope?: unknown) =>
  call(server, '/v3/auth/tokens', { body: byPassword(user, scope) });

test('a user is created with every attribute, shown, found by filters, and deleted', async () => {
  const user = await made({
    name: 'frank',
    password: 'frank: password',
    description: 'Frank',
    email: 'frank@example.com',
    domain_id: 'default',
    default_project_id: demo.id,
    enabled: true,
    options: {},
  });
  assert.deepEqual(user, {
    id: user.id,
    name: 'frank',
    description: 'Frank',
    email: 'frank@example.com',
    domain_id: 'default',
    default_project_id: demo.id,
    enabled: true,
    kind: 'user',
    service_admin: false,
    password_expires_at: null,
    options: {},
    links: { self: `${server.url}/identity/v3/users/${user.id}` },
  });
  const shown = await call(server, `/v3/users/${user.id}`, { token: admin });
  assert.deepEqual(shown.json, { user });
  assert.deepEqual(await names('?name=frank'), ['frank']);
  assert.deepEqual(await names('?name=frank&enabled=false'), []);
  assert.deepEqual(await names('?name=Frank'), []);
  assert.deepEqual(await names('?domain_id=elsewhere'), []);
  const everybody = [alice, bob, carol, dave, eve, root].map(({ name }) => name);
  assert.deepEqual(await names(), [...everybody, 'frank'].sort());
  assert.equal((await login({ id: user.id, password: 'frank: password' })).status, 201);
  const gone = await remove(user.id);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertError(await remove(user.id), 404, `Could not find user: ${user.id}.`);
  assertError(await login({ id: user.id, password: 'frank: password' }), 401, needsAuthentication);
});

test('a deleted name can be used again, a taken one is 409', async () => {
  const first = await made({ name: 'gina' });
  assertError(await create({ name: 'gina' }), 409, /Duplicate entry found with name gina\./);
  const second = await made({ name: 'henry' });
  assertError(await update(second.id, { name: 'gina' }), 409, /Duplicate entry/);
  await remove(first.id);
  const renamed = await update(second.id, { name: 'gina' });
  assert.equal((renamed.json as { user: User }).user.name, 'gina');
  assert.deepEqual(await names('?name=henry'), []);
  await made({ name: 'henry' }).then(({ id }) => remove(id));
  await remove(second.id);
});

const refused: readonly [what: string, wish: object, status: number, message: RegExp][] = [
  ['no name', {}, 400, /user/],
  ['an empty name', { name: '' }, 400, /user\.name/],
  ['a name that is a number', { name: 7 }, 400, /user\.name/],
  ['a blank at the end of a name', { name: 'x ' }, 400, /must not begin or end with a blank/],
  ['a wrong kind', { name: 'x', kind: 'robot' }, 400, /user\.kind/],
  ['enabled as text', { name: 'x', enabled: 'yes' }, 400, /user\.enabled/],
  ['an unknown domain', { name: 'x', domain_id: 'elsewhere' }, 404, /Could not find domain: elsewhere\./],
  ['an unknown project', { name: 'x', default_project_id: nobody }, 404, /Could not find project/],
  [
    'a service account with a password',
    { name: 'x', kind: 'service_account', password: 'p' },
    400,
    /password/,
  ],
];
for (const [what, wish, status, message] of refused) {
  test(`a user is not created: ${what}`, async () => {
    assertError(await create(wish), status, message);
    assert.deepEqual(await names('?name=x'), []);
  });
}

test('a body that is no JSON object, and one without a user', async () => {
  for (const body of ['[]', '"x"', '{']) {
    assertError(await call(server, '/v3/users', { token: admin, body }), 400, /valid JSON/);
  }
  assertError(await call(server, '/v3/users', { token: admin, body: {} }), 400, /Invalid input/);
  const headers = { 'Content-Type': 'text/plain' };
  assertError(await call(server, '/v3/users', { token: admin, body: '{}', headers }), 400, /Content-Type/);
});

test('users are for service administrators: nobody else creates, changes or deletes them', async () => {
  for (const token of [manager, member]) {
    assertError(await create({ name: 'x' }, token), 403, forbidden('identity:create_user'));
    for (const id of [bob.id, alice.id, nobody]) {
      assertError(await update(id, { enabled: false }, token), 403, forbidden('identity:update_user'));
      assertError(await remove(id, token), 403, forbidden('identity:delete_user'));
    }
  }
  assertError(await call(server, '/v3/users', { token: member }), 403, forbidden('identity:list_users'));
  assertError(await call(server, '/v3/users', {}), 401, needsAuthentication);
});

test("a project's administrators see who is in it, and find others by exact name", async () => {
  assert.deepEqual(await names('', manager), [alice, bob, carol, dave].map(({ name }) => name).sort());
  assert.deepEqual(await names(`?name=${eve.name}`, manager), [eve.name]);
  assert.deepEqual(await names('?name=eve', manager), []);
});

test('nobody makes itself more, and administrators do not take themselves away', async () => {
  const more = { service_admin: true };
  assertError(await update(alice.id, more, manager), 403, forbidden('identity:update_user'));
  for (const wish of [{ enabled: false }, { service_admin: false }]) {
    assertError(await update(root.id, wish), 403, forbidden('identity:update_user'));
  }
  assertError(await remove(root.id), 403, forbidden('identity:delete_user'));
  const { id } = await made({ name: 'second', password: 'second', service_admin: true });
  const second = await login({ id, password: 'second' });
  const token = second.headers.get('x-subject-token') ?? '';
  assert.equal((await call(server, '/v3/users', { token })).status, 200);
  await update(id, { service_admin: false });
  assertError(await call(server, '/v3/users', { token }), 403, forbidden('identity:list_users'));
  await remove(id);
});

test('a password is changed by its user with the old one, and by an administrator without', async () => {
  const { id } = await made({ name: 'ivy', password: 'first' });
  const tokenOf = async (password: string) =>
    (await login({ id, password })).headers.get('x-subject-token') ?? '';
  const token = await tokenOf('first');
  const change = (body: object, bearer = token, user = id) =>
    call(server, `/v3/users/${user}/password`, { token: bearer, body: { user: body } });
  assertError(await change({ password: 'second', original_password: 'wrong' }), 401, needsAuthentication);
  assertError(await change({ password: 'second' }), 400, /original_password/);
  assertError(await change({ password: '', original_password: 'first' }), 400, /user\.password/);
  const foreign = { password: 'second', original_password: 'first' };
  assertError(await change(foreign, member), 403, forbidden('identity:change_password'));
  assertError(await change(foreign, admin), 403, forbidden('identity:change_password'));
  const changed = await change(foreign);
  assert.deepEqual([changed.status, changed.text], [204, '']);
  assertError(await call(server, '/v3/auth/projects', { token }), 401, needsAuthentication);
  assertError(await login({ id, password: 'first' }), 401, needsAuthentication);
  const second = await tokenOf('second');
  assert.equal((await update(id, { password: 'third' })).status, 200);
  assertError(await call(server, '/v3/auth/projects', { token: second }), 401, needsAuthentication);
  assert.equal((await login({ id, password: 'third' })).status, 201);
  await remove(id);
});

test('a token without a wish is for the default project, when the user is in it', async () => {
  const { id } = await made({ name: 'june', password: 'june', default_project_id: demo.id });
  const projectOf = async (scope?: unknown) => {
    const answer = await login({ id, password: 'june' }, scope);
    assert.equal(answer.status, 201, answer.text);
    return (answer.json as { token: { project?: { id: string } } }).token.project?.id;
  };
  assert.equal(await projectOf(), undefined);
  const roles = `/v3/projects/${demo.id}/users/${id}/roles/project-reader`;
  await call(server, roles, { token: admin, method: 'PUT' });
  assert.equal(await projectOf(), demo.id);
  assert.equal(await projectOf('unscoped'), undefined);
  assert.equal(await projectOf({ unscoped: {} }), undefined);
  assert.equal((await login({ id, password: 'june' }, { project: { id: other.id } })).status, 401);
  await remove(id);
});

test("service accounts: made by their project's administrators, without password login, with keys", async () => {
  const robot = await made({ name: 'robot', kind: 'service_account' }, manager);
  assert.deepEqual([robot.kind, robot.default_project_id], ['service_account', demo.id]);
  assertError(await update(robot.id, { password: 'p' }), 400, /a service account has none/);
  assertError(await login({ id: robot.id, password: '' }), 401, needsAuthentication);
  for (const wish of [
    { name: 'x' },
    { name: 'x', kind: 'service_account', service_admin: true },
    { name: 'x', kind: 'service_account', default_project_id: other.id },
  ]) {
    assertError(await create(wish, manager), 403, forbidden('identity:create_user'));
  }
  const keys = `/v3/users/${robot.id}/application_credentials`;
  const key = { application_credential: { name: 'ci' } };
  // Not in the project yet.
  assertError(await call(server, keys, { token: manager, body: key }), 404, /Could not find project/);
  const role = `/v3/projects/${demo.id}/users/${robot.id}/roles/project-member`;
  assert.equal((await call(server, role, { token: manager, method: 'PUT' })).status, 204);
  const issued = await call(server, keys, { token: manager, body: key });
  assert.equal(issued.status, 201, issued.text);
  const { id, secret } = (issued.json as { application_credential: { id: string; secret: string } })
    .application_credential;
  const token = await call(server, '/v3/auth/tokens', { body: byCredential({ id, secret }) });
  assert.equal(token.status, 201, token.text);
  const pair = await call(server, `/v3/users/${robot.id}/credentials/OS-EC2`, {
    token: manager,
    body: { tenant_id: demo.id },
  });
  assert.equal(pair.status, 201, pair.text);
  assert.deepEqual(await names('?kind=service_account', manager), ['robot']);

  const stranger = await issueToken(server, eve);
  for (const bearer of [stranger, member]) {
    assertError(await update(robot.id, { enabled: false }, bearer), 403, forbidden('identity:update_user'));
    assertError(await remove(robot.id, bearer), 403, forbidden('identity:delete_user'));
    assertError(
      await call(server, keys, { token: bearer }),
      403,
      forbidden('identity:list_application_credentials'),
    );
  }
  assertError(await update(robot.id, { default_project_id: operators.id }, manager), 403, /update_user/);
  assert.equal((await update(robot.id, { description: 'builds' }, manager)).status, 200);
  assert.equal((await remove(robot.id, manager)).status, 204);
  const dead = await call(server, '/v3/auth/tokens', { body: byCredential({ id, secret }) });
  assertError(dead, 401, needsAuthentication);
});

test('passwords stay out of answers and out of the log', async () => {
  const secret = 'kim-secret-password';
  const answer = await create({ name: 'kim', password: secret });
  assert.equal(answer.text.includes(secret), false);
  const { id } = (answer.json as { user: User }).user;
  const token = await login({ id, password: secret });
  assert.equal(token.status, 201);
  await passwordToken(server, alice);
  await server.stop();
  assert.ok(server.stderr().includes('CreateUser'));
  assert.equal(server.stderr().includes(secret), false);
});
