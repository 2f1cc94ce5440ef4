// ListAuthProjects, GetAuthCatalog, ListAuthDomains, ListAuthSystem, ShowUser, ListUserProjects, ListProjects, ShowProject.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { alice, bob, demo, eve, operators, other, root, type TestProject } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { assertError, call, forbidden, needsAuthentication, passwordToken, send } from './identity-call.ts';

let server: TestServer;
let token: string;
let admin: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  admin = await issueToken(server, root);
});
after(() => server.stop());

const nobody = '0'.repeat(32);
const document = ({ id, name }: TestProject) => ({
  id,
  name,
  domain_id: 'default',
  description: '',
  enabled: true,
  parent_id: 'default',
  is_domain: false,
  tags: [],
  options: {},
  links: { self: `${server.url}/identity/v3/projects/${id}` },
});
const list = (projects: TestProject[], path: string) => ({
  projects: projects.map(document),
  links: { next: null, self: `${server.url}/identity${path}`, previous: null },
});

test('the projects of the bearer, also by an unscoped token', async () => {
  const unscoped = await passwordToken(server, alice, 'unscoped');
  for (const bearer of [token, unscoped]) {
    const answer = await call(server, '/v3/auth/projects', { token: bearer });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, list([demo], '/v3/auth/projects'));
  }
});

test("a user's own projects, with every documented field", async () => {
  const path = `/v3/users/${alice.id}/projects`;
  const answer = await call(server, path, { token });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.deepEqual(answer.json, list([demo], path));
});

test('filters of project lists', async () => {
  const names = async (query: string) => {
    const { json, status, text } = await call(server, `/v3/users/${alice.id}/projects?${query}`, { token });
    assert.equal(status, 200, text);
    return (json as { projects: { name: string }[] }).projects.map(({ name }) => name);
  };
  assert.deepEqual(await names('name=demo'), ['demo']);
  assert.deepEqual(await names('name=Demo'), []);
  assert.deepEqual(await names('domain_id=default'), ['demo']);
  assert.deepEqual(await names('domain_id=elsewhere'), []);
  for (const yes of ['true', '1', 'True', '']) assert.deepEqual(await names(`enabled=${yes}`), ['demo'], yes);
  for (const no of ['false', '0', 'False', 'no']) assert.deepEqual(await names(`enabled=${no}`), [], no);
  assert.deepEqual(await names('name=demo&enabled=true&domain_id=default&unknown=x'), ['demo']);
});

test("another user's projects: 403, and for a service administrator the list, or 404", async () => {
  const path = (user: string) => `/v3/users/${user}/projects`;
  for (const user of [bob.id, nobody, 'nonsense', '%20']) {
    assertError(await call(server, path(user), { token }), 403, forbidden('identity:list_user_projects'));
  }
  assert.deepEqual((await call(server, path(eve.id), { token: admin })).json, list([other], path(eve.id)));
  assertError(await call(server, path(nobody), { token: admin }), 404, `Could not find user: ${nobody}.`);
  assertError(await call(server, path('nonsense'), { token: admin }), 404, /^Could not find user/);
});

test('the own user; others for service administrators and those of a project they are in', async () => {
  const answer = await call(server, `/v3/users/${alice.id}`, { token });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, {
    user: {
      id: alice.id,
      name: alice.name,
      description: 'Alice',
      domain_id: 'default',
      enabled: true,
      kind: 'user',
      service_admin: false,
      password_expires_at: null,
      options: {},
      links: { self: `${server.url}/identity/v3/users/${alice.id}` },
    },
  });
  const stranger = await issueToken(server, bob);
  for (const [user, bearer] of [
    [eve.id, token],
    [nobody, token],
    [alice.id, stranger],
  ]) {
    assertError(
      await call(server, `/v3/users/${user}`, { token: bearer }),
      403,
      forbidden('identity:get_user'),
    );
  }
  // Bob is in the project that alice administers.
  for (const bearer of [token, admin]) {
    assert.equal((await call(server, `/v3/users/${bob.id}`, { token: bearer })).status, 200);
  }
  assertError(
    await call(server, `/v3/users/${nobody}`, { token: admin }),
    404,
    `Could not find user: ${nobody}.`,
  );
});

test('all projects are for service administrators', async () => {
  assertError(await call(server, '/v3/projects', { token }), 403, forbidden('identity:list_projects'));
  const { json } = await call(server, '/v3/projects', { token: admin });
  const ids = (json as { projects: { id: string }[] }).projects.map(({ id }) => id);
  assert.deepEqual(ids.sort(), [demo.id, other.id, operators.id].sort());
  const filtered = await call(server, '/v3/projects?name=other', { token: admin });
  assert.deepEqual(filtered.json, list([other], '/v3/projects?name=other'));
});

test("the token's project; others, absent ones too, are 403, for service administrators 404", async () => {
  const show = (project: string, bearer: string) =>
    call(server, `/v3/projects/${project}`, { token: bearer });
  const own = await show(demo.id, token);
  assert.equal(own.status, 200);
  assert.deepEqual(own.json, { project: document(demo) });
  for (const project of [other.id, nobody, 'nonsense']) {
    assertError(await show(project, token), 403, forbidden('identity:get_project'));
  }
  assert.deepEqual((await show(other.id, admin)).json, { project: document(other) });
  assertError(await show(nobody, admin), 404, `Could not find project: ${nobody}.`);
});

test('domains and system: lists without entries', async () => {
  const self = (path: string) => `${server.url}/identity${path}`;
  const domains = await call(server, '/v3/auth/domains', { token });
  assert.deepEqual(domains.json, {
    domains: [],
    links: { next: null, self: self('/v3/auth/domains'), previous: null },
  });
  const system = await call(server, '/v3/auth/system', { token });
  assert.deepEqual(system.json, { system: [], links: { self: self('/v3/auth/system') } });
});

test("the catalog of the token's project, none for an unscoped token", async () => {
  const answer = await call(server, '/v3/auth/catalog', { token });
  assert.equal(answer.status, 200);
  const { catalog, links } = answer.json as { catalog: { type: string }[]; links: { self: string } };
  assert.deepEqual(
    catalog.map(({ type }) => type),
    ['object-store', 'identity', 's3'],
  );
  assert.equal(links.self, `${server.url}/identity/v3/auth/catalog`);
  const unscoped = await passwordToken(server, alice, 'unscoped');
  assertError(
    await call(server, '/v3/auth/catalog', { token: unscoped }),
    403,
    forbidden('identity:get_auth_catalog'),
  );
});

test('401 everywhere without a token or with a wrong one', async () => {
  const paths = [
    '/v3/auth/projects',
    '/v3/auth/catalog',
    '/v3/auth/domains',
    '/v3/auth/system',
    '/v3/projects',
    `/v3/projects/${demo.id}`,
    `/v3/users/${alice.id}`,
    `/v3/users/${alice.id}/projects`,
    `/v3/users/${alice.id}/application_credentials`,
    `/v3/users/${alice.id}/credentials/OS-EC2`,
  ];
  for (const path of paths) {
    for (const wrong of [undefined, 'nonsense']) {
      assertError(await call(server, path, { token: wrong }), 401, needsAuthentication);
    }
  }
});

test('a configured public address is what links and the catalog say', async () => {
  await using named = await startServer({ env: { ONGGI_PUBLIC_URL: 'https://storage.example.com' } });
  const bearer = await issueToken(named, alice);
  const { json } = await call(named, '/v3/auth/projects', { token: bearer });
  const { links, projects } = json as { links: { self: string }; projects: { links: { self: string } }[] };
  assert.equal(links.self, 'https://storage.example.com/identity/v3/auth/projects');
  assert.equal(projects[0]?.links.self, `https://storage.example.com/identity/v3/projects/${demo.id}`);
  const catalog = await call(named, '/v3/auth/catalog', { token: bearer });
  assert.match(catalog.text, new RegExp(`"https://storage\\.example\\.com/v1/${demo.id}"`));
  const refused = await send(`${named.url}/identity/v3/auth/projects`, {});
  assert.equal(
    refused.headers.get('www-authenticate'),
    'Keystone uri="https://storage.example.com/identity/v3"',
  );
});
