// The stock OpenStack clients, as their users type them: openstackclient (openstacksdk, keystoneauth) and swiftclient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { alice, demo, operators, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** The variables OpenStack clients read; anything set on this machine is taken out. */
function environment(own: Record<string, string>): Record<string, string> {
  const none = Object.keys(process.env).filter((name) => name.startsWith('OS_'));
  return {
    ...Object.fromEntries(none.map((name) => [name, ''])),
    OS_AUTH_URL: `${server.url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_AUTH_VERSION: '3',
    ...own,
  };
}

const byId = {
  OS_AUTH_TYPE: 'v3applicationcredential',
  OS_APPLICATION_CREDENTIAL_ID: alice.iamKey.id,
  OS_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
};
const byName = {
  OS_AUTH_TYPE: 'v3applicationcredential',
  OS_APPLICATION_CREDENTIAL_NAME: alice.iamKey.name,
  OS_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
};
const passwordOf = (user: typeof alice) => ({
  OS_USERNAME: user.name,
  OS_PASSWORD: user.password,
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_NAME: user.project.name,
  OS_PROJECT_DOMAIN_NAME: 'Default',
});

async function openstack(own: Record<string, string>, ...args: string[]): Promise<unknown> {
  const run = await runClient('openstack', [...args, '-f', 'json'], { env: environment(own) });
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout);
}

const logins: readonly [what: string, own: () => Record<string, string>][] = [
  ['an application credential by id', () => byId],
  ['by name and user id', () => ({ ...byName, OS_USER_ID: alice.id })],
  ['by name and user name', () => ({ ...byName, OS_USERNAME: alice.name, OS_USER_DOMAIN_NAME: 'Default' })],
  [
    'by name and the domain in small letters',
    () => ({ ...byName, OS_USERNAME: alice.name, OS_USER_DOMAIN_NAME: 'default' }),
  ],
  ['a password', () => passwordOf(alice)],
  ['an address without version', () => ({ ...byId, OS_AUTH_URL: `${server.url}/identity` })],
  ['the short address', () => ({ ...byId, OS_AUTH_URL: `${server.url}/v3` })],
];
for (const [what, own] of logins) {
  test(`openstack token issue: ${what}`, { skip: skipUnless('openstack') }, async () => {
    const issued = (await openstack(own(), 'token', 'issue')) as Record<string, string>;
    assert.equal(issued.project_id, demo.id);
    assert.equal(issued.user_id, alice.id);
    assert.match(issued.id ?? '', /^gAAAAAB/);
  });
}

test('openstack: catalog, projects, keys', { skip: skipUnless('openstack') }, async () => {
  const catalog = (await openstack(byId, 'catalog', 'list')) as { Type: string }[];
  assert.deepEqual(catalog.map(({ Type }) => Type).sort(), ['identity', 'object-store', 's3']);
  const mine = await openstack(byId, 'project', 'list', '--my-projects');
  assert.deepEqual(mine, [{ ID: demo.id, Name: 'demo' }]);
  const all = (await openstack(passwordOf(root), 'project', 'list')) as { Name: string }[];
  assert.deepEqual(all.map(({ Name }) => Name).sort(), ['demo', 'operators', 'other']);
  const shown = (await openstack(byId, 'project', 'show', demo.id)) as { name: string };
  assert.equal(shown.name, 'demo');

  const ec2 = (await openstack(byId, 'ec2', 'credentials', 'create')) as Record<string, string>;
  assert.match(ec2.secret ?? '', /^[0-9a-f]{32}$/);
  const listed = (await openstack(byId, 'ec2', 'credentials', 'list')) as { Access: string }[];
  assert.equal(listed.length, 2);
  const made = (await openstack(passwordOf(alice), 'application', 'credential', 'create', 'ci')) as Record<
    string,
    string
  >;
  assert.match(made.secret ?? '', /^[0-9a-f]{70}$/);
  const env = environment(byId);
  for (const args of [
    ['ec2', 'credentials', 'delete', ec2.access ?? ''],
    ['application', 'credential', 'delete', made.id ?? ''],
  ]) {
    const run = await runClient('openstack', args, { env });
    assert.equal(run.code, 0, run.stderr);
  }
});

test('openstack: a token buys another and is revoked', { skip: skipUnless('openstack') }, async () => {
  const { id = '' } = (await openstack(passwordOf(root), 'token', 'issue')) as Record<string, string>;
  const withToken = {
    OS_AUTH_TYPE: 'v3token',
    OS_TOKEN: id,
    OS_PROJECT_NAME: operators.name,
    OS_PROJECT_DOMAIN_NAME: 'Default',
  };
  const bought = (await openstack(withToken, 'token', 'issue')) as Record<string, string>;
  assert.equal(bought.project_id, operators.id);
  const env = environment(passwordOf(root));
  assert.equal((await runClient('openstack', ['token', 'revoke', id], { env })).code, 0);
  const dead = await runClient('openstack', ['token', 'issue'], { env: environment(withToken) });
  assert.notEqual(dead.code, 0);
  assert.match(dead.stderr, /requires authentication.*\(HTTP 401\)/s);
});

test('swift stat by an application credential', { skip: skipUnless('swift') }, async () => {
  const run = await runClient('swift', ['stat'], { env: environment(byId) });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, new RegExp(`Account: ${demo.id}`));
});

test('swift says plainly that a secret is wrong', { skip: skipUnless('swift') }, async () => {
  const wrong = { ...byId, OS_APPLICATION_CREDENTIAL_SECRET: 'wrong' };
  const run = await runClient('swift', ['stat'], { env: environment(wrong) });
  assert.notEqual(run.code, 0);
  assert.match(run.stderr, /Unauthorized\. Check application credential id and secret/);
});
