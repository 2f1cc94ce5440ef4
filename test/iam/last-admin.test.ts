// The last storage administrator of a bucket, when identities go: who is gone does not count as one, who stays cannot be taken away,
// and the administrators of the project are never without rights.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo, other, root } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { call, startWithTokens } from './identity-call.ts';
import { newPerson, setRole } from './people.ts';

let server: TestServer;
let admin: string;
let manager: string;
before(async () => {
  ({ server, admin, manager } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
});
after(() => server.stop());

interface Grant {
  id: string;
  role: string;
  member: { type: string; id: string };
}
const policies = async (bucket: string): Promise<Grant[]> => {
  const answer = await ext(server, manager, `/bucket/${bucket}/policy`, {});
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { policies: Grant[] }).policies;
};
const grantTo = async (bucket: string, member: Grant['member']): Promise<string> => {
  const body = { role: 'storage.admin', member };
  const answer = await ext(server, manager, `/bucket/${bucket}/policy`, { method: 'POST', body });
  assert.equal(answer.status, 201, answer.text);
  const found = (await policies(bucket)).find(
    (one) => one.member.id === member.id && one.role === 'storage.admin',
  );
  return found?.id ?? '';
};
const remove = (bucket: string, id: string) =>
  ext(server, manager, `/bucket/${bucket}/policy/${id}`, { method: 'DELETE' });
const demote = (bucket: string, id: string) =>
  ext(server, manager, `/bucket/${bucket}/policy/${id}`, { method: 'PUT', body: { role: 'storage.viewer' } });
const gone = async (path: string) => {
  const answer = await call(server, path, { token: admin, method: 'DELETE' });
  assert.equal(answer.status, 204, answer.text);
};
let made = 0;
/** A bucket of demo whose owner has just gone from the service, or from the project. */
async function orphaned(leaving: 'service' | 'project'): Promise<string> {
  made += 1;
  const bucket = `orphan-${made}`;
  const owner = await newPerson(server, admin, demo, 'project-member');
  await makeBucket(server, owner.byKey, bucket);
  if (leaving === 'service') await gone(`/v3/users/${owner.user.id}`);
  else await setRole(server, admin, 'DELETE', owner.user.id, demo, 'project-member');
  return bucket;
}

for (const leaving of ['service', 'project'] as const) {
  test(`an owner who has left the ${leaving} is no administrator who stays`, async () => {
    const bucket = await orphaned(leaving);
    const id = await grantTo(bucket, { type: 'user', id: alice.id });
    assertError(await remove(bucket, id), 409, 'Conflict', /administrator/);
    assertError(await demote(bucket, id), 409, 'Conflict', /administrator/);
    const asPrivate = await rawS3(server, {
      method: 'PUT',
      target: `/${bucket}?acl`,
      headers: { 'x-amz-acl': 'private' },
      user: alice,
    });
    assert.equal(asPrivate.element('Code'), 'InvalidBucketState', asPrivate.text);
    const second = await grantTo(bucket, { type: 'user', id: root.id });
    assert.ok((await remove(bucket, id)).status < 300);
    assertError(await remove(bucket, second), 409, 'Conflict', /administrator/);
  });
}

test('a group that is gone, and a service account that is gone, are no administrators who stay', async () => {
  const bucket = await orphaned('service');
  const group = await call(server, '/v3/groups', { token: admin, body: { group: { name: 'keepers' } } });
  const groupId = (group.json as { group: { id: string } }).group.id;
  const account = await call(server, '/v3/users', {
    token: admin,
    body: { user: { name: 'keeper', kind: 'service_account', default_project_id: demo.id } },
  });
  const accountId = (account.json as { user: { id: string } }).user.id;
  await setRole(server, admin, 'PUT', accountId, demo, 'project-member');
  const byGroup = await grantTo(bucket, { type: 'group', id: groupId });
  const byAccount = await grantTo(bucket, { type: 'service_account', id: accountId });
  await gone(`/v3/groups/${groupId}`);
  assertError(await remove(bucket, byAccount), 409, 'Conflict', /administrator/);
  assert.ok((await remove(bucket, byGroup)).status < 300);
  await gone(`/v3/users/${accountId}`);
  // Nobody is left who could be taken away.
  assert.ok((await remove(bucket, byAccount)).status < 300);
});

test("whatever goes, the project's administrators have all rights, and those of others none", async () => {
  const bucket = await orphaned('service');
  for (const { id } of await policies(bucket)) await remove(bucket, id);
  assert.deepEqual(await policies(bucket), []);
  const stranger = await newPerson(server, admin, other, 'project-admin');
  assert.equal((await ext(server, stranger.byKey, `/bucket/${bucket}`, {})).status, 403);
  assert.equal(
    (await rawS3(server, { method: 'PUT', target: `/${bucket}/o`, body: 'x', user: alice })).status,
    200,
  );
  await grantTo(bucket, { type: 'user', id: alice.id });
});
