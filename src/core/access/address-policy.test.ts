// A bucket's policy by address: for every action, address and caller, and who is still let to the policy itself.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  bucketName,
  type MemoryCore,
  memoryCore,
  objectKeyOf,
  testActor,
} from '../../../test/support/memory-core.ts';
import type { Actor } from '../actor.ts';
import {
  createAddressPolicy,
  deleteAddressPolicy,
  getAddressPolicy,
  updateAddressPolicy,
} from '../buckets/address-policy.ts';
import { createBucket } from '../buckets/create.ts';
import { setPublicAccess } from '../buckets/public-access.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import { may } from './authorize.ts';
import { type BucketAction, bucketActions } from './roles.ts';

const bucket = bucketName('guarded');
let core: MemoryCore;
beforeEach(async () => {
  core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const inside = '192.0.2.7';
const near = '198.51.100.7';
const far = '203.0.113.7';
const lists = { readWrite: ['192.0.2.*'], readOnly: ['198.51.100.0/24', '192.0.2.7'] };

async function allowed(actor: Actor): Promise<BucketAction[]> {
  const decisions = await Promise.all(
    bucketActions.map((action) => may(core, actor, { action, bucket, key: objectKeyOf('k') })),
  );
  return bucketActions.filter((_, i) => decisions[i]?.allow === true);
}
const from = (address: string): Actor => ({ ...testActor, address });
const management = bucketActions.filter((action) => action.startsWith('storage.buckets.'));
const reading: BucketAction[] = ['storage.objects.list', 'storage.objects.get', 'storage.objects.getMeta'];

test('listed for both: all; for reading: reads; unlisted: nothing of the objects; the administrator keeps the bucket', async () => {
  const all = await allowed(from(far));
  assert.deepEqual(all, bucketActions);
  await createAddressPolicy(core, bucket, lists);
  assert.deepEqual(await allowed(from(inside)), bucketActions);
  assert.deepEqual(await allowed(from(near)), [...management, ...reading]);
  assert.deepEqual(await allowed(from(far)), management);
  assert.deepEqual(await allowed(from('')), management);
  assert.deepEqual(await allowed(from('::ffff:192.0.2.8')), bucketActions);
  await deleteAddressPolicy(core, bucket);
  assert.deepEqual(await allowed(from(far)), bucketActions);
});

test('nobody comes around it: everybody, signed addresses, members', async () => {
  await setPublicAccess(core, bucket, { reading: true });
  const everybody = (address: string): Actor => ({ kind: 'anonymous', address });
  const signed = (address: string): Actor => ({
    kind: 'anonymous',
    address,
    signed: {
      project: testActor.projectId as never,
      bucket,
      action: 'storage.objects.create',
      key: 'k',
      keyOf: 'bucket',
    },
  });
  assert.deepEqual(await allowed(everybody(far)), reading);
  assert.deepEqual(await allowed(signed(far)), [...reading, 'storage.objects.create']);
  await createAddressPolicy(core, bucket, lists);
  assert.deepEqual(await allowed(everybody(far)), []);
  assert.deepEqual(await allowed(everybody(near)), reading);
  assert.deepEqual(await allowed(signed(near)), reading);
  assert.deepEqual(await allowed(signed(inside)), [...reading, 'storage.objects.create']);
});

test('a policy without addresses lets nobody to the objects', async () => {
  await createAddressPolicy(core, bucket, {});
  assert.deepEqual(await allowed(from(inside)), management);
});

test('made once, changed in part, removed once', async () => {
  await assert.rejects(getAddressPolicy(core, bucket), failsWith('NoSuchPolicy'));
  await assert.rejects(updateAddressPolicy(core, bucket, {}), failsWith('NoSuchPolicy'));
  await assert.rejects(deleteAddressPolicy(core, bucket), failsWith('NoSuchPolicy'));
  const { policy: made } = await createAddressPolicy(core, bucket, lists);
  assert.match(made.id, /^[0-9a-f]{32}$/);
  await assert.rejects(createAddressPolicy(core, bucket, lists), failsWith('Duplicate'));
  core.advance(1000);
  const { policy: changed } = await updateAddressPolicy(core, bucket, { readOnly: [] });
  assert.deepEqual(changed, { ...made, readOnly: [], modifiedAt: made.modifiedAt + 1000 });
  assert.deepEqual((await getAddressPolicy(core, bucket)).policy, changed);
});

test('entries that are no addresses, and too many, change nothing', async () => {
  for (const wrong of ['', 'localhost', '1.2.3.4/40', '1.2.*', '10.0.0.1-10.0.0.9']) {
    await assert.rejects(
      createAddressPolicy(core, bucket, { readOnly: ['::1', wrong] }),
      failsWith('InvalidArgument'),
    );
  }
  const many = Array.from({ length: 201 }, (_, i) => `10.0.0.${i}`);
  await assert.rejects(createAddressPolicy(core, bucket, { readWrite: many }), failsWith('InvalidArgument'));
  await assert.rejects(getAddressPolicy(core, bucket), failsWith('NoSuchPolicy'));
});
