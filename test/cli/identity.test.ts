// onggi project|user|role|group|key against a running server: what they do, print and exit with.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { byCredential, call } from '../iam/identity-call.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { byPassword, type CommandLine, commandLine } from './command-line.ts';

let server: TestServer;
let onggi: CommandLine;
before(async () => {
  server = await startServer();
  onggi = commandLine(server);
});
after(() => server.stop());

const byKey = (user: TestUser) => ({
  OS_APPLICATION_CREDENTIAL_ID: user.iamKey.id,
  OS_APPLICATION_CREDENTIAL_SECRET: user.iamKey.secret,
});

async function works(own: Record<string, string>, ...args: string[]): Promise<string> {
  const run = await onggi(own, args);
  assert.deepEqual([run.code, args.includes('create') ? '' : run.stderr], [0, ''], run.stderr);
  return run.stdout;
}
const json = async (own: Record<string, string>, ...args: string[]) =>
  JSON.parse(await works(own, ...args, '--json')) as unknown;
type Row = Record<string, unknown>;

const admin = byPassword(root);

test('projects: create, list, show, update, delete; tables and JSON', async () => {
  const made = (await json(admin, 'project', 'create', 'lab', '--description', 'for tests')) as Row;
  assert.deepEqual([made.name, made.description, made.enabled], ['lab', 'for tests', true]);
  const list = await works(admin, 'project', 'list');
  assert.match(list, /^ID +NAME +DESCRIPTION +ENABLED\n/);
  assert.match(list, new RegExp(`^${made.id} +lab +for tests +yes$`, 'm'));
  assert.match(await works(admin, 'project', 'show', 'lab'), new RegExp(`^id +${made.id}$`, 'm'));
  await works(admin, 'project', 'update', 'lab', '--name', 'labour', '--disable');
  assert.match(await works(admin, 'project', 'show', String(made.id)), /^name +labour\n(.*\n)*enabled +no$/m);
  assert.equal(await works(admin, 'project', 'delete', 'labour'), '');
  const gone = await onggi(admin, ['project', 'show', 'labour']);
  assert.deepEqual([gone.code, gone.stderr], [1, 'onggi: there is no project "labour"\n']);
});

test('users, roles and keys, from nothing to a signed request', async () => {
  const run = await onggi(
    admin,
    ['user', 'create', 'maria', '--password', '-', '--json'],
    'maria: password\n',
  );
  assert.equal(run.code, 0, run.stderr);
  const { id } = JSON.parse(run.stdout) as { id: string };
  await works(admin, 'role', 'add', 'project-admin', '--user', 'maria', '--project', 'demo');
  const roles = await works(admin, 'role', 'list', '--user', 'maria');
  assert.match(roles, /^ROLE +USER +PROJECT\nproject-admin +maria +demo\n$/);
  const maria = { OS_USERNAME: 'maria', OS_PASSWORD: 'maria: password' };
  const iam = (await json(maria, 'key', 'create', 'ci', '--project', 'demo')) as Row;
  const issued = await call(server, '/v3/auth/tokens', {
    body: byCredential({ id: iam.id, secret: iam.secret }),
  });
  assert.equal(issued.status, 201);
  const shown = await onggi(maria, ['key', 'create', '--s3', '--project', demo.id]);
  assert.match(shown.stderr, /shown this once/);
  const [access, secret] = [
    /^id +(\S+)$/m.exec(shown.stdout)?.[1],
    /^secret +(\S+)$/m.exec(shown.stdout)?.[1],
  ];
  const user = { ...alice, s3Key: { access: access ?? '', secret: secret ?? '' } };
  assert.equal((await rawS3(server, { method: 'PUT', target: '/made-by-maria', user })).status, 200);
  const keys = await works({ ...maria, OS_PROJECT_ID: demo.id }, 'key', 'list');
  assert.match(keys, /^iam +[0-9a-f]{32} +ci /m);
  assert.match(keys, /^s3 +[0-9a-f]{32} /m);
  assert.equal(keys.includes(String(iam.secret)) || keys.includes(String(secret)), false);
  await works(maria, 'key', 'delete', access ?? '');
  assert.equal((await rawS3(server, { target: '/made-by-maria', user })).status, 403);
  await works(admin, 'key', 'delete', 'ci', '--user', 'maria');
  assert.deepEqual(await json(maria, 'key', 'list'), []);
  await works(admin, 'user', 'update', 'maria', '--disable', '--email', 'maria@example.com');
  assert.equal((await onggi(maria, ['key', 'list'])).code, 1);
  await works(admin, 'user', 'delete', id);
});

test('service accounts of a project, by its administrator', async () => {
  const manager = byKey(alice);
  const made = (await json(manager, 'user', 'create', 'builder', '--service-account')) as Row;
  assert.deepEqual([made.kind, made.default_project_id], ['service_account', demo.id]);
  await works(manager, 'role', 'add', 'project-member', '--user', 'builder', '--project', 'demo');
  const key = (await json(manager, 'key', 'create', 'ci', '--project', 'demo', '--user', 'builder')) as Row;
  assert.equal(key.user, made.id);
  assert.match(await works(manager, 'user', 'list'), /^[0-9a-f]{32} +builder +service_account +yes +no$/m);
  await works(manager, 'role', 'remove', 'project-member', '--user', 'builder', '--project', 'demo');
  await works(manager, 'user', 'delete', 'builder');
});

test('groups and their members', async () => {
  await works(admin, 'group', 'create', 'crew', '--description', 'on board');
  await works(admin, 'group', 'add-user', 'crew', bob.name);
  const shown = (await json(admin, 'group', 'show', 'crew')) as Row;
  assert.deepEqual(shown.members, [bob.name]);
  assert.match(await works(byPassword(bob), 'group', 'list', '--user', bob.name), / crew /);
  await works(admin, 'role', 'add', 'none', '--group', 'crew', '--project', 'other');
  const ofGroup = await works(admin, 'role', 'list', '--group', 'crew');
  assert.match(ofGroup, /^ROLE +USER +GROUP +PROJECT\nnone +crew +other\n$/);
  const ofBob = await works(byPassword(bob), 'role', 'list', '--user', bob.name);
  const group = String(shown.id);
  assert.match(ofBob, new RegExp(`^none +${bob.name} +${group} +other$`, 'm'));
  assert.match(ofBob, new RegExp(`^project-member +${bob.name} +demo$`, 'm'));
  assert.match(await works(admin, 'role', 'list', '--user', bob.name), / crew +other$/m);
  assert.match(await works(admin, 'user', 'list', '--project', 'other'), new RegExp(` ${bob.name} `));
  await works(admin, 'role', 'remove', 'none', '--group', 'crew', '--project', 'other');
  await works(admin, 'group', 'remove-user', 'crew', bob.id);
  await works(admin, 'group', 'update', 'crew', '--name', 'staff');
  assert.match(await works(admin, 'group', 'list'), / staff +on board$/m);
  await works(admin, 'group', 'delete', 'staff');
});

const wrong: readonly [
  what: string,
  own: () => Record<string, string>,
  args: string[],
  code: number,
  stderr: RegExp,
][] = [
  ['no credentials', () => ({}), ['user', 'list'], 2, /^onggi: no credentials: set OS_/],
  [
    'a wrong password',
    () => ({ ...admin, OS_PASSWORD: 'wrong' }),
    ['user', 'list'],
    1,
    /^onggi: The request you have made requires authentication\. \(HTTP 401\)$/,
  ],
  [
    'no right',
    () => byKey(bob),
    ['user', 'create', 'x'],
    1,
    /not authorized .*identity:create_user\. \(HTTP 403\)$/,
  ],
  [
    'no server',
    () => ({ ...admin, OS_AUTH_URL: 'http://127.0.0.1:9' }),
    ['user', 'list'],
    1,
    /^onggi: cannot reach /,
  ],
  [
    'no address',
    () => ({ ...admin, OS_AUTH_URL: 'localhost' }),
    ['user', 'list'],
    2,
    /^onggi: OS_AUTH_URL: /,
  ],
  ['a missing argument', () => admin, ['user', 'create'], 2, /^onggi: missing required argument/],
  ['an unknown flag', () => admin, ['user', 'list', '--colour'], 2, /^onggi: unknown option/],
  ['a missing flag', () => admin, ['key', 'create', 'x'], 2, /^onggi: --project is needed$/],
  [
    'a role for a user and a group',
    () => admin,
    ['role', 'add', 'none', '--user', 'x', '--group', 'y', '--project', 'demo'],
    2,
    /^onggi: --user and --group exclude each other$/,
  ],
  ['nothing to change', () => admin, ['user', 'update', bob.name], 2, /^onggi: nothing to change$/],
  [
    'a project with buckets',
    () => admin,
    ['project', 'delete', 'demo'],
    1,
    /still has buckets\. \(HTTP 409\)$/,
  ],
  ['an unknown user', () => admin, ['user', 'show', 'nobody'], 1, /^onggi: there is no user "nobody"$/],
  ['a taken name', () => admin, ['user', 'create', bob.name], 1, /Duplicate entry .* \(HTTP 409\)$/],
];
for (const [what, own, args, code, stderr] of wrong) {
  test(`one line and an exit code: ${what}`, async () => {
    if (what === 'a project with buckets')
      await rawS3(server, { method: 'PUT', target: '/of-demo', user: alice });
    const run = await onggi(own(), args);
    assert.deepEqual([run.code, run.stdout], [code, '']);
    assert.match(run.stderr.trimEnd(), stderr);
    assert.equal(run.stderr.trimEnd().split('\n').length, 1, run.stderr);
  });
}

test('secrets on the command line are in no answer and in no log', async () => {
  const secret = 'nina-very-secret';
  const out = await works(admin, 'user', 'create', 'nina', '--password', secret);
  await works(admin, 'user', 'delete', 'nina');
  assert.equal(out.includes(secret) || server.stderr().includes(secret), false);
});
