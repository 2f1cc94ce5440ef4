// An account's policies: every action, resource and condition; what denies, what allows, what is not told.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import {
  bucketName,
  type MemoryCore,
  memoryCore,
  objectKeyOf,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import type { UserActor } from '../actor.ts';
import type { BucketInfo } from '../buckets/buckets.ts';
import { createBucket } from '../buckets/create.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import { createPolicy, updatePolicy } from '../identity/account-policies.ts';
import type { PolicyStatement } from '../identity/records.ts';
import type { ProjectId } from '../model/names.ts';
import { may, type Permission } from './authorize.ts';
import { actionsOf, isActionPattern, kosActions } from './kos-actions.ts';
import type { PolicyCondition } from './policy-conditions.ts';
import { bucketActions } from './roles.ts';

const name = bucketName('photos');
let core: MemoryCore;
let bucket: BucketInfo;
beforeEach(async () => {
  core = await memoryCore();
  bucket = await createBucket(core, testActor, { name });
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const statement = (more: Partial<PolicyStatement>): PolicyStatement => ({
  effect: 'allow',
  actions: ['kos:*'],
  resources: [{ bucket: '*' }],
  conditions: [],
  ...more,
});
const condition = (
  operator: PolicyCondition['operator'],
  key: PolicyCondition['key'],
  ...values: string[]
): PolicyCondition => ({ operator, key, values });

/** Who has these statements, and no right beside them or all. */
async function bearer(
  statements: readonly PolicyStatement[],
  role: 'none' | 'project-admin' = 'none',
): Promise<UserActor> {
  const { id } = await createPolicy(core, testProject, { statements });
  return { ...testActor, roles: [role], policies: [id], userId: testActor.userId };
}
const ask = async (actor: UserActor, permission: Permission) => (await may(core, actor, permission)).allow;
const stranger: UserActor = { ...testActor, userId: '9'.repeat(32) as never, roles: ['none'] };
const asStranger = (actor: UserActor): UserActor => ({ ...actor, userId: stranger.userId });
const get = (key: string): Permission => ({
  action: 'storage.objects.get',
  bucket: name,
  key: objectKeyOf(key),
});

test('every action of the table gives exactly its permission', async () => {
  for (const [action, permission] of Object.entries(kosActions)) {
    const actor = asStranger(await bearer([statement({ actions: [action] })]));
    for (const one of bucketActions) {
      assert.equal(await ask(actor, { action: one, bucket: name }), one === permission, `${action} ${one}`);
    }
    for (const one of ['storage.buckets.create', 'storage.buckets.list'] as const) {
      assert.equal(
        await ask(actor, { action: one, project: testProject }),
        one === permission,
        `${action} ${one}`,
      );
    }
  }
});

test('patterns of actions', () => {
  assert.deepEqual(actionsOf('kos:*'), Object.values(kosActions));
  assert.deepEqual(actionsOf('kos:Get*Object'), ['storage.objects.get']);
  assert.deepEqual(actionsOf('kos:*Policy'), [
    'storage.buckets.getIamPolicy',
    'storage.buckets.setIamPolicy',
  ]);
  for (const pattern of ['', '*', 'kos', 's3:GetObject', 'kos:getobject', 'kos:Nothing*', 's3:*']) {
    assert.equal(isActionPattern(pattern), false, pattern);
  }
});

test('a denial wins over every right, an administrator’s too', async () => {
  const actor = await bearer(
    [statement({ effect: 'deny', actions: ['kos:DeleteObject'] }), statement({})],
    'project-admin',
  );
  assert.equal(await ask(actor, { action: 'storage.objects.delete', bucket: name }), false);
  assert.equal(await ask(actor, get('k')), true);
  const { reason } = await may(core, actor, { action: 'storage.objects.delete', bucket: name });
  assert.match(reason, /^denied by policy .*, statement 1$/);
});

test('nobody is locked out of the management of policies', async () => {
  const actor = await bearer([statement({ effect: 'deny' })], 'project-admin');
  for (const action of bucketActions) assert.equal(await ask(actor, { action, bucket: name }), false, action);
  assert.equal(await ask(actor, { action: 'storage.buckets.create', project: testProject }), false);
  assert.equal(await ask(actor, { action: 'identity.accounts.administer', project: testProject }), true);
});

test('it speaks of the account’s own buckets alone', async () => {
  const elsewhere = 'e'.repeat(32) as ProjectId;
  const owner = { ...testActor, userId: stranger.userId, projectId: elsewhere };
  core = await memoryCore({}, [testProject, elsewhere]);
  await createBucket(core, owner, { name });
  const actor = await bearer([statement({})]);
  assert.equal(await ask(actor, get('k')), false);
  const other = { ...actor, projectId: elsewhere };
  assert.equal(
    await ask({ ...other, userId: testActor.userId }, get('k')),
    false,
    'an id of another account',
  );
});

test('resources: a bucket by id or name, all of it or keys by a pattern', async () => {
  const rights = async (resources: PolicyStatement['resources']) => {
    const actor = asStranger(await bearer([statement({ resources })]));
    const permissions: Permission[] = [
      { action: 'storage.buckets.get', bucket: name },
      get('cats/one'),
      get('dogs/one'),
      { action: 'storage.objects.list', bucket: name, prefix: 'cats/' },
      { action: 'storage.objects.list', bucket: name },
      { action: 'storage.objects.delete', bucket: name },
    ];
    return Promise.all(permissions.map((permission) => ask(actor, permission)));
  };
  const all = [true, true, true, true, true, true];
  assert.deepEqual(await rights([{ bucket: '*' }]), all);
  assert.deepEqual(await rights([{ bucket: bucket.id }]), all);
  assert.deepEqual(await rights([{ bucket: 'photos' }]), all);
  assert.deepEqual(
    await rights([{ bucket: 'others' }]),
    all.map(() => false),
  );
  assert.deepEqual(await rights([{ bucket: 'photos', keys: 'cats/*' }]), [
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  assert.deepEqual(await rights([{ bucket: 'photos', keys: '*' }]), [false, true, true, true, true, false]);
  assert.deepEqual(await rights([{ bucket: 'others' }, { bucket: '*', keys: 'dogs/one' }]), [
    false,
    false,
    true,
    false,
    false,
    false,
  ]);
});

test('what cannot be told denies and does not allow', async () => {
  const whole: Permission = { action: 'storage.objects.delete', bucket: name };
  const some = { resources: [{ bucket: 'photos', keys: 'cats/*' }] };
  assert.equal(await ask(asStranger(await bearer([statement(some)])), whole), false);
  const denied = await bearer([statement({ ...some, effect: 'deny' })], 'project-admin');
  assert.equal(await ask(denied, whole), false);
  const keyed = { conditions: [condition('StringLike', 'key', 'cats/*')] };
  assert.equal(await ask(asStranger(await bearer([statement(keyed)])), whole), false);
  assert.equal(
    await ask(await bearer([statement({ ...keyed, effect: 'deny' })], 'project-admin'), whole),
    false,
  );
});

test('conditions: each operator with its facts, and those of a policy for all its statements', async () => {
  const holds = async (
    one: PolicyCondition,
    permission: Permission = get('cats/one'),
    address = '192.0.2.7',
  ) => {
    const actor = asStranger(await bearer([statement({ conditions: [one] })]));
    return ask({ ...actor, address }, permission);
  };
  assert.equal(await holds(condition('IpAddress', 'sourceIp', '192.0.2.*')), true);
  assert.equal(await holds(condition('IpAddress', 'sourceIp', '10.0.0.0/8')), false);
  assert.equal(await holds(condition('NotIpAddress', 'sourceIp', '10.0.0.0/8', '192.0.2.0/24')), false);
  assert.equal(await holds(condition('NotIpAddress', 'sourceIp', '10.0.0.0/8')), true);
  const now = new Date(core.clock()).toISOString();
  const later = new Date(core.clock() + 1000).toISOString();
  assert.equal(await holds(condition('DateLessThan', 'currentTime', later)), true);
  assert.equal(await holds(condition('DateLessThan', 'currentTime', now)), false);
  assert.equal(await holds(condition('DateLessThanEquals', 'currentTime', now)), true);
  assert.equal(await holds(condition('DateGreaterThan', 'currentTime', now)), false);
  assert.equal(await holds(condition('DateGreaterThanEquals', 'currentTime', now)), true);
  assert.equal(await holds(condition('StringLike', 'key', 'dogs/*', 'cats/*')), true);
  assert.equal(await holds(condition('StringNotLike', 'key', 'cats/*')), false);
  assert.equal(await holds(condition('StringEquals', 'key', 'cats/')), false);
  assert.equal(await holds(condition('StringEquals', 'userName', testActor.userName)), true);
  assert.equal(await holds(condition('StringNotEquals', 'userName', testActor.userName)), false);
  const list = (prefix?: string): Permission => ({
    action: 'storage.objects.list',
    bucket: name,
    ...(prefix === undefined ? {} : { prefix }),
  });
  assert.equal(await holds(condition('StringLike', 'prefix', 'cats/*'), list('cats/b')), true);
  assert.equal(await holds(condition('StringLike', 'prefix', 'cats/*'), list()), false);
  assert.equal(await holds(condition('StringEquals', 'prefix', ''), list()), true);
  assert.equal(await holds(condition('StringLike', 'prefix', '*')), false, 'an object has no prefix');
  assert.equal(await holds(condition('StringNotLike', 'prefix', '*')), true);

  const { id } = await createPolicy(core, testProject, {
    statements: [statement({})],
    conditions: [condition('IpAddress', 'sourceIp', '192.0.2.7')],
  });
  const bound = { ...asStranger(testActor), roles: ['none' as const], policies: [id] };
  assert.equal(await ask({ ...bound, address: '192.0.2.7' }, get('k')), true);
  assert.equal(await ask({ ...bound, address: '192.0.2.8' }, get('k')), false);
});

test('a change holds with the next decision; a policy that is gone says nothing', async () => {
  const actor = asStranger(await bearer([statement({})]));
  const [id = ''] = actor.policies ?? [];
  assert.equal(await ask(actor, get('k')), true);
  await updatePolicy(core, testProject, id, { statements: [] });
  assert.equal(await ask(actor, get('k')), false);
  assert.equal(await ask({ ...actor, policies: ['0'.repeat(32)] }, get('k')), false);
});

test('statements that could not do what they say are refused', async () => {
  for (const wrong of [
    { actions: [] },
    { actions: ['kos:Fly'] },
    { actions: ['kos:GetObject', 's3:GetObject'] },
    { resources: [] },
    { conditions: [condition('IpAddress', 'key', '10.0.0.1')] },
    { conditions: [condition('IpAddress', 'sourceIp')] },
    { conditions: [condition('IpAddress', 'sourceIp', 'home')] },
    { conditions: [condition('DateLessThan', 'currentTime', 'soon')] },
    { conditions: [condition('StringLike', 'currentTime', '*')] },
  ] satisfies Partial<PolicyStatement>[]) {
    const draft = { statements: [statement(wrong)] };
    await assert.rejects(
      createPolicy(core, testProject, draft),
      failsWith('InvalidArgument'),
      JSON.stringify(wrong),
    );
  }
});

test('whatever policies there are, one denial that applies is the end of it', async () => {
  const effect = fc.constantFrom<PolicyStatement['effect']>('allow', 'deny');
  const action = fc.constantFrom('kos:*', 'kos:GetObject', 'kos:PutObject');
  const keys = fc.constantFrom(undefined, '*', 'a*', 'b*');
  const one = fc.record({ effect, action, keys });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 6 }), async (parts) => {
      core = await memoryCore();
      await createBucket(core, testActor, { name });
      const statements = parts.map(({ effect, action, keys }) =>
        statement({
          effect,
          actions: [action],
          resources: [{ bucket: '*', ...(keys === undefined ? {} : { keys }) }],
        }),
      );
      const actor = asStranger(await bearer(statements));
      const applying = parts.filter(
        ({ action, keys }) =>
          action !== 'kos:PutObject' && (keys === undefined || keys === '*' || keys === 'a*'),
      );
      const expected = applying.length > 0 && applying.every(({ effect }) => effect === 'allow');
      assert.equal(await ask(actor, get('abc')), expected);
    }),
    { numRuns: 60 },
  );
});
