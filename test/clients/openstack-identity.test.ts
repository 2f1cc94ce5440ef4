// openstackclient administers identities as its users type it: users, projects, roles, groups and both kinds of keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { alice, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

type Row = Record<string, unknown>;
const skip = skipUnless('openstack');

function environment(user: Pick<TestUser, 'name' | 'password'>, project = ''): Record<string, string> {
  const none = Object.keys(process.env).filter((name) => name.startsWith('OS_'));
  return {
    ...Object.fromEntries(none.map((name) => [name, ''])),
    OS_AUTH_URL: `${server.url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user.name,
    OS_PASSWORD: user.password,
    OS_USER_DOMAIN_NAME: 'Default',
    ...(project === '' ? {} : { OS_PROJECT_NAME: project, OS_PROJECT_DOMAIN_NAME: 'Default' }),
  };
}

/** Must succeed. */
async function openstack(env: Record<string, string>, ...args: string[]): Promise<string> {
  const run = await runClient('openstack', args, { env });
  assert.equal(run.code, 0, `${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}
const json = async (env: Record<string, string>, ...args: string[]) =>
  JSON.parse(await openstack(env, ...args, '-f', 'json')) as unknown;
const one = async (env: Record<string, string>, ...args: string[]) => (await json(env, ...args)) as Row;
const names = async (env: Record<string, string>, ...args: string[]) =>
  ((await json(env, ...args)) as Row[]).map(({ Name }) => Name);
const admin = () => environment(root, root.project.name);

test('openstack user: create, show, set, list, password set, delete', { skip }, async () => {
  const made = await one(
    admin(),
    ...['user', 'create', 'maria', '--password', 'maria: one', '--email', 'm@example.com'],
    ...['--description', 'Maria', '--project', 'demo', '--domain', 'Default'],
  );
  assert.deepEqual([made.name, made.email, made.default_project_id], ['maria', 'm@example.com', demo.id]);
  assert.equal((await one(admin(), 'user', 'show', 'maria')).id, made.id);
  assert.ok((await names(admin(), 'user', 'list')).includes('maria'));
  await openstack(admin(), 'role', 'add', '--user', 'maria', '--project', 'demo', 'project-member');
  assert.ok((await names(admin(), 'user', 'list', '--project', 'demo')).includes('maria'));
  const own = environment({ name: 'maria', password: 'maria: one' }, 'demo');
  await openstack(
    own,
    'user',
    'password',
    'set',
    '--original-password',
    'maria: one',
    '--password',
    'maria: two',
  );
  const late = await runClient('openstack', ['token', 'issue'], { env: own });
  assert.notEqual(late.code, 0);
  const renewed = environment({ name: 'maria', password: 'maria: two' }, 'demo');
  assert.equal((await one(renewed, 'token', 'issue')).user_id, made.id);
  await openstack(admin(), 'user', 'set', 'maria', '--disable', '--name', 'mary');
  assert.equal((await one(admin(), 'user', 'show', 'mary')).enabled, false);
  await openstack(admin(), 'user', 'delete', 'mary');
});

test('openstack project: create, show, set, list, delete', { skip }, async () => {
  const made = await one(admin(), 'project', 'create', 'lab', '--description', 'for tests');
  assert.deepEqual([made.name, made.description, made.enabled], ['lab', 'for tests', true]);
  await openstack(admin(), 'project', 'set', 'lab', '--name', 'labour', '--disable');
  assert.equal((await one(admin(), 'project', 'show', 'labour')).enabled, false);
  assert.ok((await names(admin(), 'project', 'list')).includes('labour'));
  await openstack(admin(), 'project', 'delete', 'labour');
  const again = await runClient('openstack', ['project', 'show', 'labour'], { env: admin() });
  assert.match(again.stderr, /No project with a name or ID of 'labour' exists/);
});

test('openstack role: list, add, assignment list, remove, by an administrator of the project', {
  skip,
}, async () => {
  const manager = environment(alice, 'demo');
  assert.ok((await names(manager, 'role', 'list')).includes('project-reader'));
  await openstack(
    manager,
    'role',
    'add',
    '--user',
    'eve@example.com',
    '--project',
    demo.id,
    'project-reader',
  );
  const query = ['role', 'assignment', 'list', '--project', demo.id, '--names'];
  const rows = (await json(manager, ...query)) as Row[];
  assert.deepEqual(
    rows.filter(({ User }) => User === 'eve@example.com@Default').map(({ Role, Project }) => [Role, Project]),
    [['project-reader', 'demo@Default']],
  );
  await openstack(
    manager,
    'role',
    'remove',
    '--user',
    'eve@example.com',
    '--project',
    demo.id,
    'project-reader',
  );
  assert.equal(((await json(manager, ...query)) as Row[]).length, rows.length - 1);
});

test('openstack group: create, members, list, delete', { skip }, async () => {
  await openstack(admin(), 'group', 'create', 'crew', '--description', 'on board');
  await openstack(admin(), 'group', 'add', 'user', 'crew', alice.name);
  assert.match(await openstack(admin(), 'group', 'contains', 'user', 'crew', alice.name), /in group crew/);
  assert.deepEqual(await names(admin(), 'user', 'list', '--group', 'crew'), [alice.name]);
  assert.deepEqual(await names(admin(), 'group', 'list', '--user', alice.name), ['crew']);
  await openstack(admin(), 'role', 'add', '--group', 'crew', '--project', 'other', 'project-reader');
  const given = (await json(admin(), 'role', 'assignment', 'list', '--group', 'crew', '--names')) as Row[];
  assert.deepEqual(
    given.map(({ Role, User, Group, Project }) => [Role, User, Group, Project]),
    [['project-reader', '', 'crew@Default', 'other@Default']],
  );
  const ofAlice = ['role', 'assignment', 'list', '--user', alice.name, '--project', 'other', '--effective'];
  assert.equal(((await json(admin(), ...ofAlice)) as Row[]).length, 1);
  assert.equal((await one(environment(alice, 'other'), 'token', 'issue')).user_id, alice.id);
  await openstack(admin(), 'role', 'remove', '--group', 'crew', '--project', 'other', 'project-reader');
  const late = await runClient('openstack', ['token', 'issue'], { env: environment(alice, 'other') });
  assert.match(late.stderr, /requires authentication/);
  await openstack(admin(), 'group', 'set', 'crew', '--name', 'staff');
  await openstack(admin(), 'group', 'remove', 'user', 'staff', alice.name);
  await openstack(admin(), 'group', 'delete', 'staff');
  assert.deepEqual(await names(admin(), 'group', 'list'), []);
  assert.deepEqual(await names(admin(), 'domain', 'list'), ['Default']);
  assert.deepEqual(await names(admin(), 'service', 'list'), ['swift', 'keystone', 's3']);
  const endpoints = (await json(admin(), 'endpoint', 'list', '--interface', 'public')) as Row[];
  assert.deepEqual(endpoints.map((row) => row['Service Type']).sort(), ['identity', 'object-store', 's3']);
});

test('openstack application credential and ec2 credentials: create, list, show, delete', {
  skip,
}, async () => {
  const own = environment(alice, 'demo');
  const key = await one(own, 'application', 'credential', 'create', 'ci', '--description', 'builds');
  assert.match(String(key.secret), /^[0-9a-f]{70}$/);
  assert.ok((await names(own, 'application', 'credential', 'list')).includes('ci'));
  const shown = await one(own, 'application', 'credential', 'show', 'ci');
  assert.equal(shown.id, key.id);
  await openstack(own, 'application', 'credential', 'delete', 'ci');
  const pair = await one(own, 'ec2', 'credentials', 'create');
  const listed = (await json(own, 'ec2', 'credentials', 'list')) as Row[];
  assert.ok(listed.some(({ Access }) => Access === pair.access));
  assert.equal((await one(own, 'ec2', 'credentials', 'show', String(pair.access))).project_id, demo.id);
  await openstack(own, 'ec2', 'credentials', 'delete', String(pair.access));
});
