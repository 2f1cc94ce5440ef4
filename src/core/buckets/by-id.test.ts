import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryCore, testActor, testProject } from '../../../test/support/memory-core.ts';
import { bucketNameKey } from '../model/keys.ts';
import { defaultNameLimits, type ProjectId, parseBucketName } from '../model/names.ts';
import { bucketWithId } from './by-id.ts';
import { createBucket } from './create.ts';
import { deleteBucket } from './delete.ts';

const name = parseBucketName('photos', defaultNameLimits);

test('a bucket is found by its id, and is gone with its deletion', async () => {
  const core = await memoryCore();
  const { id } = await createBucket(core, testActor, { name });
  assert.equal(await bucketWithId(core, testProject, id), name);
  assert.equal(await bucketWithId(core, 'f'.repeat(32) as ProjectId, id), undefined);
  await deleteBucket(core, name);
  assert.equal(await bucketWithId(core, testProject, id), undefined);
  const again = await createBucket(core, testActor, { name });
  assert.equal(await bucketWithId(core, testProject, id), undefined);
  assert.equal(await bucketWithId(core, testProject, again.id), name);
});

test('a bucket from before there was an index is found in its own project', async () => {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: parseBucketName('albums', defaultNameLimits) });
  const { id } = await createBucket(core, testActor, { name });
  await core.meta.commit({ deletes: [bucketNameKey(id)] });
  assert.equal(await bucketWithId(core, testProject, id), name);
  assert.equal(await bucketWithId(core, 'f'.repeat(32) as ProjectId, id), undefined);
});
