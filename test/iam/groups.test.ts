// Create-, Show-, List-, Update- and DeleteGroup, their members, and what a bucket's grant to a group gives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { rawS3 } from '../support/s3.ts';
import { bob, dave, demo, eve } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { assertError, call, forbidden, startWithTokens } from './identity-call.ts';

let server: TestServer;
let admin: string;
let manager: string;
let member: string;
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
});
after(() => server.stop());

interface Group {
  id: string;
  name: string;
  [field: string]: unknown;
}
const nobody = '0'.repeat(32);
const on = (method: string, path: string, token = admin, body?: unknown) =>
  call(server, path, { token, method, ...(body === undefined ? {} : { body }) });
const create = (wish: object, token = admin) => on('POST', '/v3/groups', token, { group: wish });
const made = async (wish: object): Promise<Group> => {
  const answer = await create(wish);
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { group: Group }).group;
};
const namesAt = async (path: string, kind: 'groups' | 'users', token = admin) => {
  const answer = await on('GET', path, token);
  assert.equal(answer.status, 200, answer.text);
  const list = (answer.json as Record<string, Group[]>)[kind] ?? [];
  return list.map(({ name }) => name).sort();
};

test('a group is created, shown, listed, renamed and deleted', async () => {
  const group = await made({ name: 'readers', description: 'who reads', domain_id: 'default' });
  assert.deepEqual(group, {
    id: group.id,
    name: 'readers',
    domain_id: 'default',
    description: 'who reads',
    links: { self: `${server.url}/identity/v3/groups/${group.id}` },
  });
  assert.deepEqual((await on('GET', `/v3/groups/${group.id}`)).json, { group });
  assertError(await create({ name: 'readers' }), 409, /Duplicate entry found with name readers\./);
  assert.deepEqual(await namesAt('/v3/groups?name=readers', 'groups', manager), ['readers']);
  assert.deepEqual(await namesAt('/v3/groups?name=nope', 'groups'), []);
  const patched = await on('PATCH', `/v3/groups/${group.id}`, admin, { group: { name: 'lectors' } });
  assert.deepEqual((patched.json as { group: Group }).group, { ...group, name: 'lectors' });
  assert.equal((await on('DELETE', `/v3/groups/${group.id}`)).status, 204);
  assertError(await on('GET', `/v3/groups/${group.id}`), 404, `Could not find group: ${group.id}.`);
});

test('members come and go', async () => {
  const { id } = await made({ name: 'crew' });
  const place = (user: string) => `/v3/groups/${id}/users/${user}`;
  assertError(await on('GET', place(bob.id)), 404, /Could not find user/);
  for (let twice = 0; twice < 2; twice += 1) assert.equal((await on('PUT', place(bob.id))).status, 204);
  for (const method of ['GET', 'HEAD']) assert.equal((await on(method, place(bob.id))).status, 204);
  assert.deepEqual(await namesAt(`/v3/groups/${id}/users`, 'users'), [bob.name]);
  assert.deepEqual(await namesAt(`/v3/users/${bob.id}/groups`, 'groups', member), ['crew']);
  assert.deepEqual(await namesAt(`/v3/users/${bob.id}/groups?name=x`, 'groups', member), []);
  assertError(await on('PUT', place(nobody)), 404, `Could not find user: ${nobody}.`);
  assertError(
    await on('PUT', `/v3/groups/${nobody}/users/${bob.id}`),
    404,
    `Could not find group: ${nobody}.`,
  );
  assert.equal((await on('DELETE', place(bob.id))).status, 204);
  assertError(await on('DELETE', place(bob.id)), 404, /Could not find user/);
  await on('DELETE', `/v3/groups/${id}`);
});

test('groups are for service administrators; those of projects may see which there are', async () => {
  const { id } = await made({ name: 'staff' });
  for (const token of [manager, member]) {
    assertError(await create({ name: 'x' }, token), 403, forbidden('identity:create_group'));
    assertError(await on('DELETE', `/v3/groups/${id}`, token), 403, forbidden('identity:delete_group'));
    assertError(
      await on('PUT', `/v3/groups/${id}/users/${bob.id}`, token),
      403,
      forbidden('identity:add_user_to_group'),
    );
    assertError(
      await on('GET', `/v3/groups/${id}/users`, token),
      403,
      forbidden('identity:list_users_in_group'),
    );
    assertError(
      await on('GET', `/v3/users/${eve.id}/groups`, token),
      403,
      forbidden('identity:list_groups_for_user'),
    );
  }
  assert.equal((await on('GET', `/v3/groups/${id}`, manager)).status, 200);
  assertError(await on('GET', '/v3/groups', member), 403, forbidden('identity:list_groups'));
  await on('DELETE', `/v3/groups/${id}`);
});

test('a grant to a group speaks for its members from the next request on, through every door', async () => {
  const bucket = 'granted-to-a-group';
  await makeBucket(server, manager, bucket);
  const { id } = await made({ name: 'granted' });
  const granted = await ext(server, manager, `/bucket/${bucket}/policy`, {
    method: 'POST',
    body: { role: 'storage.editor', member: { type: 'group', id } },
  });
  assert.equal(granted.status, 201, granted.text);
  const daves = await issueToken(server, dave);
  /** Six requests each, so that both processes answer. */
  const answers = async () => {
    const headers = { 'X-Auth-Token': daves };
    const asks = [
      () => rawS3(server, { method: 'PUT', target: `/${bucket}/s3`, body: 'x', user: dave }),
      () => swiftRequest(server, 'PUT', `/v1/${demo.id}/${bucket}/swift`, { headers, body: 'x' }),
      () => swiftRequest(server, 'GET', `/v1_ext/bucket/${bucket}`, { headers }),
      // Of another project.
      () => rawS3(server, { target: `/${bucket}?list-type=2`, user: eve }),
    ];
    return Promise.all(
      asks.map(async (ask) => {
        const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await ask()).status));
        assert.equal(new Set(statuses).size, 1, String(statuses));
        return statuses[0];
      }),
    );
  };
  assert.deepEqual(await answers(), [403, 403, 403, 403]);
  for (const user of [dave, eve]) await on('PUT', `/v3/groups/${id}/users/${user.id}`);
  assert.deepEqual(await answers(), [200, 201, 200, 200]);
  await on('DELETE', `/v3/groups/${id}/users/${eve.id}`);
  assert.deepEqual(await answers(), [200, 201, 200, 403]);
  await on('DELETE', `/v3/groups/${id}`);
  assert.deepEqual(await answers(), [403, 403, 403, 403]);
});
