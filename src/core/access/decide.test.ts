// The whole matrix of the contract (reference, section 4), written out once more, against the evaluator.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Actor, UserActor } from '../actor.ts';
import type { Grant, GrantMember } from '../model/bucket-records.ts';
import type { BucketName, ProjectId, UserId } from '../model/names.ts';
import { decide, type Target } from './decide.ts';
import {
  type BucketAction,
  bucketActions,
  commonRoles,
  type ProjectAction,
  type ProjectRole,
  projectRoles,
  type Role,
  roles,
} from './roles.ts';

const home = '0bc7a4c4a8fb4fee98dcf1936d8ed8eb' as ProjectId;
const elsewhere = '5f0d1c3b2a984e7d8c6b5a4938271605' as ProjectId;
const alice = 'f61e7df2a1d349e7b35d62ef9c615853' as UserId;
const eve = '5f6e7d8c9ba241049f3ebdac9b8a7f6e' as UserId;

const user = (facts: Partial<UserActor> = {}): UserActor => ({
  kind: 'user',
  userId: alice,
  userName: 'alice',
  displayName: 'Alice',
  userKind: 'user',
  domainId: 'default',
  serviceAdmin: false,
  projectId: home,
  roles: ['none'],
  groups: [],
  proof: { kind: 's3-key', id: 'k' },
  address: '127.0.0.1',
  ...facts,
});
const anonymous: Actor = { kind: 'anonymous', address: '127.0.0.1' };

const grant = (role: Role, type: GrantMember['type'], id = ''): Grant => ({
  id: 'g',
  role,
  member: { type, id },
});
const onBucket = (action: BucketAction, grants: readonly Grant[] = []): Target => ({
  kind: 'bucket',
  action,
  bucket: { name: 'photos' as BucketName, projectId: home, grants },
});
const onProject = (action: ProjectAction, project = home): Target => ({ kind: 'project', action, project });
const onUser = (action: ProjectAction, id: UserId): Target => ({ kind: 'user', action, user: id });

// Columns: owner admin editor viewer objectReader objectCreator policyReader policyWriter.
const contract: Record<BucketAction, string> = {
  'storage.buckets.get': 'xxxx    ',
  'storage.buckets.update': 'xxx     ',
  'storage.buckets.delete': 'xx      ',
  'storage.buckets.getIamPolicy': 'xxx   xx',
  'storage.buckets.setIamPolicy': 'xx     x',
  'storage.objects.list': 'xxxxx   ',
  'storage.objects.get': 'xxx x   ',
  'storage.objects.getMeta': 'xxxxx   ',
  'storage.objects.create': 'xxx  x  ',
  'storage.objects.update': 'xxx     ',
  'storage.objects.delete': 'xxx     ',
};

test('each bucket role allows what the contract marks, and nothing else', () => {
  assert.deepEqual(Object.keys(contract), bucketActions);
  for (const action of bucketActions) {
    for (const [column, role] of roles.entries()) {
      const expected = contract[action][column] === 'x';
      const { allow, reason } = decide(user(), onBucket(action, [grant(role, 'user', alice)]));
      assert.equal(allow, expected, `${role} ${action}: ${reason}`);
      assert.equal(decide(anonymous, onBucket(action, [grant(role, 'all_users')])).allow, expected);
    }
  }
});

test('a grant speaks for its members alone', () => {
  const cases: [Grant, UserActor, boolean][] = [
    [grant('storage.owner', 'user', alice), user(), true],
    [grant('storage.owner', 'user', alice), user({ projectId: elsewhere }), false],
    [{ ...grant('storage.owner', 'user', alice), outsider: true }, user({ projectId: elsewhere }), true],
    [{ ...grant('storage.owner', 'user', alice), outsider: true }, user(), true],
    [{ ...grant('storage.owner', 'user', eve), outsider: true }, user({ projectId: elsewhere }), false],
    [grant('storage.owner', 'user', eve), user(), false],
    [grant('storage.owner', 'service_account', alice), user({ userKind: 'service_account' }), true],
    [grant('storage.owner', 'role_group', 'project-member'), user({ roles: ['project-member'] }), true],
    [grant('storage.owner', 'role_group', 'project-member'), user({ roles: ['project-reader'] }), false],
    [
      grant('storage.owner', 'role_group', 'project-member'),
      user({ roles: ['project-member'], projectId: elsewhere }),
      false,
    ],
    [grant('storage.owner', 'project_users'), user(), true],
    [grant('storage.owner', 'project_users'), user({ projectId: elsewhere }), false],
    [grant('storage.owner', 'all_users'), user({ userId: eve, projectId: elsewhere }), true],
    [grant('storage.owner', 'group', alice), user(), false],
    [grant('storage.owner', 'group', 'g1'), user({ groups: ['g0', 'g1'] }), true],
    [grant('storage.owner', 'group', 'g1'), user({ projectId: elsewhere, groups: ['g1'] }), true],
    [grant('storage.owner', 'group', 'g1'), user({ groups: ['g0'] }), false],
    [grant('storage.owner', 'user', 'g1'), user({ groups: ['g1'] }), false],
  ];
  for (const [given, actor, expected] of cases) {
    const decision = decide(actor, onBucket('storage.objects.get', [given]));
    assert.equal(decision.allow, expected, JSON.stringify([given.member, actor.roles, actor.projectId]));
  }
});

test('anonymous callers are members of nothing but all_users', () => {
  for (const type of ['user', 'service_account', 'group', 'role_group', 'project_users'] as const) {
    for (const id of ['', alice, 'project-member', home]) {
      assert.equal(
        decide(anonymous, onBucket('storage.objects.get', [grant('storage.owner', type, id)])).allow,
        false,
      );
    }
  }
  for (const action of ['storage.buckets.create', 'storage.buckets.list', 'identity.projects.get'] as const) {
    assert.equal(decide(anonymous, onProject(action)).allow, false);
  }
  assert.equal(decide(anonymous, onUser('identity.users.get', alice)).allow, false);
  assert.equal(decide(anonymous, { kind: 'service', action: 'identity.projects.list' }).allow, false);
});

test('the project administrator is storage administrator without any grant; nobody else is anything', () => {
  for (const action of bucketActions) {
    const admin = user({ roles: ['project-admin'] });
    assert.equal(decide(admin, onBucket(action)).allow, true);
    assert.equal(decide({ ...admin, projectId: elsewhere }, onBucket(action)).allow, false);
    for (const role of projectRoles.filter((r) => r !== 'project-admin')) {
      assert.equal(decide(user({ roles: [role] }), onBucket(action)).allow, false, `${role} ${action}`);
    }
    const { projectId, ...unscoped } = admin;
    assert.equal(projectId, home);
    assert.equal(decide(unscoped, onBucket(action)).allow, false);
    assert.equal(decide(user({ serviceAdmin: true }), onBucket(action)).allow, false);
  }
});

test('project roles: who creates and lists buckets', () => {
  const expected: Record<ProjectRole, [create: boolean, list: boolean]> = {
    'project-admin': [true, true],
    'project-member': [true, true],
    'project-reader': [false, true],
    'object-storage-manager': [true, true],
    'object-storage-viewer': [false, true],
    none: [false, false],
  };
  for (const role of projectRoles) {
    const actor = user({ roles: [role], serviceAdmin: true });
    assert.equal(decide(actor, onProject('storage.buckets.create')).allow, expected[role][0], role);
    assert.equal(decide(actor, onProject('storage.buckets.list')).allow, expected[role][1], role);
    assert.equal(decide(actor, onProject('storage.projects.update')).allow, role === 'project-admin', role);
    assert.equal(decide(actor, onProject('storage.buckets.create', elsewhere)).allow, false);
    assert.equal(decide(actor, onProject('storage.buckets.list', elsewhere)).allow, false);
  }
});

test('identities: the user itself, or a service administrator', () => {
  const actions = [
    'identity.users.get',
    'identity.users.listProjects',
    'identity.keys.manage',
    'identity.tokens.validate',
    'identity.tokens.revoke',
  ] as const;
  for (const action of actions) {
    assert.equal(decide(user(), onUser(action, alice)).allow, true);
    assert.equal(decide(user({ roles: ['project-admin'] }), onUser(action, eve)).allow, false);
    assert.equal(decide(user({ serviceAdmin: true }), onUser(action, eve)).allow, true);
  }
  assert.equal(decide(user(), onUser('storage.buckets.list', alice)).allow, false);
  assert.equal(decide(user(), onProject('identity.projects.get')).allow, true);
  assert.equal(decide(user(), onProject('identity.projects.get', elsewhere)).allow, false);
  assert.equal(
    decide(user({ serviceAdmin: true }), onProject('identity.projects.get', elsewhere)).allow,
    true,
  );
  for (const action of [
    'identity.projects.create',
    'identity.projects.list',
    'identity.users.list',
  ] as const) {
    assert.equal(decide(user({ roles: ['project-admin'] }), { kind: 'service', action }).allow, false);
    assert.equal(decide(user({ serviceAdmin: true }), { kind: 'service', action }).allow, true);
  }
});

const anyGrant = fc.record({
  id: fc.constant('g'),
  role: fc.constantFrom(...roles),
  member: fc.record({
    type: fc.constantFrom<GrantMember['type']>('user', 'group', 'role_group', 'project_users', 'all_users'),
    id: fc.constantFrom<string>(alice, eve, 'project-member', 'project-reader', ''),
  }),
});
const anyActor: fc.Arbitrary<Actor> = fc.oneof(
  fc.constant(anonymous),
  fc
    .record({
      userId: fc.constantFrom(alice, eve),
      projectId: fc.constantFrom(home, elsewhere),
      roles: fc.subarray([...projectRoles], { minLength: 1 }),
      serviceAdmin: fc.boolean(),
    })
    .map(user),
);
const anyAction = fc.constantFrom(...bucketActions);

test('more grants never take a right away, and their order does not matter', () => {
  fc.assert(
    fc.property(anyActor, anyAction, fc.array(anyGrant), anyGrant, (actor, action, grants, one) => {
      const before = decide(actor, onBucket(action, grants)).allow;
      assert.ok(!before || decide(actor, onBucket(action, [...grants, one])).allow);
      assert.equal(decide(actor, onBucket(action, grants.toReversed())).allow, before);
    }),
  );
});

test('an explicit deny beats everything, an explicit allow adds', () => {
  const statement = (effect: 'allow' | 'deny', applies: boolean) => ({
    effect,
    source: `a ${effect}`,
    applies: () => applies,
  });
  fc.assert(
    fc.property(anyActor, anyAction, fc.array(anyGrant), (actor, action, grants) => {
      const target = onBucket(action, grants);
      const [yes, no] = [statement('allow', true), statement('deny', true)];
      assert.deepEqual(decide(actor, target, { statements: [yes, no] }), {
        allow: false,
        reason: 'denied by a deny',
      });
      assert.deepEqual(decide(actor, target, { statements: [yes] }), {
        allow: true,
        reason: 'allowed by a allow',
      });
      const idle = [statement('deny', false), statement('allow', false)];
      assert.deepEqual(decide(actor, target, { statements: idle }), decide(actor, target));
    }),
  );
});

test('common roles: an administrator turned member is left a member', () => {
  const cases: [ProjectRole[], ProjectRole[], ProjectRole[]][] = [
    [['project-admin'], ['project-member'], ['project-member']],
    [['project-member'], ['project-admin'], ['project-member']],
    [['project-admin'], ['none'], ['none']],
    [['project-reader'], ['object-storage-manager'], ['object-storage-viewer']],
    [['object-storage-manager'], ['project-reader'], ['object-storage-viewer']],
    [
      ['object-storage-manager', 'project-reader'],
      ['project-admin'],
      ['project-reader', 'object-storage-manager'],
    ],
    [['project-admin'], [], []],
  ];
  for (const [atIssue, now, expected] of cases) {
    assert.deepEqual(new Set(commonRoles(atIssue, now)), new Set(expected), `${atIssue} ∩ ${now}`);
  }
});

test('common roles never allow what one side alone does not', () => {
  const some = fc.subarray([...projectRoles], { minLength: 1 });
  const actions = ['storage.buckets.create', 'storage.buckets.list', 'storage.projects.update'] as const;
  fc.assert(
    fc.property(some, some, (a, b) => {
      const both = commonRoles(a, b);
      for (const action of actions) {
        const allows = (given: readonly ProjectRole[]) =>
          decide(user({ roles: given }), onProject(action)).allow;
        assert.equal(allows(both), allows(a) && allows(b), `${action} ${a} ${b} ${both}`);
      }
      assert.deepEqual(new Set(commonRoles(a, b)), new Set(commonRoles(b, a)));
      assert.equal(
        both.includes('project-admin'),
        a.includes('project-admin') && b.includes('project-admin'),
      );
    }),
  );
});
