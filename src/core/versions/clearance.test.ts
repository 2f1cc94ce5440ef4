// MFA delete in the core: what needs the leave asks for it at the moment of its commit, and a code is spent once in a call.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { beforeCommit, type MemoryCore, objectKeyOf, testActor } from '../../../test/support/memory-core.ts';
import { bucket, listAll, put, remove, versioned } from '../../../test/support/versions.ts';
import { openBucket } from '../buckets/lookup.ts';
import { updateBucket } from '../buckets/update.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { isCoreError } from '../errors.ts';
import { isWrongCode, wrongCode } from '../identity/one-time-passwords.ts';
import type { SecondFactor } from '../identity/second-factor.ts';
import { putLifecycle } from '../lifecycle/document.ts';
import { lifecycleActor, removeVersion } from '../lifecycle/remove.ts';
import type { VersionId } from '../model/names.ts';
import { deleteObject } from '../objects/delete.ts';

let core: MemoryCore;
let versions: VersionId[];

beforeEach(async () => {
  core = await versioned();
  versions = [];
  for (const text of ['one', 'two', 'three']) {
    versions.unshift((await put(core, 'k', text)).versionId as VersionId);
  }
});

/** A code that counts, and how often it was asked for. */
function good(): SecondFactor & { asked: number } {
  return {
    asked: 0,
    async spend() {
      this.asked += 1;
    },
  };
}
const bad: SecondFactor = { spend: () => Promise.reject(wrongCode('is wrong')) };

const protect = (mfaDelete = true, factor: SecondFactor = good()) =>
  putVersioning(core, testActor, { bucket, versioning: 'enabled', mfaDelete, factor });
const removal = (version = versions[1], factor?: SecondFactor) =>
  deleteObject(core, { bucket, key: objectKeyOf('k'), version, factor });
const left = async () => (await listAll(core)).map(({ versionId }) => versionId);

test('a version goes with a code that counts alone, and stays whole without', async () => {
  await removal(versions[2]);
  await protect();
  await assert.rejects(removal(), isWrongCode);
  await assert.rejects(removal(versions[1], bad), isWrongCode);
  await assert.rejects(removal('null' as VersionId), isWrongCode, 'also when there is none');
  assert.deepEqual(await left(), versions.slice(0, 2));
  await remove(core, 'k');
  assert.equal((await left()).length, 3);
  assert.equal((await removal(versions[1], good())).existed, true);
  await protect(false);
  await removal(versions[0]);
  assert.equal((await left()).length, 1);
});

test('turned on while a deletion is under way, it still asks', async () => {
  beforeCommit(
    core,
    ({ deletes = [] }) => deletes.length > 0,
    () => protect(),
  );
  await assert.rejects(removal(), isWrongCode);
  assert.deepEqual(await left(), versions);
});

test('the versioning changes with a code alone, whoever changes it', async () => {
  await protect();
  const wanted = { bucket, versioning: 'suspended' } as const;
  await assert.rejects(putVersioning(core, testActor, wanted), isWrongCode);
  await assert.rejects(putVersioning(core, testActor, { ...wanted, factor: bad }), isWrongCode);
  await assert.rejects(protect(false, bad), isWrongCode);
  const change = () => ({ versioning: 'suspended', metadata: { a: 'b' } }) as const;
  await assert.rejects(updateBucket(core, bucket, change), isWrongCode);
  const { record } = await openBucket(core, bucket);
  assert.deepEqual([record.versioning, record.mfaDelete, record.metadata], ['enabled', true, {}]);
  await updateBucket(core, bucket, () => ({ versioning: 'enabled', metadata: { a: 'b' } }));
  const changed = await updateBucket(core, bucket, change, good());
  assert.deepEqual([changed.versioning, changed.mfaDelete], ['suspended', true]);
});

test('a suspended bucket replaces its null version without a code, as ever', async () => {
  await protect();
  await putVersioning(core, testActor, { bucket, versioning: 'suspended', factor: good() });
  for (const text of ['four', 'five']) await put(core, 'k', text);
  assert.deepEqual(await left(), ['null', ...versions]);
  await remove(core, 'k');
  assert.deepEqual(await left(), ['null', ...versions]);
});

test('rules and MFA delete exclude each other at any moment, and rules remove no version', async () => {
  const rules = [{ id: 'r', enabled: true, form: 'rule', expiration: { kind: 'days', days: 1 } }] as const;
  const lifecycle = () => putLifecycle(core, testActor, { bucket, rules });
  const refused = (error: unknown) => isCoreError(error, 'InvalidBucketState');
  const factor = good();
  beforeCommit(core, () => true, lifecycle);
  await assert.rejects(protect(true, factor), refused);
  core = await versioned();
  beforeCommit(
    core,
    () => true,
    () => protect(),
  );
  await assert.rejects(lifecycle(), refused);
  const { versionId } = await put(core, 'k', 'one');
  const onlyVersion = () => Promise.resolve(true);
  const judged = { bucket, key: objectKeyOf('k'), version: versionId as VersionId, onlyVersion };
  await assert.rejects(removeVersion(core, lifecycleActor, judged), isWrongCode);
  assert.deepEqual(await left(), [versionId]);
});
