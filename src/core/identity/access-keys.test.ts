// IAM and S3 access keys: limits, names, races, and their end with the membership.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { s3KeyOf } from './authenticate.ts';
import { createIamKey, deleteIamKey, findIamKeyByName, getIamKey, listIamKeys } from './iam-keys.ts';
import { listMembers, listMemberships, projectsOfUser, removeMember, setRoles } from './memberships.ts';
import {
  createProject,
  deleteProject,
  findProject,
  findProjectByAccountNumber,
  listProjects,
} from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { createS3Key, deleteS3Key, getS3Key, listS3Keys } from './s3-keys.ts';
import { createUser, deleteUser, findUser, listUsers } from './users.ts';

let core: MemoryCore;
let user: UserRecord;
let demo: ProjectRecord;
let other: ProjectRecord;

beforeEach(async () => {
  core = await memoryCore({}, []);
  user = await createUser(core, { name: 'alice' });
  demo = await createProject(core, { name: 'demo', accountNumber: '1234567890' });
  other = await createProject(core, { name: 'other' });
  await setRoles(core, user.id, demo.id, ['project-member']);
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const pair = () => ({ userId: user.id, projectId: demo.id });

test('secrets have the documented forms, and are stored nowhere in clear', async () => {
  const iam = await createIamKey(core, { ...pair(), name: 'ci' });
  assert.match(iam.key.id, /^[0-9a-f]{32}$/);
  assert.match(iam.secret, /^[0-9a-f]{70}$/);
  const s3 = await createS3Key(core, pair());
  assert.match(s3.key.access, /^[0-9a-f]{32}$/);
  assert.match(s3.secret, /^[0-9a-f]{32}$/);
  const everything = await core.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 1000 });
  assert.ok(everything.length > 5);
  for (const { value } of everything) {
    for (const secret of [iam.secret, s3.secret]) {
      assert.equal(Buffer.from(value).includes(secret), false);
      assert.equal(Buffer.from(value).includes(Buffer.from(secret, 'hex')), false);
    }
  }
});

test('two keys of a kind for a user in a project, more in another project', async () => {
  for (const name of ['a', 'b']) await createIamKey(core, { ...pair(), name });
  await assert.rejects(createIamKey(core, { ...pair(), name: 'c' }), failsWith('LimitExceeded'));
  for (let i = 0; i < 2; i += 1) await createS3Key(core, pair());
  await assert.rejects(createS3Key(core, pair()), failsWith('LimitExceeded'));
  await setRoles(core, user.id, other.id, ['none']);
  await createIamKey(core, { userId: user.id, projectId: other.id, name: 'c' });
  assert.deepEqual((await listIamKeys(core, user.id)).map(({ name }) => name).sort(), ['a', 'b', 'c']);
});

test('of many creations at once exactly two succeed', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => createIamKey(core, { ...pair(), name: `k${i}` })),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.ok(isCoreError(outcome.reason, 'LimitExceeded'));
  }
  assert.equal((await listIamKeys(core, user.id)).length, 2);
});

test('names are unique among the keys of a user, over all projects', async () => {
  await createIamKey(core, { ...pair(), name: 'ci' });
  await setRoles(core, user.id, other.id, ['none']);
  const twice = { userId: user.id, projectId: other.id, name: 'ci' };
  await assert.rejects(createIamKey(core, twice), failsWith('Duplicate'));
  const bob = await createUser(core, { name: 'bob' });
  await setRoles(core, bob.id, demo.id, ['none']);
  await createIamKey(core, { userId: bob.id, projectId: demo.id, name: 'ci' });
});

test('a deleted key is gone, its name and place are free', async () => {
  const { key } = await createIamKey(core, { ...pair(), name: 'ci' });
  await createIamKey(core, { ...pair(), name: 'second' });
  await deleteIamKey(core, user.id, key.id);
  await assert.rejects(getIamKey(core, user.id, key.id), failsWith('NoSuchCredential'));
  await assert.rejects(deleteIamKey(core, user.id, key.id), failsWith('NoSuchCredential'));
  assert.equal(await findIamKeyByName(core, user.id, 'ci'), undefined);
  await createIamKey(core, { ...pair(), name: 'ci' });

  const s3 = await createS3Key(core, pair());
  await deleteS3Key(core, user.id, s3.key.access);
  assert.equal(await s3KeyOf(core, s3.key.access, ''), undefined);
  await assert.rejects(deleteS3Key(core, user.id, s3.key.access), failsWith('NoSuchCredential'));
});

test("another user's keys are as absent ones", async () => {
  const { key } = await createIamKey(core, { ...pair(), name: 'ci' });
  const s3 = await createS3Key(core, pair());
  const bob = await createUser(core, { name: 'bob' });
  await assert.rejects(getIamKey(core, bob.id, key.id), failsWith('NoSuchCredential'));
  await assert.rejects(deleteIamKey(core, bob.id, key.id), failsWith('NoSuchCredential'));
  await assert.rejects(getS3Key(core, bob.id, s3.key.access), failsWith('NoSuchCredential'));
  await assert.rejects(deleteS3Key(core, bob.id, s3.key.access), failsWith('NoSuchCredential'));
  assert.equal((await listS3Keys(core, user.id)).length, 1);
});

test('keys exist only in projects the user belongs to', async () => {
  const outside = { userId: user.id, projectId: other.id };
  await assert.rejects(createIamKey(core, { ...outside, name: 'x' }), failsWith('NoSuchProject'));
  await assert.rejects(createS3Key(core, outside), failsWith('NoSuchProject'));
});

test('malformed ids, names, secrets and access ids are refused', async () => {
  for (const id of ['', 'x', 'A'.repeat(32), '1'.repeat(31)]) {
    await assert.rejects(createIamKey(core, { ...pair(), name: 'x', id }), failsWith('InvalidArgument'));
  }
  for (const name of ['', ' x', 'a\nb', 'x'.repeat(256), '\ud800']) {
    await assert.rejects(createIamKey(core, { ...pair(), name }), failsWith('InvalidArgument'));
    await assert.rejects(createUser(core, { name }), failsWith('InvalidArgument'));
    await assert.rejects(createProject(core, { name }), failsWith('InvalidArgument'));
  }
  for (const access of ['', 'a/b', 'a b', 'a,b', 'x'.repeat(129)]) {
    await assert.rejects(createS3Key(core, { ...pair(), access }), failsWith('InvalidArgument'));
  }
  for (const secret of ['', 'x'.repeat(513)]) {
    await assert.rejects(createS3Key(core, { ...pair(), secret }), failsWith('InvalidArgument'));
  }
});

test('an S3 key answers its secret and an actor with the roles of now', async () => {
  const { key, secret } = await createS3Key(core, { ...pair(), access: 'AKIDDEMO', secret: 'demosecret' });
  assert.equal(secret, 'demosecret');
  const found = await s3KeyOf(core, key.access, '10.0.0.1');
  assert.equal(found?.secret, 'demosecret');
  assert.deepEqual(found?.actor, {
    kind: 'user',
    userId: user.id,
    userName: 'alice',
    displayName: 'alice',
    userKind: 'user',
    domainId: 'default',
    serviceAdmin: false,
    projectId: demo.id,
    projectName: 'demo',
    roles: ['project-member'],
    groups: [],
    proof: { kind: 's3-key', id: 'AKIDDEMO' },
    address: '10.0.0.1',
  });
  await setRoles(core, user.id, demo.id, ['none']);
  assert.deepEqual((await s3KeyOf(core, key.access, ''))?.actor.roles, ['none']);
  assert.equal(await s3KeyOf(core, 'nobody', ''), undefined);
  assert.equal(await s3KeyOf(core, 'x'.repeat(2000), ''), undefined);
});

test('a sealed secret put into the record of another key does not open', async () => {
  const [a, b] = [await createS3Key(core, pair()), await createS3Key(core, pair())];
  const { s3KeyFormat } = await import('./codecs.ts');
  const { s3KeyKey } = await import('./keys.ts');
  const swapped = { ...b.key, sealedSecret: a.key.sealedSecret };
  await core.meta.commit({ puts: [[s3KeyKey(b.key.access), s3KeyFormat.encode(swapped)]] });
  await assert.rejects(s3KeyOf(core, b.key.access, ''), failsWith('Internal'));
});

test('whoever leaves a project takes all keys of the pair along, and comes back without them', async () => {
  await setRoles(core, user.id, other.id, ['project-reader']);
  const gone = [
    await createIamKey(core, { ...pair(), name: 'a' }),
    await createIamKey(core, { ...pair(), name: 'b' }),
  ];
  const signing = await createS3Key(core, pair());
  const kept = await createIamKey(core, { userId: user.id, projectId: other.id, name: 'c' });
  await removeMember(core, user.id, demo.id);
  assert.deepEqual(
    (await listIamKeys(core, user.id)).map(({ id }) => id),
    [kept.key.id],
  );
  for (const { key } of gone) {
    await assert.rejects(getIamKey(core, user.id, key.id), failsWith('NoSuchCredential'));
  }
  assert.equal(await s3KeyOf(core, signing.key.access, ''), undefined);
  assert.deepEqual(await projectsOfUser(core, user.id), [other]);
  assert.deepEqual(await listMembers(core, demo.id), []);
  await assert.rejects(removeMember(core, user.id, demo.id), failsWith('NoSuchUser'));
  await setRoles(core, user.id, demo.id, ['project-member']);
  assert.equal((await listIamKeys(core, user.id)).length, 1);
  for (const name of ['a', 'b']) await createIamKey(core, { ...pair(), name });
});

test('key creation and leaving at the same time never leave a key behind', async () => {
  for (let round = 0; round < 10; round += 1) {
    const results = await Promise.allSettled([
      createS3Key(core, pair()),
      createIamKey(core, { ...pair(), name: `n${round}` }),
      removeMember(core, user.id, demo.id),
      createS3Key(core, pair()),
    ]);
    assert.equal(results[2]?.status, 'fulfilled');
    assert.deepEqual(await listS3Keys(core, user.id), []);
    assert.deepEqual(await listIamKeys(core, user.id), []);
    await setRoles(core, user.id, demo.id, ['project-member']);
  }
});

test('a deleted user leaves no record, only the project', async () => {
  await createIamKey(core, { ...pair(), name: 'a' });
  await createS3Key(core, pair());
  const empty = await memoryCore({}, []);
  await createProject(empty, { id: demo.id, name: 'demo', accountNumber: '1234567890' });
  await createProject(empty, { ...other });
  await deleteUser(core, user.id);
  const keysOf = async (c: MemoryCore) =>
    (await c.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 100 })).map(({ key }) =>
      Buffer.from(key),
    );
  assert.deepEqual(await keysOf(core), await keysOf(empty));
  await assert.rejects(deleteUser(core, user.id), failsWith('NoSuchUser'));
});

test('a deleted project leaves no record, only the user', async () => {
  await createIamKey(core, { ...pair(), name: 'a' });
  await deleteProject(core, demo.id);
  assert.deepEqual(await listProjects(core), [other]);
  assert.deepEqual(await listMemberships(core, user.id), []);
  assert.deepEqual(await listIamKeys(core, user.id), []);
  assert.equal(await findProjectByAccountNumber(core, '1234567890'), undefined);
  await createProject(core, { name: 'demo', accountNumber: '1234567890' });
});

test('users and projects are found by id and by name, and names are taken once', async () => {
  const domain = { id: 'default' };
  assert.deepEqual(await findUser(core, { id: user.id }), user);
  assert.equal(await findUser(core, { name: 'alice', domain }), undefined, 'no domain exists yet');
  assert.deepEqual(await findProject(core, { id: demo.id }), demo);
  assert.deepEqual(await findProjectByAccountNumber(core, '1234567890'), demo);
  for (const id of ['', 'x', '0'.repeat(32), 'F'.repeat(32)]) {
    assert.equal(await findUser(core, { id }), undefined);
    assert.equal(await findProject(core, { id }), undefined);
  }
  await assert.rejects(createUser(core, { name: 'alice' }), failsWith('Duplicate'));
  await assert.rejects(createProject(core, { name: 'demo' }), failsWith('Duplicate'));
  await assert.rejects(
    createProject(core, { name: 'new', accountNumber: '1234567890' }),
    failsWith('Duplicate'),
  );
  assert.equal((await listUsers(core)).length, 1);
});

test('roles need a user, a project and at least one role', async () => {
  const nobody = '0'.repeat(32);
  await assert.rejects(setRoles(core, nobody as UserId, demo.id, ['none']), failsWith('NoSuchUser'));
  await assert.rejects(setRoles(core, user.id, nobody as ProjectId, ['none']), failsWith('NoSuchProject'));
  await assert.rejects(setRoles(core, user.id, demo.id, []), failsWith('InvalidArgument'));
});

test('joining while the user or the project is deleted never leaves a membership behind', async () => {
  for (let round = 0; round < 10; round += 1) {
    const late = await createUser(core, { name: `late${round}` });
    await Promise.allSettled([deleteUser(core, late.id), setRoles(core, late.id, demo.id, ['none'])]);
    assert.equal(await findUser(core, { id: late.id }), undefined);
    assert.deepEqual(await listMemberships(core, late.id), []);
    const brief = await createProject(core, { name: `brief${round}` });
    await Promise.allSettled([deleteProject(core, brief.id), setRoles(core, user.id, brief.id, ['none'])]);
    assert.deepEqual(await listMembers(core, brief.id), []);
  }
});
