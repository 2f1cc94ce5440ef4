import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import type { Actor, UserActor } from '../actor.ts';
import { createBucket } from '../buckets/create.ts';
import { isCoreError } from '../errors.ts';
import {
  type BucketName,
  defaultNameLimits,
  type ProjectId,
  parseBucketName,
  type UserId,
} from '../model/names.ts';
import { authorize, may } from './authorize.ts';

const home = 'a'.repeat(32) as ProjectId;
const elsewhere = 'b'.repeat(32) as ProjectId;
const actor = (userId: string, projectId: ProjectId, role: UserActor['roles'][number]): UserActor => ({
  kind: 'user',
  userId: userId as UserId,
  userName: userId,
  displayName: userId,
  userKind: 'user',
  domainId: 'default',
  serviceAdmin: false,
  projectId,
  roles: [role],
  groups: [],
  proof: { kind: 's3-key', id: 'k' },
  address: '',
});
const alice = actor('1'.repeat(32), home, 'project-member');
const bob = actor('2'.repeat(32), home, 'project-member');
const carol = actor('3'.repeat(32), home, 'project-reader');
const dave = actor('4'.repeat(32), home, 'none');
const eve = actor('5'.repeat(32), elsewhere, 'project-admin');
const anonymous: Actor = { kind: 'anonymous', address: '' };

let core: MemoryCore;
const photos = parseBucketName('photos', defaultNameLimits);
const absent = 'absent' as BucketName;

before(async () => {
  core = await memoryCore({}, [home, elsewhere]);
  await createBucket(core, alice, { name: photos });
});

const refusedWith = (code: 'AccessDenied' | 'NoSuchBucket') => (error: unknown) => isCoreError(error, code);

test('a new bucket: the creator owns it, members edit, readers view, nobody else enters', async () => {
  const on = (action: 'storage.buckets.delete' | 'storage.objects.create' | 'storage.objects.list') => [
    { action, bucket: photos },
  ];
  await authorize(core, alice, on('storage.buckets.delete'));
  await authorize(core, bob, on('storage.objects.create'));
  await assert.rejects(authorize(core, bob, on('storage.buckets.delete')), refusedWith('AccessDenied'));
  await authorize(core, carol, on('storage.objects.list'));
  await assert.rejects(authorize(core, carol, on('storage.objects.create')), refusedWith('AccessDenied'));
  for (const outsider of [dave, eve, anonymous]) {
    await assert.rejects(authorize(core, outsider, on('storage.objects.list')), refusedWith('AccessDenied'));
  }
});

test('every permission asked for must hold', async () => {
  const list = { action: 'storage.objects.list', bucket: photos } as const;
  const create = { action: 'storage.objects.create', bucket: photos } as const;
  await assert.rejects(authorize(core, carol, [list, create]), refusedWith('AccessDenied'));
  await authorize(core, bob, [list, create]);
  await authorize(core, anonymous, []);
});

test('an absent bucket is told, but not in the account of another project', async () => {
  const action = 'storage.objects.list';
  for (const caller of [alice, eve, anonymous]) {
    await assert.rejects(authorize(core, caller, [{ action, bucket: absent }]), refusedWith('NoSuchBucket'));
  }
  const inHome = [{ action, bucket: absent, project: home }] as const;
  await assert.rejects(authorize(core, dave, inHome), refusedWith('NoSuchBucket'));
  await assert.rejects(authorize(core, eve, inHome), refusedWith('AccessDenied'));
  await assert.rejects(authorize(core, anonymous, inHome), refusedWith('AccessDenied'));
});

test("a bucket of another project than the path's counts as absent", async () => {
  const permission = { action: 'storage.objects.list', bucket: photos, project: elsewhere } as const;
  await assert.rejects(authorize(core, eve, [permission]), refusedWith('NoSuchBucket'));
  await assert.rejects(authorize(core, alice, [permission]), refusedWith('AccessDenied'));
});

test('a refusal says the same of a bucket that is absent and of one that is there', async () => {
  const action = 'storage.objects.list';
  const told = async (bucket: BucketName) => {
    const error = await authorize(core, eve, [{ action, bucket, project: home }]).catch((thrown) => thrown);
    assert.ok(isCoreError(error, 'AccessDenied'), String(error));
    return { ...error.details, resource: error.details.resource === bucket };
  };
  assert.deepEqual(await told(absent), await told(photos));
});

test('may answers instead of throwing, and says why', async () => {
  const action = 'storage.objects.delete';
  assert.equal((await may(core, bob, { action, bucket: photos })).allow, true);
  const refused = await may(core, carol, { action, bucket: photos });
  assert.equal(refused.allow, false);
  assert.match(refused.reason, /storage\.objects\.delete/);
  await assert.rejects(may(core, carol, { action, bucket: absent }), refusedWith('NoSuchBucket'));
});
