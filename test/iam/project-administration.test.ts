// CreateProject, UpdateProject, DeleteProject over the wire; a project that goes while a bucket comes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ext } from '../support/ext.ts';
import { demo, other } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { assertError, call, forbidden, needsAuthentication, startWithTokens } from './identity-call.ts';
import { newPerson } from './people.ts';

let server: TestServer;
let admin: string;
let manager: string;
let member: string;
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
});
after(() => server.stop());

interface Project {
  id: string;
  name: string;
  [field: string]: unknown;
}
const nobody = '0'.repeat(32);
const create = (project: object, token = admin) => call(server, '/v3/projects', { token, body: { project } });
const made = async (wish: object): Promise<Project> => {
  const answer = await create(wish);
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { project: Project }).project;
};
const update = (id: string, project: object, token = admin) =>
  call(server, `/v3/projects/${id}`, { token, method: 'PATCH', body: { project } });
const remove = (id: string, token = admin) => call(server, `/v3/projects/${id}`, { token, method: 'DELETE' });

test('a project is created with every attribute, changed and deleted', async () => {
  const project = await made({
    name: 'lab',
    description: 'for tests',
    domain_id: 'default',
    parent_id: 'default',
    is_domain: false,
    enabled: true,
    tags: [],
    options: {},
  });
  assert.deepEqual(project, {
    id: project.id,
    name: 'lab',
    domain_id: 'default',
    description: 'for tests',
    enabled: true,
    parent_id: 'default',
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${server.url}/identity/v3/projects/${project.id}` },
  });
  assertError(await create({ name: 'lab' }), 409, /Duplicate entry found with name lab\./);
  assertError(await update(project.id, { name: 'demo' }), 409, /Duplicate entry found with name demo\./);
  const changed = await update(project.id, { name: 'labour', description: null, enabled: false });
  assert.deepEqual((changed.json as { project: Project }).project, {
    ...project,
    name: 'labour',
    description: '',
    enabled: false,
  });
  const gone = await remove(project.id);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assertError(await remove(project.id), 404, `Could not find project: ${project.id}.`);
  await made({ name: 'lab' }).then(({ id }) => remove(id));
});

const refused: readonly [what: string, wish: object, status: number, message: RegExp][] = [
  ['no name', {}, 400, /project/],
  ['an empty name', { name: '' }, 400, /project\.name/],
  ['enabled as text', { name: 'x', enabled: 'no' }, 400, /project\.enabled/],
  ['an unknown domain', { name: 'x', domain_id: 'elsewhere' }, 404, /Could not find domain: elsewhere\./],
  ['a project above it', { name: 'x', parent_id: demo.id }, 400, /parent_id/],
  ['a domain', { name: 'x', is_domain: true }, 400, /parent_id/],
  ['a bad account number', { name: 'x', account_number: '12' }, 400, /ten digits/],
  ['a taken account number', { name: 'x', account_number: demo.accountNumber }, 409, /Duplicate/],
];
for (const [what, wish, status, message] of refused) {
  test(`a project is not created: ${what}`, async () => {
    assertError(await create(wish), status, message);
    const { json } = await call(server, '/v3/projects?name=x', { token: admin });
    assert.deepEqual((json as { projects: unknown[] }).projects, []);
  });
}

test("a project's administrators name and describe it; the rest is for service administrators", async () => {
  const described = await update(demo.id, { description: 'ours' }, manager);
  assert.equal((described.json as { project: Project }).project.description, 'ours');
  assertError(await update(demo.id, { enabled: false }, manager), 403, forbidden('identity:update_project'));
  assertError(await update(demo.id, { description: 'x' }, member), 403, forbidden('identity:update_project'));
  for (const id of [other.id, nobody]) {
    assertError(await update(id, { description: 'x' }, manager), 403, forbidden('identity:update_project'));
  }
  for (const token of [manager, member]) {
    assertError(await create({ name: 'x' }, token), 403, forbidden('identity:create_project'));
    assertError(await remove(demo.id, token), 403, forbidden('identity:delete_project'));
  }
  assertError(
    await call(server, '/v3/projects', { body: { project: { name: 'x' } } }),
    401,
    needsAuthentication,
  );
});

test('buckets that come while their project goes: it stays with them, or goes without', async () => {
  for (let round = 0; round < 8; round += 1) {
    const project = await made({ name: `race-${round}` });
    const { id, name } = project;
    const owner = await newPerson(server, admin, { id, name, accountNumber: '' }, 'project-admin');
    const body = { name: `race-bucket-${round}` };
    const [bucket, deletion] = await Promise.all([
      ext(server, owner.byKey, '/bucket', { method: 'PUT', body }),
      remove(id),
    ]);
    const shown = await call(server, `/v3/projects/${id}`, { token: admin });
    if (deletion.status === 204) {
      assert.ok([401, 404].includes(bucket.status), bucket.text);
      assert.equal(shown.status, 404);
      // The name is free.
      const again = await ext(server, manager, '/bucket', { method: 'PUT', body });
      assert.equal(again.status, 200, again.text);
    } else {
      assertError(deletion, 409, /still has buckets/);
      assert.equal(bucket.status, 200, bucket.text);
      assert.equal((shown.json as { project: Project }).project.enabled, true);
    }
  }
});
