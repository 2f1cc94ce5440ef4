// A deletion of a project that is cut off between its commits: the next one finishes it, or undoes it.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FaultyMeta } from '../../../test/support/faulty-engines.ts';
import { bucketName, memoryCore, testActor } from '../../../test/support/memory-core.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import { createProject, deleteProject, findProject, updateProject } from './projects.ts';
import type { ProjectRecord } from './records.ts';

/** Goes down behind its first commit, as when the process is killed there; `before` is done first. */
class CutOff extends FaultyMeta {
  before: () => Promise<void> = async () => undefined;
  override async commit(commit: Parameters<FaultyMeta['commit']>[0]): Promise<void> {
    await this.before();
    await super.commit(commit);
    this.fault = 'down';
  }
}

let core: Core;
let project: ProjectRecord;
beforeEach(async () => {
  core = await memoryCore({}, []);
  project = await createProject(core, { name: 'brief' });
});

const now = () => findProject(core, { id: project.id });
const photos = bucketName('photos');
const makeBucket = async () => {
  await createBucket(core, { ...testActor, projectId: project.id }, { name: photos });
};

/** A deletion that ends behind its first commit. */
async function cutOff(before?: () => Promise<void>): Promise<void> {
  const meta = new CutOff(core.meta);
  if (before !== undefined) meta.before = before;
  await assert.rejects(deleteProject({ ...core, meta }, project.id), /nobody answers/);
  assert.equal((await now())?.enabled, false);
}

test('the next deletion finishes it', async () => {
  await cutOff();
  await deleteProject(core, project.id);
  assert.equal(await now(), undefined);
});

test('the next deletion undoes it where the project has got a bucket, and a later one is as any', async () => {
  // Made behind the first look, before the project is disabled: the check of the project's record lets both pass.
  await cutOff(makeBucket);
  await assert.rejects(deleteProject(core, project.id), (error) => isCoreError(error, 'InUse'));
  assert.deepEqual(await now(), project);
  await deleteBucket(core, photos);
  await deleteProject(core, project.id);
  assert.equal(await now(), undefined);
});

test('a project that was disabled by hand stays so', async () => {
  await makeBucket();
  await updateProject(core, project.id, { enabled: false });
  await assert.rejects(deleteProject(core, project.id), (error) => isCoreError(error, 'InUse'));
  assert.equal((await now())?.enabled, false);
});

test('who enables or disables it takes the mark off; other changes leave it', async () => {
  await cutOff();
  await updateProject(core, project.id, { description: 'x' });
  assert.equal((await now())?.deleting, true);
  await updateProject(core, project.id, { enabled: false });
  assert.equal((await now())?.deleting, undefined);
  await updateProject(core, project.id, { enabled: true });
  assert.equal((await now())?.enabled, true);
});
