// Seeds and the first start: both make the same kind of store, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import { getBucket } from '../buckets/get.ts';
import { encryptsAll } from '../crypt/keys.ts';
import type { BucketName, ProjectId, UserId } from '../model/names.ts';
import { actorOfToken, s3KeyOf } from './authenticate.ts';
import { bootstrap } from './bootstrap.ts';
import { findDomain, inDefaultDomain } from './domains.ts';
import { groupsOfUser, listGroups } from './groups.ts';
import { listIamKeys } from './iam-keys.ts';
import { issueTokenByIamKey, issueTokenByPassword } from './issue-token.ts';
import { findMembership, rolesIn, setRoles } from './memberships.ts';
import { findProject, listProjects } from './projects.ts';
import { applySeed, type Seed, SeedError, type SeedUser } from './seed.ts';
import { findUser, listUsers } from './users.ts';

const projectId = '0bc7a4c4a8fb4fee98dcf1936d8ed8eb' as ProjectId;
const userId = 'f61e7df2a1d349e7b35d62ef9c615853' as UserId;
const alice: SeedUser = {
  id: userId,
  name: 'alice@example.com',
  displayName: 'Alice',
  password: 'correct horse battery',
  roles: [{ project: 'demo', role: 'project-admin' }],
  iamKeys: [{ id: '1'.repeat(32), name: 'ci', secret: 's3cret', project: 'demo' }],
  s3Keys: [{ access: 'AKIDDEMO', secret: 'demosecret', project: 'demo' }],
};
const sample: Seed = {
  projects: [{ id: projectId, name: 'demo', accountNumber: '1234567890' }],
  users: [alice, { name: 'robot', kind: 'service_account', roles: [], iamKeys: [], s3Keys: [] }],
  groups: [],
  buckets: [{ name: 'photos', project: 'demo', owner: 'alice@example.com' }],
};
const withAlice = (change: Partial<SeedUser>): Seed => ({ ...sample, users: [{ ...alice, ...change }] });

async function everything(core: MemoryCore): Promise<string[]> {
  const entries = await core.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 1000 });
  return entries.map(({ key, version }) => `${Buffer.from(key).toString('hex')} ${version}`);
}

test('makes everything with the given ids, keys and secrets', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, sample);
  const user = await findUser(core, { name: 'alice@example.com', domain: inDefaultDomain });
  assert.equal(user?.id, userId);
  assert.equal(user?.displayName, 'Alice');
  assert.equal((await findUser(core, { name: 'robot', domain: inDefaultDomain }))?.kind, 'service_account');
  assert.equal(
    (await findProject(core, { name: 'demo', domain: inDefaultDomain }))?.accountNumber,
    '1234567890',
  );
  assert.equal((await s3KeyOf(core, 'AKIDDEMO', ''))?.secret, 'demosecret');
  const { token } = await issueTokenByIamKey(core, { key: { id: '1'.repeat(32) }, secret: 's3cret' });
  assert.deepEqual((await actorOfToken(core, token, '')).roles, ['project-admin']);
  const password = { user: { id: userId }, password: 'correct horse battery', project: { id: projectId } };
  await issueTokenByPassword(core, password);
  const bucket = await getBucket(core, 'photos' as BucketName);
  assert.equal(bucket.ownerId, userId);
  assert.equal(bucket.projectId, projectId);
  assert.equal(await bootstrap(core), undefined, 'a seeded store is not empty');
});

test('applied again, it writes nothing', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, sample);
  const before = await everything(core);
  await applySeed(core, sample);
  assert.deepEqual(await everything(core), before);
});

test('turns the encryption of a bucket on and off, and leaves it alone when nothing is said', async () => {
  const core = await memoryCore({}, []);
  const wanted = (useEncryption?: boolean): Seed => {
    const bucket = { name: 'photos', project: 'demo', owner: 'alice@example.com' };
    return { ...sample, buckets: [{ ...bucket, ...(useEncryption !== undefined && { useEncryption }) }] };
  };
  const encrypted = async () => encryptsAll(await getBucket(core, 'photos' as BucketName));
  for (const [wish, expected] of [
    [undefined, false],
    [true, true],
    [undefined, true],
    [false, false],
    [true, true],
  ] as const) {
    await applySeed(core, wanted(wish));
    assert.equal(await encrypted(), expected);
    const before = await everything(core);
    await applySeed(core, wanted(wish));
    assert.deepEqual(await everything(core), before);
  }
  const anew = await memoryCore({}, []);
  await applySeed(anew, wanted(true));
  assert.ok(encryptsAll(await getBucket(anew, 'photos' as BucketName)));
});

test('several processes may apply it at once', async () => {
  const core = await memoryCore({}, []);
  await Promise.all([1, 2, 3].map(() => applySeed(core, sample)));
  assert.equal((await listUsers(core)).length, 2);
  assert.equal((await listProjects(core)).length, 1);
  assert.equal((await listIamKeys(core, userId)).length, 1);
});

test('what changed in the file is changed in the store, and nothing is deleted', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, sample);
  await applySeed(core, {
    ...withAlice({
      displayName: 'Alice A.',
      password: 'new one',
      serviceAdmin: true,
      roles: [{ project: 'demo', role: 'project-reader' }],
      iamKeys: [{ id: '1'.repeat(32), name: 'ci', secret: 'new', project: 'demo' }],
      s3Keys: [{ access: 'AKIDDEMO', secret: 'newer', project: 'demo' }],
    }),
    buckets: [],
  });
  const user = await findUser(core, { id: userId });
  assert.equal(user?.displayName, 'Alice A.');
  assert.equal(user?.serviceAdmin, true);
  assert.deepEqual((await findMembership(core, userId, projectId))?.ownRoles, ['project-reader']);
  assert.equal((await s3KeyOf(core, 'AKIDDEMO', ''))?.secret, 'newer');
  await issueTokenByIamKey(core, { key: { id: '1'.repeat(32) }, secret: 'new' });
  await assert.rejects(issueTokenByIamKey(core, { key: { id: '1'.repeat(32) }, secret: 's3cret' }));
  await issueTokenByPassword(core, { user: { id: userId }, password: 'new one' });
  assert.equal((await listUsers(core)).length, 2);
  await getBucket(core, 'photos' as BucketName);
});

const conflicts: readonly [what: string, seed: Seed, message: string][] = [
  [
    'a project id with another name',
    { projects: [{ id: projectId, name: 'demo2' }], users: [], groups: [], buckets: [] },
    `projects[0].id: project ${projectId} has the name "demo"`,
  ],
  [
    'a project name with another id',
    { projects: [{ id: 'a'.repeat(32) as ProjectId, name: 'demo' }], users: [], groups: [], buckets: [] },
    `projects[0].name: "demo" is the name of project ${projectId}`,
  ],
  [
    'a user id with another name',
    withAlice({ name: 'bob' }),
    `users[0].id: user ${userId} has the name "alice@example.com"`,
  ],
  [
    'a key of another user',
    withAlice({ id: 'b'.repeat(32) as UserId, name: 'bob' }),
    'users[0].iamKeys[0].id: the key exists for another user or project',
  ],
  [
    'a third key',
    withAlice({ s3Keys: ['a-key', 'b-key'].map((access) => ({ access, secret: 's', project: 'demo' })) }),
    'users[0].s3Keys[1]: at most 2 S3 access keys for one project',
  ],
  [
    'an access id with a slash',
    withAlice({ s3Keys: [{ access: 'a/b', secret: 's', project: 'demo' }] }),
    'users[0].s3Keys[0]: access must have 3 to 128 characters out of letters, digits, dot, underscore and hyphen',
  ],
  [
    'a bad bucket name',
    { ...sample, buckets: [{ name: 'V1', project: 'demo', owner: 'alice@example.com' }] },
    'buckets[0].name: "V1" must have 3 to 63 characters',
  ],
  [
    'a bucket of another project',
    {
      ...sample,
      projects: [...sample.projects, { name: 'other' }],
      buckets: [{ name: 'photos', project: 'other', owner: 'alice@example.com' }],
    },
    'buckets[0].name: "photos" exists in another project',
  ],
];
for (const [what, seed, message] of conflicts) {
  test(`refuses ${what}`, async () => {
    const core = await memoryCore({}, []);
    await applySeed(core, sample);
    await assert.rejects(
      applySeed(core, seed),
      (error) => error instanceof SeedError && error.message === message,
    );
  });
}

test('the first start makes one administrator with keys that work, in one commit', async () => {
  const core = await memoryCore({}, []);
  let commits = 0;
  const counting = {
    ...core,
    meta: Object.assign(Object.create(core.meta), {
      commit: (commit: Parameters<typeof core.meta.commit>[0]) => {
        commits += 1;
        return core.meta.commit(commit);
      },
      get: core.meta.get.bind(core.meta),
    }),
  };
  const made = await bootstrap(counting);
  assert.ok(made);
  assert.equal(commits, 1);
  assert.deepEqual(await findDomain(core, { name: 'Default' }), { id: 'default', name: 'Default' });
  const user = await findUser(core, { name: 'admin', domain: inDefaultDomain });
  assert.equal(user?.serviceAdmin, true);
  const [iamKey] = await listIamKeys(core, user.id);
  assert.equal(iamKey?.name, 'default');
  const { token } = await issueTokenByIamKey(core, {
    key: { id: made.iamKey.id },
    secret: made.iamKey.secret,
  });
  const actor = await actorOfToken(core, token, '');
  assert.equal(actor.projectId, made.projectId);
  assert.deepEqual(actor.roles, ['project-admin']);
  assert.equal((await s3KeyOf(core, made.s3Key.access, ''))?.secret, made.s3Key.secret);
  const domain = inDefaultDomain;
  const project = { name: 'default', domain };
  await issueTokenByPassword(core, { user: { name: 'admin', domain }, password: made.password, project });
  assert.equal(await bootstrap(core), undefined);
});

test('of several first starts at once one creates', async () => {
  const core = await memoryCore({}, []);
  const made = await Promise.all([1, 2, 3].map(() => bootstrap(core)));
  assert.equal(made.filter((one) => one !== undefined).length, 1);
  assert.equal((await listUsers(core)).length, 1);
});

test('roles given at run time stay where the file names none', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, { ...sample, projects: [...sample.projects, { name: 'other' }] });
  const other = await findProject(core, { name: 'other', domain: inDefaultDomain });
  assert.ok(other);
  await setRoles(core, userId, other.id, ['project-member']);
  await applySeed(core, sample);
  assert.deepEqual((await findMembership(core, userId, other.id))?.ownRoles, ['project-member']);
});

const crew = {
  id: '9'.repeat(32),
  name: 'crew',
  members: ['alice@example.com', 'robot'],
  roles: [
    { project: 'demo', role: 'object-storage-manager' },
    { project: 'lab', role: 'project-member' },
  ],
} as const;
const robot: SeedUser = {
  name: 'robot',
  kind: 'service_account',
  defaultProject: 'lab',
  roles: [],
  iamKeys: [{ name: 'ci', secret: 'by the group', project: 'lab' }],
  s3Keys: [{ access: 'AKIDLAB', secret: 'labsecret', project: 'lab' }],
};
const grouped: Seed = {
  ...sample,
  projects: [...sample.projects, { name: 'lab' }],
  users: [alice, robot],
  groups: [crew],
};

test('groups with members and roles, a home, and keys for a project that a group leads to; once', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, grouped);
  const account = await findUser(core, { name: 'robot', domain: inDefaultDomain });
  const lab = await findProject(core, { name: 'lab', domain: inDefaultDomain });
  assert.ok(account && lab);
  assert.equal(account.defaultProjectId, lab.id);
  assert.deepEqual(
    (await groupsOfUser(core, account.id)).map(({ id, name }) => [id, name]),
    [[crew.id, 'crew']],
  );
  assert.deepEqual((await s3KeyOf(core, 'AKIDLAB', ''))?.actor.roles, ['project-member']);
  assert.deepEqual(await rolesIn(core, userId, projectId), ['project-admin', 'object-storage-manager']);
  const before = await everything(core);
  await applySeed(core, grouped);
  assert.deepEqual(await everything(core), before);
  // What differs is changed to what the file says; nobody is put out.
  const less = {
    ...crew,
    description: 'on board',
    members: [],
    roles: [{ project: 'lab', role: 'none' as const }],
  };
  await applySeed(core, { ...grouped, groups: [less] });
  assert.deepEqual((await s3KeyOf(core, 'AKIDLAB', ''))?.actor.roles, ['none']);
  assert.deepEqual(await rolesIn(core, userId, projectId), ['project-admin', 'object-storage-manager']);
  await applySeed(core, { ...grouped, users: [alice, { ...robot, defaultProject: 'demo' }], groups: [] });
  assert.equal((await findUser(core, { id: account.id }))?.defaultProjectId, projectId);
});

test('several processes make the groups of one seed', async () => {
  const core = await memoryCore({}, []);
  await Promise.all(Array.from({ length: 4 }, () => applySeed(core, grouped)));
  assert.equal((await listGroups(core)).length, 1);
});

test('refuses a group whose id or name is taken by another', async () => {
  const core = await memoryCore({}, []);
  await applySeed(core, grouped);
  const refusal = async (group: typeof crew | { id: string; name: string }, message: RegExp) =>
    assert.rejects(
      applySeed(core, { ...grouped, groups: [{ ...crew, ...group }] }),
      (error) => error instanceof SeedError && message.test(error.message),
    );
  await refusal(
    { id: '8'.repeat(32), name: 'crew' },
    /^groups\[0\]\.name: "crew" is the name of group 9{32}$/,
  );
  await refusal({ id: crew.id, name: 'staff' }, /^groups\[0\]\.id: group 9{32} has the name "crew"$/);
});
