// Role grants: /v1_ext/bucket/{name}/policy and /policy/{id} (reference 5.8)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let admin: string;
const tokens = new Map<string, string>();
before(async () => {
  // Two processes: what one changes the other must know with the next request.
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  for (const user of [alice, bob, carol, dave, eve]) tokens.set(user.name, await issueToken(server, user));
  admin = tokens.get(alice.name) ?? '';
});
after(() => server.stop());

const as = (user: { name: string }) => tokens.get(user.name) ?? '';

interface GrantDocument {
  id: string;
  role: string;
  member: { type: string; id: string };
}

const list = async (bucket: string): Promise<GrantDocument[]> => {
  const answer = await ext(server, admin, `/bucket/${bucket}/policy`);
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { policies: GrantDocument[] }).policies;
};
const add = (bucket: string, role: string, member: unknown, token = admin) =>
  ext(server, token, `/bucket/${bucket}/policy`, { method: 'POST', body: { role, member } });
const added = async (bucket: string, role: string, member: unknown): Promise<GrantDocument> => {
  const answer = await add(bucket, role, member);
  assert.equal(answer.status, 201, answer.text);
  return answer.json as GrantDocument;
};

test('a new bucket lists the grants everybody starts with', async () => {
  await makeBucket(server, admin, 'fresh-grants');
  const grants = await list('fresh-grants');
  assert.deepEqual(
    grants.map(({ role, member }) => [role, member.type, member.id]),
    [
      ['storage.owner', 'user', alice.id],
      ['storage.editor', 'role_group', 'project-member'],
      ['storage.viewer', 'role_group', 'project-reader'],
    ],
  );
  assert.deepEqual(Object.keys(grants[0] ?? {}), ['id', 'role', 'member']);
});

test('a grant counts from the next request on, at every door, and so does its end', async () => {
  await makeBucket(server, admin, 'doors');
  const s3 = s3Client(server, dave);
  const swift = () =>
    fetch(`${server.url}/v1/${demo.id}/doors?format=json`, { headers: { 'X-Auth-Token': as(dave) } });
  const put = () => s3.putObject({ Bucket: 'doors', Key: 'a', Body: 'a' });
  assert.equal((await swift()).status, 403);
  await assertFails(s3.listObjectsV2({ Bucket: 'doors' }), 403, 'AccessDenied');

  const grant = await added('doors', 'viewer', { type: 'user', id: dave.id });
  for (let turn = 0; turn < 4; turn += 1) {
    assert.equal((await swift()).status, 200);
    await s3.listObjectsV2({ Bucket: 'doors' });
    assert.equal((await ext(server, as(dave), '/bucket/doors')).status, 200);
  }
  await assertFails(put(), 403, 'AccessDenied');

  const path = `/bucket/doors/policy/${grant.id}`;
  const changed = await ext(server, admin, path, { method: 'PUT', body: { role: 'storage.editor' } });
  assert.deepEqual(
    [changed.status, changed.json],
    [200, { id: grant.id, role: 'storage.editor', member: { type: 'user', id: dave.id } }],
  );
  assert.deepEqual((await ext(server, admin, path)).json, changed.json);
  await put();

  assert.equal((await ext(server, admin, path, { method: 'DELETE' })).status, 204);
  for (let turn = 0; turn < 4; turn += 1) {
    assert.equal((await swift()).status, 403);
    await assertFails(put(), 403, 'AccessDenied');
  }
  assertError(await ext(server, admin, path), 404, 'NotFound');
  assertError(await ext(server, admin, path, { method: 'DELETE' }), 404, 'NotFound');
  assertError(await ext(server, admin, path, { method: 'PUT', body: { role: 'editor' } }), 404, 'NotFound');
});

test('every kind of member: outsiders by name, project, role and everybody', async () => {
  await makeBucket(server, admin, 'members');
  assertError(await ext(server, as(eve), '/bucket/members'), 403, 'Forbidden');
  await added('members', 'viewer', { type: 'user', id: eve.id });
  assert.equal((await ext(server, as(eve), '/bucket/members')).status, 200);
  await added('members', 'objectReader', { type: 'project_users' });
  await added('members', 'objectReader', { type: 'all_users' });
  await added('members', 'objectReader', { type: 'role_group', id: 'object-storage-viewer' });
  assert.equal((await list('members')).length, 7);
  assert.equal((await fetch(`${server.url}/members`)).status, 200);
});

test('a group speaks for who is in it at that moment', async () => {
  await makeBucket(server, admin, 'grouped');
  const rootToken = await issueToken(server, root);
  const identity = (method: string, path: string, body?: object) =>
    fetch(`${server.url}/identity/v3${path}`, {
      method,
      headers: { 'X-Auth-Token': rootToken, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const made = await identity('POST', '/groups', { group: { name: 'readers' } });
  const { group } = (await made.json()) as { group: { id: string } };
  await added('grouped', 'viewer', { type: 'group', id: group.id });
  const status = async () => (await ext(server, as(dave), '/bucket/grouped')).status;
  assert.equal(await status(), 403);
  assert.equal((await identity('PUT', `/groups/${group.id}/users/${dave.id}`)).status, 204);
  assert.equal(await status(), 200);
  assert.equal((await identity('DELETE', `/groups/${group.id}/users/${dave.id}`)).status, 204);
  assert.equal(await status(), 403);
});

test("a grant ends with its user's membership, unless it named an outsider", async () => {
  await makeBucket(server, admin, 'left-behind');
  const rootToken = await issueToken(server, root);
  const assign = async (method: string, user: { id: string }, project: { id: string }, role: string) => {
    const headers = { 'X-Auth-Token': rootToken };
    const roles = await fetch(`${server.url}/identity/v3/roles`, { headers });
    const known = ((await roles.json()) as { roles: { id: string; name: string }[] }).roles;
    const id = known.find(({ name }) => name === role)?.id;
    const path = `/identity/v3/projects/${project.id}/users/${user.id}/roles/${id}`;
    const answer = await fetch(`${server.url}${path}`, { method, headers });
    assert.equal(answer.status, 204, await answer.text());
  };
  // Eve, of another project, becomes a member of this one, is granted a role as such, and leaves.
  await assign('PUT', eve, demo, 'none');
  await added('left-behind', 'admin', { type: 'user', id: eve.id });
  const reader = await added('left-behind', 'objectReader', { type: 'user', id: eve.id });
  await added('left-behind', 'editor', { type: 'user', id: eve.id });
  await assign('DELETE', eve, demo, 'none');
  assertError(await ext(server, as(eve), '/bucket/left-behind'), 403, 'Forbidden');
  const asEve = s3Client(server, eve);
  await assertFails(asEve.listObjectsV2({ Bucket: 'left-behind' }), 403, 'AccessDenied');
  // An ACL means her as she is now, under the id the grant has.
  await s3Client(server, alice).putBucketAcl({ Bucket: 'left-behind', GrantRead: `id="${eve.id}"` });
  await asEve.listObjectsV2({ Bucket: 'left-behind' });
  assert.ok((await list('left-behind')).some(({ id }) => id === reader.id));
  await added('left-behind', 'viewer', { type: 'user', id: eve.id });
  assert.equal((await ext(server, as(eve), '/bucket/left-behind')).status, 200);
  // The role she had as a member is no conflict: it speaks for nobody, and makes way.
  await added('left-behind', 'editor', { type: 'user', id: eve.id });
  assert.equal((await asEve.putObject({ Bucket: 'left-behind', Key: 'k' })).$metadata.httpStatusCode, 200);
  assert.equal((await list('left-behind')).filter(({ member }) => member.id === eve.id).length, 3);
  assertError(await add('left-behind', 'editor', { type: 'user', id: eve.id }), 409, 'Conflict');
});

test('the same role for the same member twice is a conflict', async () => {
  await makeBucket(server, admin, 'twins');
  const grant = await added('twins', 'viewer', { type: 'user', id: bob.id });
  assertError(await add('twins', 'storage.viewer', { type: 'user', id: bob.id }), 409, 'Conflict');
  const other = await added('twins', 'editor', { type: 'user', id: bob.id });
  const path = `/bucket/twins/policy/${other.id}`;
  const body = { role: 'viewer' };
  assertError(await ext(server, admin, path, { method: 'PUT', body }), 409, 'Conflict');
  const same = await ext(server, admin, `/bucket/twins/policy/${grant.id}`, { method: 'PUT', body });
  assert.equal(same.status, 200, same.text);
});

test('the last storage administrator stays', async () => {
  await makeBucket(server, admin, 'last-admin');
  const [owner] = await list('last-admin');
  assert.ok(owner);
  const path = `/bucket/last-admin/policy/${owner.id}`;
  assertError(await ext(server, admin, path, { method: 'DELETE' }), 409, 'Conflict', /administrator/);
  const demote = { method: 'PUT', body: { role: 'editor' } };
  assertError(await ext(server, admin, path, demote), 409, 'Conflict', /administrator/);
  await added('last-admin', 'admin', { type: 'all_users' });
  assertError(await ext(server, admin, path, { method: 'DELETE' }), 409, 'Conflict');
  await added('last-admin', 'admin', { type: 'user', id: bob.id });
  assert.equal((await ext(server, admin, path, demote)).status, 200);
  assert.equal((await ext(server, admin, path, { method: 'DELETE' })).status, 204);
  // No grant is left to alice, whom the project's own role makes administrator all the same.
  assert.equal((await ext(server, admin, '/bucket/last-admin')).status, 200);
});

test('refuses what is wrong with a body, one by one', async () => {
  await makeBucket(server, admin, 'wrong-grants');
  const user = { type: 'user', id: bob.id };
  const wrong: [unknown, RegExp][] = [
    [{ role: 'boss', member: user }, /role/],
    [{ role: 'storage.storage.viewer', member: user }, /role/],
    [{ member: user }, /role/],
    [{ role: 7, member: user }, /role/],
    [{ role: 'viewer' }, /member/],
    [{ role: 'viewer', member: 'bob' }, /member/],
    [{ role: 'viewer', member: { type: 'robot', id: bob.id } }, /member\.type/],
    [{ role: 'viewer', member: { type: 'user' } }, /member\.id/],
    [{ role: 'viewer', member: { type: 'user', id: bob.name } }, /member/],
    [{ role: 'viewer', member: { type: 'user', id: 'f'.repeat(32) } }, /member/],
    [{ role: 'viewer', member: { type: 'service_account', id: bob.id } }, /member/],
    [{ role: 'viewer', member: { type: 'role_group', id: 'none' } }, /member/],
    [{ role: 'viewer', member: { type: 'group', id: 'x' } }, /member/],
    [{ role: 'viewer', member: { type: 'group', id: 'a'.repeat(32) } }, /member/],
    [[], /object/],
    ['{"role":', /JSON/],
  ];
  for (const [body, message] of wrong) {
    const answer = await ext(server, admin, '/bucket/wrong-grants/policy', { method: 'POST', body });
    assertError(answer, 400, 'BadRequest', message);
  }
  const headers = { 'Content-Type': 'text/plain' };
  const body = { role: 'viewer', member: user };
  const call = { method: 'POST', body, headers };
  assertError(await ext(server, admin, '/bucket/wrong-grants/policy', call), 400, 'BadRequest');
  const [owner] = await list('wrong-grants');
  const path = `/bucket/wrong-grants/policy/${owner?.id}`;
  const put = { method: 'PUT', body: { id: 'other', role: 'owner' } };
  assertError(await ext(server, admin, path, put), 400, 'BadRequest', /id/);
  assert.equal((await list('wrong-grants')).length, 3);
});

test('reading grants and changing them are two rights', async () => {
  await makeBucket(server, admin, 'two-rights');
  const path = '/bucket/two-rights/policy';
  const body = { role: 'viewer', member: { type: 'user', id: eve.id } };
  assertError(await ext(server, undefined, path), 401, 'Unauthorized');
  assertError(await ext(server, as(carol), path), 403, 'Forbidden');
  assert.equal((await ext(server, as(bob), path)).status, 200);
  assertError(await ext(server, as(bob), path, { method: 'POST', body }), 403, 'Forbidden');
  assertError(await ext(server, as(eve), path, { method: 'POST', body }), 403, 'Forbidden');
  assertError(await ext(server, admin, '/bucket/absent-bucket/policy'), 404, 'NotFound');
  await added('two-rights', 'policyWriter', { type: 'user', id: dave.id });
  assert.equal((await ext(server, as(dave), path, { method: 'POST', body })).status, 201);
});
