// AddRole, CheckRole, RemoveRole, ListUserRoles, ListRoles, ShowRole, ListRoleAssignments; ListDomains, ShowDomain.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alice, bob, carol, demo, eve, other, root } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { assertError, call, forbidden, needsAuthentication, startWithTokens } from './identity-call.ts';

let server: TestServer;
let admin: string;
let manager: string;
let member: string;
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens());
});
after(() => server.stop());

const nobody = '0'.repeat(32);
interface Role {
  id: string;
  name: string;
}
const rolesAt = async (path: string, token = admin): Promise<Role[]> => {
  const answer = await call(server, path, { token });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { roles: Role[] }).roles;
};
const idOf = async (name: string) => (await rolesAt(`/v3/roles?name=${name}`))[0]?.id ?? '';
const place = (user: string, role = '', project = demo.id) =>
  `/v3/projects/${project}/users/${user}/roles${role === '' ? '' : `/${role}`}`;
const on = (method: string, path: string, token = admin) => call(server, path, { token, method });
const namesOf = async (user: string, project = demo.id, token = admin) =>
  (await rolesAt(place(user, '', project), token)).map(({ name }) => name).sort();

test('the roles there are, for every bearer; one by id and by name', async () => {
  const all = await rolesAt('/v3/roles', member);
  assert.deepEqual(
    all.map(({ name }) => name),
    [
      'project-admin',
      'project-member',
      'project-reader',
      'object-storage-manager',
      'object-storage-viewer',
      'none',
    ],
  );
  const [first] = all;
  const shown = await call(server, `/v3/roles/${first?.id}`, { token: member });
  assert.deepEqual(shown.json, { role: first });
  assert.deepEqual(first, {
    id: first?.id,
    name: 'project-admin',
    domain_id: null,
    description: null,
    options: {},
    links: { self: `${server.url}/identity/v3/roles/${first?.id}` },
  });
  assert.deepEqual(await rolesAt('/v3/roles?name=project-member'), [all[1]]);
  assert.deepEqual(await rolesAt('/v3/roles?name=admin'), []);
  assertError(await call(server, '/v3/roles/admin', { token: member }), 404, 'Could not find role: admin.');
  assertError(await call(server, '/v3/roles', {}), 401, needsAuthentication);
});

test('a role is added, checked, listed and removed; the last one ends the membership', async () => {
  const reader = await idOf('project-reader');
  const path = place(eve.id, reader);
  assertError(await on('GET', path), 404, /Could not find role/);
  assert.equal((await on('HEAD', path)).status, 404);
  for (let twice = 0; twice < 2; twice += 1) {
    const added = await on('PUT', path);
    assert.deepEqual([added.status, added.text], [204, '']);
  }
  for (const method of ['GET', 'HEAD']) assert.equal((await on(method, path)).status, 204);
  assert.deepEqual(await namesOf(eve.id), ['project-reader']);
  await on('PUT', place(eve.id, 'object-storage-manager'));
  assert.deepEqual(await namesOf(eve.id), ['object-storage-manager', 'project-reader']);
  assert.deepEqual(await namesOf(eve.id, other.id), ['project-admin']);
  assert.equal((await on('DELETE', path)).status, 204);
  assertError(await on('DELETE', path), 404, /Could not find role/);
  assert.equal((await on('DELETE', place(eve.id, 'object-storage-manager'))).status, 204);
  assert.deepEqual(await namesOf(eve.id), []);
  const projects = await call(server, `/v3/users/${eve.id}/projects`, { token: admin });
  assert.deepEqual(
    (projects.json as { projects: { id: string }[] }).projects.map(({ id }) => id),
    [other.id],
  );
});

test("a project's administrators assign in their project alone; members not at all", async () => {
  assert.equal((await on('PUT', place(eve.id, 'none'), manager)).status, 204);
  assert.deepEqual(await namesOf(eve.id, demo.id, manager), ['none']);
  assert.equal((await on('DELETE', place(eve.id, 'none'), manager)).status, 204);
  for (const [method, policy] of [
    ['PUT', 'create_grant'],
    ['GET', 'check_grant'],
    ['DELETE', 'revoke_grant'],
  ] as const) {
    const foreign = place(alice.id, 'project-admin', other.id);
    assertError(await on(method, foreign, manager), 403, forbidden(`identity:${policy}`));
    assertError(
      await on(method, place(bob.id, 'project-admin'), member),
      403,
      forbidden(`identity:${policy}`),
    );
  }
  assertError(await on('GET', place(bob.id), member), 403, forbidden('identity:list_grants'));
  assert.deepEqual(await namesOf(bob.id), ['project-member']);
});

test('404 for an unknown user, project or role', async () => {
  assertError(await on('PUT', place(nobody, 'none')), 404, `Could not find user: ${nobody}.`);
  assertError(await on('PUT', place(eve.id, 'none', nobody)), 404, `Could not find project: ${nobody}.`);
  assertError(await on('PUT', place(eve.id, 'boss')), 404, 'Could not find role: boss.');
});

interface Assignment {
  role: { id: string; name?: string };
  user: { id: string; name?: string };
  scope: { project: { id: string; name?: string; domain?: object } };
  links: object;
}
const assignments = async (query: string, token = admin) => {
  const answer = await call(server, `/v3/role_assignments${query}`, { token });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { role_assignments: Assignment[] }).role_assignments;
};
const pairs = (list: Assignment[]) => list.map(({ user, scope }) => [user.id, scope.project.id]).sort();

test('role assignments: all, of a user, of a project, of a role, with names', async () => {
  assert.equal((await assignments('')).length, 6);
  assert.deepEqual(pairs(await assignments(`?user.id=${eve.id}`)), [[eve.id, other.id]]);
  assert.equal((await assignments(`?scope.project.id=${demo.id}&effective=True`)).length, 4);
  const both = `?scope.project.id=${demo.id}&user.id=${carol.id}`;
  const reader = await idOf('project-reader');
  assert.deepEqual(await assignments(both), [
    {
      role: { id: reader },
      user: { id: carol.id },
      scope: { project: { id: demo.id } },
      links: { assignment: `${server.url}/identity${place(carol.id, reader)}` },
    },
  ]);
  const domain = { id: 'default', name: 'Default' };
  const [named] = await assignments(`${both}&include_names=True`);
  assert.deepEqual(named?.role, { id: reader, name: 'project-reader' });
  assert.deepEqual(named?.user, { id: carol.id, name: carol.name, domain });
  assert.deepEqual(named?.scope, { project: { id: demo.id, name: 'demo', domain } });
  const admins = pairs(await assignments(`?role.id=${await idOf('project-admin')}`));
  assert.deepEqual(admins.map(([user]) => user).sort(), [alice.id, eve.id, root.id].sort());
});

test('role assignments that cannot be are none', async () => {
  for (const query of [
    'group.id=x',
    'scope.domain.id=default',
    'scope.system=all',
    'user.id=nonsense',
    'scope.project.id=nonsense',
    'role.id=nonsense',
  ]) {
    assert.deepEqual(await assignments(`?${query}`), [], query);
  }
});

test('role assignments: own ones for everybody, those of a project for its administrators', async () => {
  assert.deepEqual(pairs(await assignments(`?user.id=${bob.id}`, member)), [[bob.id, demo.id]]);
  assert.equal((await assignments(`?scope.project.id=${demo.id}`, manager)).length, 4);
  const policy = forbidden('identity:list_role_assignments');
  for (const [query, token] of [
    ['', manager],
    ['', member],
    [`?user.id=${eve.id}`, manager],
    [`?scope.project.id=${other.id}`, manager],
    [`?scope.project.id=${demo.id}`, member],
  ] as const) {
    assertError(await call(server, `/v3/role_assignments${query}`, { token }), 403, policy);
  }
});

test('the one domain, by id and by name', async () => {
  const domain = {
    id: 'default',
    name: 'Default',
    description: '',
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${server.url}/identity/v3/domains/default` },
  };
  const at = async (path: string) => (await call(server, path, { token: member })).json;
  assert.deepEqual(await at('/v3/domains/default'), { domain });
  for (const query of ['', '?name=Default', '?name=default', '?enabled=true']) {
    assert.deepEqual(((await at(`/v3/domains${query}`)) as { domains: object[] }).domains, [domain]);
  }
  for (const query of ['?name=other', '?enabled=false']) {
    assert.deepEqual(((await at(`/v3/domains${query}`)) as { domains: object[] }).domains, []);
  }
  assertError(
    await call(server, '/v3/domains/other', { token: member }),
    404,
    'Could not find domain: other.',
  );
});

test('services, endpoints and regions of the catalog, for every bearer', async () => {
  const list = async (path: string, kind: string) => {
    const answer = await call(server, path, { token: member });
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as Record<string, Record<string, unknown>[]>)[kind] ?? [];
  };
  const services = await list('/v3/services', 'services');
  assert.deepEqual(
    services.map(({ type, name }) => [type, name]),
    [
      ['object-store', 'swift'],
      ['identity', 'keystone'],
      ['s3', 's3'],
    ],
  );
  const [store] = await list('/v3/services?type=object-store', 'services');
  assert.deepEqual(store, services[0]);
  assert.deepEqual(await list('/v3/services?name=nope', 'services'), []);
  const endpoints = await list(`/v3/endpoints?service_id=${store?.id}&interface=public`, 'endpoints');
  assert.deepEqual(
    endpoints.map(({ url, region_id, service_id }) => [url, region_id, service_id]),
    [[`${server.url}/v1/$(project_id)s`, 'kr-central-2', store?.id]],
  );
  assert.equal((await list('/v3/endpoints', 'endpoints')).length, 9);
  assert.deepEqual(
    (await list('/v3/regions', 'regions')).map(({ id }) => id),
    ['kr-central-2'],
  );
  for (const path of ['/v3/services', '/v3/endpoints', '/v3/regions']) {
    assertError(await call(server, path, {}), 401, needsAuthentication);
  }
});
