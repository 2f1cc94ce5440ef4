// Add-, Check-, List- and RemoveGroupRole, ListRoleAssignments of groups; and what members of a group may and no longer may, at once,
// through every door of both processes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeBucket } from '../support/ext.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo, eve, other } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { assertError, call, forbidden, startWithTokens } from './identity-call.ts';
import { knock, newPerson, open, type Person, setRole, shut } from './people.ts';

let server: TestServer;
let admin: string;
let manager: string;
let member: string;
const bucket = 'for-groups';
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
  await makeBucket(server, manager, bucket);
});
after(() => server.stop());

const nobody = '0'.repeat(32);
const on = (method: string, path: string, token = admin, body?: unknown) =>
  call(server, path, { token, method, ...(body === undefined ? {} : { body }) });
const done = async (method: string, path: string, token = admin) => {
  const answer = await on(method, path, token);
  assert.deepEqual([answer.status, answer.text], [204, ''], path);
};
const place = (group: string, role = '', project = demo.id) =>
  `/v3/projects/${project}/groups/${group}/roles${role === '' ? '' : `/${role}`}`;
let made = 0;
async function newGroup(): Promise<{ id: string; name: string }> {
  made += 1;
  const answer = await on('POST', '/v3/groups', admin, { group: { name: `crew-${made}` } });
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { group: { id: string; name: string } }).group;
}
/** A person with keys of both kinds, in demo by this group alone. */
const byGroup = (group: string): Promise<Person> =>
  newPerson(server, admin, demo, (user) => done('PUT', `/v3/groups/${group}/users/${user}`));
const idOf = async (name: string) => {
  const { json } = await on('GET', `/v3/roles?name=${name}`);
  return (json as { roles: { id: string }[] }).roles[0]?.id ?? '';
};
const namesAt = async (path: string, kind: 'roles' | 'projects', token = admin) => {
  const answer = await on('GET', path, token);
  assert.equal(answer.status, 200, answer.text);
  return ((answer.json as Record<string, { name: string }[]>)[kind] ?? []).map(({ name }) => name).sort();
};

test('a role of a group is added, checked, listed and removed', async () => {
  const { id } = await newGroup();
  const reader = await idOf('project-reader');
  assertError(await on('GET', place(id, reader)), 404, /Could not find role/);
  for (let twice = 0; twice < 2; twice += 1) await done('PUT', place(id, reader));
  await done('PUT', place(id, 'object-storage-manager'), manager);
  for (const method of ['GET', 'HEAD']) await done(method, place(id, reader), manager);
  assert.deepEqual(await namesAt(place(id), 'roles', manager), ['object-storage-manager', 'project-reader']);
  assert.deepEqual(await namesAt(place(id, '', other.id), 'roles'), []);
  await done('DELETE', place(id, reader), manager);
  assertError(await on('DELETE', place(id, reader)), 404, /Could not find role/);
  await done('DELETE', place(id, 'object-storage-manager'));
  assert.deepEqual(await namesAt(place(id), 'roles'), []);
});

test('404 for what is not there, 403 for who may not', async () => {
  const { id } = await newGroup();
  assertError(await on('PUT', place(nobody, 'none')), 404, `Could not find group: ${nobody}.`);
  assertError(await on('PUT', place('x', 'none')), 404, 'Could not find group: x.');
  assertError(await on('PUT', place(id, 'none', nobody)), 404, `Could not find project: ${nobody}.`);
  assertError(await on('PUT', place(id, 'boss')), 404, 'Could not find role: boss.');
  for (const [method, policy] of [
    ['PUT', 'create_grant'],
    ['GET', 'check_grant'],
    ['DELETE', 'revoke_grant'],
  ] as const) {
    const refusal = forbidden(`identity:${policy}`);
    assertError(await on(method, place(id, 'none', other.id), manager), 403, refusal);
    assertError(await on(method, place(id, 'none'), member), 403, refusal);
  }
  assertError(await on('GET', place(id), member), 403, forbidden('identity:list_grants'));
});

test('the last way into the project is the end of keys, tokens and signatures, whichever way it was', async () => {
  for (const end of [
    (group: string) => done('DELETE', place(group, 'project-member')),
    (group: string, user: string) => done('DELETE', `/v3/groups/${group}/users/${user}`),
    (group: string) => done('DELETE', `/v3/groups/${group}`),
    (_group: string, user: string) => done('DELETE', `/v3/users/${user}`),
  ]) {
    const { id } = await newGroup();
    await done('PUT', place(id, 'project-member'));
    const person = await byGroup(id);
    assert.deepEqual(await knock(server, person, bucket), open);
    await end(id, person.user.id);
    assert.deepEqual(await knock(server, person, bucket), shut);
  }
});

test('keys stay while another way is left, and coming back does not bring dead ones back', async () => {
  const { id } = await newGroup();
  await done('PUT', place(id, 'project-member'));
  const person = await byGroup(id);
  await setRole(server, admin, 'PUT', person.user.id, demo, 'project-reader');
  await done('DELETE', place(id, 'project-member'));
  assert.deepEqual(await knock(server, person, bucket), open);
  await done('PUT', place(id, 'project-member'));
  await setRole(server, admin, 'DELETE', person.user.id, demo, 'project-reader');
  assert.deepEqual(await knock(server, person, bucket), open);
  await done('DELETE', place(id, 'project-member'));
  await done('PUT', place(id, 'project-member'));
  // Only a new proof, by the password, opens a door.
  assert.deepEqual(await knock(server, person, bucket), { ...shut, login: open.login });
});

test('rights follow the roles of the group: those at issue and those now', async () => {
  const { id } = await newGroup();
  await done('PUT', place(id, 'project-reader'));
  const person = await byGroup(id);
  const mine = `made-by-group-${made}`;
  const statuses = async (ask: () => Promise<{ status: number }>) => {
    const all = await Promise.all(Array.from({ length: 6 }, async () => (await ask()).status));
    assert.equal(new Set(all).size, 1, String(all));
    return all[0];
  };
  const put = () =>
    Promise.all([
      statuses(() => rawS3(server, { method: 'PUT', target: `/${bucket}/s3`, body: 'x', user: person.user })),
      statuses(() =>
        swiftRequest(server, 'PUT', `/v1/${demo.id}/${bucket}/swift`, {
          headers: { 'X-Auth-Token': person.byKey },
          body: 'x',
        }),
      ),
    ]);
  assert.deepEqual(await put(), [403, 403]);
  await done('PUT', place(id, 'project-member'));
  // The token was issued for a reader.
  assert.deepEqual(await put(), [200, 403]);
  const created = await rawS3(server, { method: 'PUT', target: `/${mine}`, user: person.user });
  assert.equal(created.status, 200, created.text);
  await done('DELETE', place(id, 'project-member'));
  assert.deepEqual(await put(), [403, 403]);
});

test('projects of a member, and the scope of a token', async () => {
  const { id } = await newGroup();
  await done('PUT', place(id, 'project-member', other.id));
  await done('PUT', place(id, 'none'));
  const person = await byGroup(id);
  for (const path of [`/v3/users/${person.user.id}/projects`, '/v3/auth/projects']) {
    assert.deepEqual(await namesAt(path, 'projects', person.byPassword), ['demo', 'other']);
  }
  const roles = async (token: string) => {
    const answer = await call(server, '/v3/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    return (answer.json as { token: { roles: { name: string }[] } }).token.roles.map(({ name }) => name);
  };
  assert.deepEqual(await roles(person.byKey), ['none']);
  const keys = await on('GET', `/v3/users/${person.user.id}/application_credentials`, person.byKey);
  const [key] = (keys.json as { application_credentials: { roles: { name: string }[] }[] })
    .application_credentials;
  assert.deepEqual(
    key?.roles.map(({ name }) => name),
    ['none'],
  );
  await done('DELETE', place(id, 'project-member', other.id));
  assert.deepEqual(await namesAt('/v3/auth/projects', 'projects', person.byPassword), ['demo']);
});

interface Assignment {
  role: { id: string; name?: string };
  user?: { id: string; name?: string };
  group?: { id: string; name?: string };
  scope: { project: { id: string; name?: string } };
  links: { assignment: string; membership?: string };
}
const assignments = async (query: string, token = admin) => {
  const answer = await on('GET', `/v3/role_assignments?${query}`, token);
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { role_assignments: Assignment[] }).role_assignments;
};

test('role assignments: as given to the group, and in effect to its members', async () => {
  const group = await newGroup();
  const { id } = group;
  const reader = await idOf('project-reader');
  await done('PUT', place(id, reader));
  for (const user of [alice.id, eve.id]) await done('PUT', `/v3/groups/${id}/users/${user}`);
  const root = `${server.url}/identity`;
  const given = {
    role: { id: reader },
    group: { id },
    scope: { project: { id: demo.id } },
    links: { assignment: `${root}${place(id, reader)}` },
  };
  assert.deepEqual(await assignments(`group.id=${id}`), [given]);
  const project = `scope.project.id=${demo.id}`;
  assert.deepEqual(await assignments(`group.id=${id}&${project}`, manager), [given]);
  assert.deepEqual(await assignments(`group.id=${id}&scope.project.id=${other.id}`), []);
  assert.ok((await assignments(project, manager)).some((one) => one.group?.id === id));
  assert.ok((await assignments('include_names=0')).some((one) => one.group?.id === id));
  // Not in effect: what was given to the user itself alone.
  assert.deepEqual(
    (await assignments(`user.id=${eve.id}`)).map(({ scope }) => scope.project.id),
    [other.id],
  );
  const effective = await assignments(`user.id=${eve.id}&effective&${project}&include_names`);
  const domain = { id: 'default', name: 'Default' };
  assert.deepEqual(effective, [
    {
      role: { id: reader, name: 'project-reader' },
      user: { id: eve.id, name: eve.name, domain },
      scope: { project: { id: demo.id, name: 'demo', domain } },
      links: {
        assignment: `${root}${place(id, reader)}`,
        membership: `${root}/v3/groups/${id}/users/${eve.id}`,
      },
    },
  ]);
  const [named] = await assignments(`group.id=${id}&include_names=True`);
  assert.deepEqual(named?.group, { id, name: group.name, domain });
  const inEffect = (await assignments(`${project}&effective=True`, manager)).filter(
    ({ role }) => role.id === reader,
  );
  assert.ok(inEffect.every((one) => one.group === undefined));
  assert.deepEqual(
    inEffect
      .filter(({ links }) => links.membership?.includes(id))
      .map(({ user }) => user?.id)
      .sort(),
    [alice.id, eve.id].sort(),
  );
  await done('DELETE', `/v3/groups/${id}`);
  assert.deepEqual(await assignments(`user.id=${eve.id}&effective=true&${project}`), []);
});

test('role assignments: filters that exclude each other, and those of others', async () => {
  assertError(
    await on('GET', `/v3/role_assignments?group.id=${nobody}&effective`),
    400,
    'Combining effective and group filter will always result in an empty list.',
  );
  assertError(
    await on('GET', `/v3/role_assignments?group.id=${nobody}&user.id=${eve.id}`),
    400,
    'Specify a user or group, not both',
  );
  const policy = forbidden('identity:list_role_assignments');
  assertError(await on('GET', `/v3/role_assignments?group.id=${nobody}`, manager), 403, policy);
  assert.deepEqual(await assignments(`group.id=${nobody}`), []);
});

test('a project that is deleted takes the roles of groups along', async () => {
  const { id } = await newGroup();
  const answer = await on('POST', '/v3/projects', admin, { project: { name: 'brief' } });
  const brief = (answer.json as { project: { id: string } }).project.id;
  await done('PUT', place(id, 'none', brief));
  await done('PUT', `/v3/groups/${id}/users/${eve.id}`);
  assert.ok((await namesAt(`/v3/users/${eve.id}/projects`, 'projects')).includes('brief'));
  await done('DELETE', `/v3/projects/${brief}`);
  assert.deepEqual(await assignments(`group.id=${id}`), []);
  assert.equal((await namesAt(`/v3/users/${eve.id}/projects`, 'projects')).includes('brief'), false);
  await done('DELETE', `/v3/groups/${id}`);
});
