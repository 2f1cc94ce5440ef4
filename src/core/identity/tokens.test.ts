// The life of tokens: issue, use, and every way to die.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import type { ProjectRole } from '../access/roles.ts';
import { isCoreError } from '../errors.ts';
import { actorOfToken } from './authenticate.ts';
import { defaultDomain, domainCreation, inDefaultDomain } from './domains.ts';
import { createIamKey, deleteIamKey, type IssuedIamKey } from './iam-keys.ts';
import { issueTokenByIamKey, issueTokenByPassword } from './issue-token.ts';
import { readToken } from './live-token.ts';
import { removeMember, setRoles } from './memberships.ts';
import { createProject, updateProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { revokeToken } from './revoke-token.ts';
import { createUser, deleteUser, setPassword, updateUser } from './users.ts';

let core: MemoryCore;
let user: UserRecord;
let demo: ProjectRecord;
let key: IssuedIamKey;

beforeEach(async () => {
  core = await memoryCore({}, []);
  await core.meta.commit(domainCreation(defaultDomain));
  user = await createUser(core, { name: 'alice', displayName: 'Alice', password: 'correct horse' });
  demo = await createProject(core, { name: 'demo' });
  await setRoles(core, user.id, demo.id, ['project-admin']);
  key = await createIamKey(core, { userId: user.id, projectId: demo.id, name: 'ci' });
});

const unauthenticated = (error: unknown) => isCoreError(error, 'Unauthenticated');
const byKey = () => issueTokenByIamKey(core, { key: { id: key.key.id }, secret: key.secret });
const inDemo = { name: 'demo', domain: inDefaultDomain };
const alice = { name: 'alice', domain: inDefaultDomain };
const byPassword = () =>
  issueTokenByPassword(core, { user: alice, password: 'correct horse', project: inDemo });
const use = (token: string) => actorOfToken(core, token, '10.0.0.1');

test('a key issues a token for its user and project, by id and by all forms of its name', async () => {
  const forms = [
    { id: key.key.id },
    { name: 'ci', user: { id: user.id } },
    { name: 'ci', user: alice },
    { name: 'ci', user: { name: 'alice', domain: { name: 'Default' } } },
    { name: 'ci', user: { name: 'alice', domain: { name: 'default' } } },
  ];
  for (const form of forms) {
    const issued = await issueTokenByIamKey(core, { key: form, secret: key.secret });
    assert.deepEqual(issued.claims.methods, ['application_credential']);
    assert.equal(issued.user.id, user.id);
    assert.equal(issued.project?.id, demo.id);
    assert.deepEqual(issued.userDomain, defaultDomain);
    assert.deepEqual(issued.projectDomain, defaultDomain);
    assert.equal(issued.key?.name, 'ci');
    assert.equal(issued.claims.expiresAt - issued.claims.issuedAt, 43_200_000);
    assert.deepEqual(await use(issued.token), {
      kind: 'user',
      userId: user.id,
      userName: 'alice',
      displayName: 'Alice',
      userKind: 'user',
      domainId: 'default',
      serviceAdmin: false,
      projectId: demo.id,
      projectName: 'demo',
      roles: ['project-admin'],
      groups: [],
      proof: { kind: 'token', id: issued.claims.auditId, claims: issued.claims },
      address: '10.0.0.1',
    });
  }
});

test('a key is refused for a wrong secret, id, name, user or domain', async () => {
  const right = { id: key.key.id };
  const wrong: Parameters<typeof issueTokenByIamKey>[1][] = [
    { key: right, secret: '' },
    { key: right, secret: `${key.secret}0` },
    { key: right, secret: key.secret.toUpperCase() },
    { key: { id: '0'.repeat(32) }, secret: key.secret },
    { key: { id: 'no id' }, secret: key.secret },
    { key: { name: 'CI', user: alice }, secret: key.secret },
    { key: { name: 'x'.repeat(5000), user: alice }, secret: key.secret },
    { key: { name: 'ci', user: { name: 'bob', domain: inDefaultDomain } }, secret: key.secret },
    { key: { name: 'ci', user: { name: 'alice', domain: { name: 'Default ' } } }, secret: key.secret },
    { key: { name: 'ci', user: { id: demo.id } }, secret: key.secret },
  ];
  for (const input of wrong) {
    await assert.rejects(issueTokenByIamKey(core, input), unauthenticated, JSON.stringify(input));
  }
});

test('a password issues tokens for a project by name or id, or unscoped ones', async () => {
  for (const project of [inDemo, { id: demo.id }]) {
    for (const who of [alice, { id: user.id }]) {
      const issued = await issueTokenByPassword(core, { user: who, password: 'correct horse', project });
      assert.deepEqual(issued.claims.methods, ['password']);
      assert.equal((await use(issued.token)).projectId, demo.id);
    }
  }
  const unscoped = await issueTokenByPassword(core, { user: alice, password: 'correct horse' });
  const actor = await use(unscoped.token);
  assert.equal('projectId' in actor, false);
  assert.deepEqual(actor.roles, []);
});

test('a password is refused for a wrong one, an unknown user, and a project without the user', async () => {
  await createUser(core, { name: 'keyless' });
  await createProject(core, { name: 'other' });
  const attempt = (who: string, password: string, project?: string) =>
    issueTokenByPassword(core, {
      user: { name: who, domain: inDefaultDomain },
      password,
      ...(project === undefined ? {} : { project: { name: project, domain: inDefaultDomain } }),
    });
  for (const [who, password, project] of [
    ['alice', ''],
    ['alice', 'Correct horse'],
    ['bob', 'correct horse'],
    ['keyless', ''],
    ['alice', 'correct horse', 'other'],
    ['alice', 'correct horse', 'nowhere'],
  ] as const) {
    await assert.rejects(attempt(who, password, project), unauthenticated, `${who} ${project}`);
  }
});

test('tokens die at their expiry', async () => {
  const { token } = await byKey();
  core.advance(43_199_999);
  await use(token);
  core.advance(1);
  await assert.rejects(use(token), unauthenticated);
  assert.equal((await readToken(core, token)).alive, false);
  assert.equal((await readToken(core, token, { allowExpired: true })).alive, true);
});

test("a key's own expiry cuts its tokens, and then issues none", async () => {
  const brief = await createIamKey(core, {
    userId: user.id,
    projectId: demo.id,
    name: 'brief',
    expiresAt: core.clock() + 5000,
  });
  const issue = () => issueTokenByIamKey(core, { key: { id: brief.key.id }, secret: brief.secret });
  const { token, claims } = await issue();
  assert.equal(claims.expiresAt, brief.key.expiresAt);
  core.advance(5000);
  await assert.rejects(use(token), unauthenticated);
  await assert.rejects(issue(), unauthenticated);
});

const deaths: readonly [
  what: string,
  issue: () => Promise<{ token: string }>,
  kill: () => Promise<unknown>,
][] = [
  ['its key is deleted', byKey, () => deleteIamKey(core, user.id, key.key.id)],
  ['its user is deleted', byKey, () => deleteUser(core, user.id)],
  ['its user is disabled', byKey, () => updateUser(core, user.id, { enabled: false })],
  ['its project is disabled', byKey, () => updateProject(core, demo.id, { enabled: false })],
  ['its user leaves the project', byPassword, () => removeMember(core, user.id, demo.id)],
  ['its password changes', byPassword, () => setPassword(core, user.id, 'another')],
];
for (const [what, issue, kill] of deaths) {
  test(`a token dies when ${what}`, async () => {
    const { token } = await issue();
    await use(token);
    await kill();
    await assert.rejects(use(token), unauthenticated);
  });
}

test('a token stays dead when its user comes back into the project', async () => {
  const { token } = await byPassword();
  core.advance(1);
  await removeMember(core, user.id, demo.id);
  await setRoles(core, user.id, demo.id, ['project-admin']);
  await assert.rejects(use(token), unauthenticated);
  await use((await byPassword()).token);
});

test('a new password does not touch the tokens of keys', async () => {
  const { token } = await byKey();
  await setPassword(core, user.id, 'another');
  await use(token);
});

test('rights are those at issue that still hold: losing takes effect at once, gaining does not', async () => {
  const strong = await byKey();
  await setRoles(core, user.id, demo.id, ['project-reader']);
  assert.deepEqual((await use(strong.token)).roles, ['project-reader']);
  const weak = await byKey();
  const steps: [ProjectRole, ProjectRole, ProjectRole][] = [
    ['project-admin', 'project-admin', 'project-reader'],
    ['none', 'none', 'none'],
    ['object-storage-manager', 'object-storage-manager', 'object-storage-viewer'],
  ];
  for (const [now, ofStrong, ofWeak] of steps) {
    await setRoles(core, user.id, demo.id, [now]);
    assert.deepEqual((await use(strong.token)).roles, [ofStrong]);
    assert.deepEqual((await use(weak.token)).roles, [ofWeak]);
  }
});

test('revocation kills one token at once and is forgotten after its expiry', async () => {
  const [first, second] = [await byKey(), await byKey()];
  await revokeToken(core, first.claims);
  await assert.rejects(use(first.token), unauthenticated);
  await use(second.token);
  const records = async () =>
    (await core.meta.range({ start: Buffer.of(0x4d), end: Buffer.of(0x4f), limit: 10 })).length;
  assert.equal(await records(), 2);
  core.advance(43_200_001);
  const third = await byKey();
  await revokeToken(core, third.claims);
  assert.equal(await records(), 2);
  await assert.rejects(use(third.token), unauthenticated);
});

test('text that is no token of ours is refused, also from another installation', async () => {
  const foreign = await memoryCore({}, []);
  const elsewhere = {
    ...foreign,
    masterKey: (await import('./master-key.ts')).createMasterKey(Buffer.alloc(32, 9)),
  };
  const { token } = await byKey();
  await assert.rejects(actorOfToken(elsewhere, token, ''), unauthenticated);
  for (const text of ['', 'x', 'gAAAAAB', token.slice(1), `${token}x`, '\u0000', 'é'.repeat(200)]) {
    await assert.rejects(use(text), unauthenticated);
  }
});

test('a token is verified with one read', async () => {
  const { token } = await byKey();
  let reads = 0;
  const counting = {
    ...core,
    meta: {
      get: (keys: Parameters<typeof core.meta.get>[0]) => {
        reads += 1;
        return core.meta.get(keys);
      },
      range: core.meta.range.bind(core.meta),
      commit: core.meta.commit.bind(core.meta),
      close: core.meta.close.bind(core.meta),
    },
  };
  await actorOfToken(counting, token, '');
  assert.equal(reads, 1);
});
