import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  beforeCommit,
  bodyOf,
  bucketName,
  type MemoryCore,
  makeSlow,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { auditNothingLeft } from '../../../test/support/store-audit.ts';
import type { UserActor } from '../actor.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import { createProject } from '../identity/projects.ts';
import { bucketFormat } from '../model/codecs.ts';
import { bucketKey } from '../model/keys.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { deleteObject } from '../objects/delete.ts';
import { putObject } from '../objects/put.ts';
import { createBucket } from './create.ts';
import { deleteBucket } from './delete.ts';
import { getBucket } from './get.ts';
import { type ListBucketsInput, listBuckets } from './list.ts';
import { openBucket } from './lookup.ts';
import { projectUsage, updateProjectMetadata } from './project.ts';
import { updateBucket } from './update.ts';

const name = bucketName('photos');
const object = { bucket: name, key: objectKeyOf('a') };

function fails(code: CoreErrorCode, details?: object) {
  return (error: unknown) => {
    assert.ok(isCoreError(error, code), `${error}`);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  };
}

let core: MemoryCore;
beforeEach(async () => {
  core = await memoryCore();
});

function put(text = 'x') {
  return putObject(core, testActor, {
    ...object,
    attributes: plainAttributes,
    conditions: {},
    body: bodyOf(text),
    expected: [],
    signal: noSignal,
  });
}

describe('buckets', () => {
  it('begin empty, with the grants of their project', async () => {
    const metadata = { color: 'blau' };
    const bucket = await createBucket(core, testActor, { name, metadata });
    assert.deepEqual(await getBucket(core, name), bucket);
    const { objects, bytes, ownerId, projectId, createdAt, state } = bucket;
    assert.deepEqual(
      { objects, bytes, state, createdAt },
      { objects: 0, bytes: 0, state: 'active', createdAt: core.clock() },
    );
    assert.deepEqual({ ownerId, projectId }, { ownerId: testActor.userId, projectId: testProject });
    assert.deepEqual(
      bucket.grants.map(({ role, member }) => `${role} ${member.type} ${member.id}`),
      [
        `storage.owner user ${testActor.userId}`,
        'storage.editor role_group project-member',
        'storage.viewer role_group project-reader',
      ],
    );
  });

  it('have names of their own', async () => {
    await createBucket(core, testActor, { name });
    const stranger = {
      ...testActor,
      userId: 'f'.repeat(32) as UserId,
      projectId: 'e'.repeat(32) as ProjectId,
    };
    const exists = (sameProject: boolean, sameOwner: boolean) =>
      fails('BucketExists', { bucket: name, sameProject, sameOwner });
    await assert.rejects(createBucket(core, testActor, { name }), exists(true, true));
    await assert.rejects(createBucket(core, stranger, { name }), exists(false, false));
    await assert.rejects(createBucket(core, stranger, { name, project: testProject }), exists(true, false));
    const { projectId: _, ...unscoped } = testActor;
    const other = bucketName('other');
    const creating = createBucket(core, unscoped satisfies UserActor, { name: other });
    await assert.rejects(creating, fails('InvalidArgument'));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => createBucket(core, testActor, { name: other })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    await auditNothingLeft(core);
  });

  it('keep every one of concurrent changes', async () => {
    await createBucket(core, testActor, { name });
    makeSlow(core, 7);
    core.advance(1000);
    const change = (key: string) =>
      updateBucket(core, name, (bucket) => ({ metadata: { ...bucket.metadata, [key]: key } }));
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(change));
    const { metadata, modifiedAt } = await getBucket(core, name);
    assert.deepEqual(Object.keys(metadata).sort(), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(modifiedAt, core.clock());
    await assert.rejects(
      updateBucket(core, bucketName('other'), () => ({})),
      fails('NoSuchBucket'),
    );
  });
});

describe('the deletion of a bucket', () => {
  beforeEach(() => createBucket(core, testActor, { name }));

  /** A bucket whose deleter has died right after marking it. */
  async function mark(): Promise<void> {
    const { record, version } = await openBucket(core, name);
    const key = bucketKey(name);
    const marked = bucketFormat.encode({ ...record, state: 'deleting' });
    await core.meta.commit({ checks: [[key, version]], puts: [[key, marked]] });
  }

  it('is for empty ones, and final', async () => {
    const { id } = await put().then(() => getBucket(core, name));
    await assert.rejects(deleteBucket(core, name), fails('BucketNotEmpty', { bucket: name }));
    await deleteObject(core, object);
    await deleteBucket(core, name);
    await assert.rejects(deleteBucket(core, name), fails('NoSuchBucket', { bucket: name }));
    await assert.rejects(getBucket(core, name), fails('NoSuchBucket'));
    assert.notEqual((await createBucket(core, testActor, { name })).id, id);
    await auditNothingLeft(core);
  });

  it('defeats a write that began before', async () => {
    beforeCommit(
      core,
      () => true,
      () => deleteBucket(core, name),
    );
    await assert.rejects(put('longer than what is kept inline'), fails('NoSuchBucket'));
    await auditNothingLeft(core);
  });

  it('is defeated by a write that comes before the mark', async () => {
    beforeCommit(
      core,
      () => true,
      () => put(),
    );
    await assert.rejects(deleteBucket(core, name), fails('BucketNotEmpty'));
    await put();
  });

  it('is finished by whoever meets the mark', async () => {
    // The second commit is the one that removes the bucket.
    beforeCommit(
      core,
      ({ deletes = [] }) => deletes.length > 0,
      () => assert.rejects(put(), fails('NoSuchBucket')),
    );
    await deleteBucket(core, name);
    await auditNothingLeft(core);
  });

  for (const [what, meet] of [
    ['get', () => getBucket(core, name)],
    ['put', () => put()],
    ['update', () => updateBucket(core, name, () => ({}))],
  ] as const) {
    it(`is settled by the next ${what} when its maker died`, async () => {
      await mark();
      await assert.rejects(meet(), fails('NoSuchBucket'));
      await createBucket(core, testActor, { name });
      await put();
      await mark();
      await meet();
      assert.equal((await openBucket(core, name)).record.state, 'active');
      await auditNothingLeft(core);
    });
  }

  it('is settled by creation, deletion and listing when its maker died', async () => {
    await mark();
    await createBucket(core, testActor, { name });
    await mark();
    await assert.rejects(deleteBucket(core, name), fails('NoSuchBucket'));
    await createBucket(core, testActor, { name });
    await mark();
    const list = () => listBuckets(core, { project: testProject, limit: 10 });
    assert.deepEqual(await list(), { buckets: [], truncated: false });
    await createBucket(core, testActor, { name });
    await put();
    await mark();
    assert.deepEqual(
      (await list()).buckets.map(({ state }) => state),
      ['active'],
    );
    await auditNothingLeft(core);
  });

  it('never takes an acknowledged object with it', async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      core = await memoryCore();
      await createBucket(core, testActor, { name });
      makeSlow(core, seed);
      const [one, two, three, ...puts] = await Promise.allSettled([
        deleteBucket(core, name),
        deleteBucket(core, name),
        put().then(() => deleteObject(core, object)),
        ...Array.from({ length: 3 }, (_, at) =>
          putObject(core, testActor, {
            bucket: name,
            key: objectKeyOf(`${at}`),
            attributes: plainAttributes,
            conditions: {},
            body: bodyOf('text that is kept in a blob'),
            expected: [],
            signal: noSignal,
          }),
        ),
      ]);
      const deleted = one.status === 'fulfilled' || two.status === 'fulfilled';
      const written = puts.filter(({ status }) => status === 'fulfilled').length;
      assert.equal(written, deleted ? 0 : 3, `${one.status} ${two.status} ${three.status}`);
      if (deleted) await assert.rejects(getBucket(core, name), fails('NoSuchBucket'));
      else assert.equal((await getBucket(core, name)).objects, 3);
      await auditNothingLeft(core);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('lists of buckets', () => {
  const letters = fc.constantFrom('a', 'b', '-', '.', '0');
  const anyName = fc
    .array(letters, { minLength: 1, maxLength: 3 })
    .map((middle) => `x${middle.join('').replace(/\.+/g, '.')}x`);

  it('agree with a naive list, page by page', async () => {
    const query = fc.record(
      { prefix: fc.constantFrom('', 'x', 'xa', 'y'), after: anyName, before: anyName, reverse: fc.boolean() },
      { requiredKeys: [] },
    );
    const property = fc.asyncProperty(
      fc.uniqueArray(anyName, { maxLength: 12 }),
      query,
      fc.integer({ min: 1, max: 4 }),
      async (names, wanted, limit) => {
        const project = 'e'.repeat(32) as ProjectId;
        core = await memoryCore({}, [testProject, project]);
        for (const one of names) await createBucket(core, testActor, { name: bucketName(one) });
        await createBucket(core, { ...testActor, projectId: project }, { name: bucketName('xax-foreign') });
        const { prefix = '', after, before, reverse = false } = wanted;
        const [low, high] = reverse ? [before, after] : [after, before];
        const expected = names
          .filter((one) => one.startsWith(prefix))
          .filter((one) => (low === undefined || one > low) && (high === undefined || one < high))
          .sort();
        if (reverse) expected.reverse();
        const seen: string[] = [];
        let page: ListBucketsInput = { project: testProject, ...wanted, limit };
        for (;;) {
          const { buckets, truncated } = await listBuckets(core, page);
          seen.push(...buckets.map((bucket) => bucket.name));
          const last = buckets.at(-1);
          if (!truncated || last === undefined) break;
          assert.equal(buckets.length, limit);
          page = { ...page, after: last.name };
        }
        assert.deepEqual(seen, expected);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});

describe('projects', () => {
  it('know what they hold, and keep metadata', async () => {
    const { id: project, createdAt } = await createProject(core, { name: 'demo' });
    await createBucket(core, testActor, { name, project });
    await createBucket(core, testActor, { name: bucketName('other'), project });
    await put('four');
    core.advance(5000);
    await Promise.all(
      ['a', 'b'].map((key) =>
        updateProjectMetadata(core, project, (metadata) => ({ ...metadata, [key]: key })),
      ),
    );
    const usage = await projectUsage(core, project);
    assert.deepEqual(usage, { buckets: 2, objects: 1, bytes: 4, metadata: { a: 'a', b: 'b' }, createdAt });
    const nobody = 'e'.repeat(32) as ProjectId;
    await assert.rejects(projectUsage(core, nobody), fails('NoSuchProject'));
    await assert.rejects(
      updateProjectMetadata(core, nobody, (metadata) => metadata),
      fails('NoSuchProject'),
    );
  });
});
