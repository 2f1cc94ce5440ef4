// Groups, roles one by one, and the races around a project's end.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  afterRead,
  beforeCommit,
  bucketName,
  type MemoryCore,
  makeSlow,
  memoryCore,
  testActor,
} from '../../../test/support/memory-core.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import { projectBucketsPrefix, spanOf } from '../model/keys.ts';
import { s3KeyOf } from './authenticate.ts';
import { defaultDomain, domainCreation } from './domains.ts';
import {
  addToGroup,
  createGroup,
  deleteGroup,
  groupsOfUser,
  listGroupMembers,
  listGroups,
  removeFromGroup,
  updateGroup,
} from './groups.ts';
import { addRole, findMembership, removeRole, rolesIn } from './memberships.ts';
import { createProject, deleteProject, findProject, updateProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { createS3Key } from './s3-keys.ts';
import { createUser, deleteUser, findUser, updateUser } from './users.ts';

let core: MemoryCore;
let user: UserRecord;
let demo: ProjectRecord;

beforeEach(async () => {
  core = await memoryCore({}, []);
  user = await createUser(core, { name: 'alice' });
  demo = await createProject(core, { name: 'demo' });
  await addRole(core, user.id, demo.id, 'project-member');
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const name = bucketName('photos');
const actor = () => ({ ...testActor, userId: user.id, projectId: demo.id });
const bucketsOf = async ({ id }: ProjectRecord) =>
  (await core.meta.range({ ...spanOf(projectBucketsPrefix(id)), limit: 10 })).length;
const allKeys = async () =>
  (await core.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 1000 })).length;

test('roles come and go one by one; the last one takes the membership and its keys along', async () => {
  const { key } = await createS3Key(core, { userId: user.id, projectId: demo.id });
  await addRole(core, user.id, demo.id, 'none');
  assert.deepEqual(await rolesIn(core, user.id, demo.id), ['project-member', 'none']);
  await removeRole(core, user.id, demo.id, 'project-member');
  assert.ok(await s3KeyOf(core, key.access, ''));
  await assert.rejects(removeRole(core, user.id, demo.id, 'project-member'), failsWith('NoSuchRole'));
  await removeRole(core, user.id, demo.id, 'none');
  assert.equal(await findMembership(core, user.id, demo.id), undefined);
  assert.equal(await s3KeyOf(core, key.access, ''), undefined);
});

test('a role given while the last one is taken keeps the membership', async () => {
  beforeCommit(
    core,
    () => true,
    () => addRole(core, user.id, demo.id, 'project-reader'),
  );
  await removeRole(core, user.id, demo.id, 'project-member');
  assert.deepEqual(await rolesIn(core, user.id, demo.id), ['project-reader']);
});

test('a project with buckets stays as it is; without, all of it goes', async () => {
  const before = await allKeys();
  const extra = await createProject(core, { name: 'extra', accountNumber: '1234567890' });
  await addRole(core, user.id, extra.id, 'project-admin');
  await createBucket(core, actor(), { name, project: extra.id });
  await assert.rejects(deleteProject(core, extra.id), failsWith('InUse'));
  assert.equal((await findProject(core, { id: extra.id }))?.enabled, true);
  await deleteBucket(core, name);
  await deleteProject(core, extra.id);
  await assert.rejects(deleteProject(core, extra.id), failsWith('NoSuchProject'));
  await assert.rejects(createBucket(core, actor(), { name, project: extra.id }), failsWith('NoSuchProject'));
  const queued = (await core.meta.range({ ...spanOf(Buffer.of(0x3a)), limit: 10 })).length;
  assert.equal(await allKeys(), before + queued);
});

test('a bucket that comes right before the project would go keeps it, enabled', async () => {
  afterRead(core, async () => {
    // The project has been read; the look for buckets is still to come, or the mark.
    await createBucket(core, actor(), { name });
  });
  await assert.rejects(deleteProject(core, demo.id), failsWith('InUse'));
  assert.equal((await findProject(core, { id: demo.id }))?.enabled, true);
});

test('a bucket whose commit meets the deletion does not appear', async () => {
  beforeCommit(
    core,
    ({ puts = [] }) => puts.some(([key]) => key[0] === 0x10),
    () => deleteProject(core, demo.id),
  );
  await assert.rejects(createBucket(core, actor(), { name }), failsWith('NoSuchProject'));
  assert.equal(await bucketsOf(demo), 0);
});

test('whatever the order, a project is gone without buckets or there with its buckets, enabled', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    core = await memoryCore({}, []);
    user = await createUser(core, { name: 'alice' });
    demo = await createProject(core, { name: 'demo' });
    makeSlow(core, seed);
    const [bucket, deletion] = await Promise.allSettled([
      createBucket(core, actor(), { name }),
      deleteProject(core, demo.id),
      updateProject(core, demo.id, { description: 'x' }).catch(() => {}),
    ]);
    const project = await findProject(core, { id: demo.id });
    const outcome = `seed ${seed}: bucket ${bucket.status}, deletion ${deletion.status}`;
    assert.equal(await bucketsOf(demo), bucket.status === 'fulfilled' ? 1 : 0, outcome);
    assert.equal(project === undefined, deletion.status === 'fulfilled', outcome);
    assert.ok(bucket.status === 'rejected' || project?.enabled === true, outcome);
  }
});

test('names of users, projects and groups move, and are unique', async () => {
  await core.meta.commit(domainCreation(defaultDomain));
  const bob = await createUser(core, { name: 'bob' });
  await assert.rejects(updateUser(core, bob.id, { name: 'alice' }), failsWith('Duplicate'));
  await updateUser(core, user.id, { name: 'anna' });
  await updateUser(core, bob.id, { name: 'alice' });
  const domain = { id: 'default' };
  assert.equal((await findUser(core, { name: 'alice', domain }))?.id, bob.id);
  const other = await createProject(core, { name: 'other' });
  await assert.rejects(updateProject(core, other.id, { name: 'demo' }), failsWith('Duplicate'));
  await updateProject(core, other.id, { name: 'third', description: 'text' });
  assert.equal(await findProject(core, { name: 'other', domain }), undefined);
  assert.equal((await findProject(core, { name: 'third', domain }))?.description, 'text');
  const [a, b] = [await createGroup(core, { name: 'a' }), await createGroup(core, { name: 'b' })];
  await assert.rejects(createGroup(core, { name: 'a' }), failsWith('Duplicate'));
  await assert.rejects(updateGroup(core, b.id, { name: 'a' }), failsWith('Duplicate'));
  await updateGroup(core, a.id, { name: 'c' });
  await updateGroup(core, b.id, { name: 'a' });
});

test('groups have members, and lose them with group and user', async () => {
  const before = await allKeys();
  const [a, b] = [await createGroup(core, { name: 'a' }), await createGroup(core, { name: 'b' })];
  const bob = await createUser(core, { name: 'bob' });
  for (const group of [a, b]) for (const { id } of [user, bob, bob]) await addToGroup(core, group.id, id);
  assert.deepEqual((await listGroupMembers(core, a.id)).map(({ id }) => id).sort(), [user.id, bob.id].sort());
  await assert.rejects(removeFromGroup(core, 'nonsense', bob.id), failsWith('NoSuchGroup'));
  await removeFromGroup(core, a.id, user.id);
  await assert.rejects(removeFromGroup(core, a.id, user.id), failsWith('NoSuchUser'));
  assert.deepEqual(await groupsOfUser(core, user.id), [b]);
  await deleteUser(core, bob.id);
  assert.deepEqual(await listGroupMembers(core, a.id), []);
  await assert.rejects(addToGroup(core, a.id, bob.id), failsWith('NoSuchUser'));
  await deleteGroup(core, b.id);
  await assert.rejects(deleteGroup(core, b.id), failsWith('NoSuchGroup'));
  assert.deepEqual(await groupsOfUser(core, user.id), []);
  await deleteGroup(core, a.id);
  assert.deepEqual(await listGroups(core), []);
  assert.equal(await allKeys(), before);
});

test('whatever the order, nobody is in a group that is gone, and nobody gone is in a group', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    core = await memoryCore({}, []);
    user = await createUser(core, { name: 'alice' });
    const group = await createGroup(core, { name: 'a' });
    const before = await allKeys();
    makeSlow(core, seed);
    const removal = seed % 2 === 0 ? deleteGroup(core, group.id) : deleteUser(core, user.id);
    await Promise.allSettled([addToGroup(core, group.id, user.id), removal]);
    assert.equal(await allKeys(), before - 2, `seed ${seed}`);
  }
});
