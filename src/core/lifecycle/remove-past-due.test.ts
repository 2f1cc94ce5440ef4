import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  afterRead,
  bodyOf,
  bucketName,
  type MemoryCore,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters } from '../../../test/support/store-audit.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { getBucket } from '../buckets/get.ts';
import { isCoreError } from '../errors.ts';
import type { WriteConditions } from '../objects/conditions.ts';
import { copyObject } from '../objects/copy.ts';
import { deleteObject } from '../objects/delete.ts';
import { readObject } from '../objects/get.ts';
import { listObjects } from '../objects/list.ts';
import { putObject } from '../objects/put.ts';
import { updateObject } from '../objects/update.ts';
import { removePastDue } from './remove-past-due.ts';

const bucket = bucketName('photos');
let core: MemoryCore;
beforeEach(async () => {
  core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
});

/** `in`: seconds from now to its date; never when absent. */
function put(name: string, options: { in?: number; conditions?: WriteConditions } = {}) {
  const { in: seconds, conditions = {} } = options;
  const deleteAt = seconds === undefined ? undefined : Math.floor(core.clock() / 1000) + seconds;
  return putObject(core, testActor, {
    bucket,
    key: objectKeyOf(name),
    attributes: { ...plainAttributes, ...(deleteAt !== undefined && { deleteAt }) },
    conditions,
    body: bodyOf('some bytes, too many to keep inline'),
    expected: [],
    signal: noSignal,
  });
}

async function keys(): Promise<string[]> {
  const { entries } = await listObjects(core, { bucket, prefix: '', delimiter: '', limit: 1000 });
  return entries.map((entry) => (entry.kind === 'object' ? entry.info.key : entry.prefix));
}

describe('an object whose date has come', () => {
  const absent = (error: unknown) => isCoreError(error, 'NoSuchKey');
  const at = (name: string) => ({ bucket, key: objectKeyOf(name) });

  beforeEach(async () => {
    await put('due', { in: 10 });
    await put('kept');
    core.advance(10_000);
  });

  it('is absent at once for readers, writers and listings, and removed with its counts later', async () => {
    await assert.rejects(readObject(core, { ...at('due'), conditions: {} }), absent);
    await assert.rejects(updateObject(core, { ...at('due'), attributes: (info) => info }), absent);
    await assert.rejects(
      copyObject(core, testActor, {
        source: at('due'),
        sourceConditions: {},
        ...at('copy'),
        conditions: {},
        signal: noSignal,
        attributes: (info) => info,
      }),
      absent,
    );
    assert.deepEqual(await deleteObject(core, at('due')), { existed: false });
    await assert.rejects(put('due', { conditions: { ifMatch: '*' } }), absent);
    assert.deepEqual(await keys(), ['kept']);
    assert.equal((await getBucket(core, bucket)).objects, 2);

    assert.deepEqual(await removePastDue(core, 100), { visited: 1, removed: 1 });
    assert.equal((await getBucket(core, bucket)).objects, 1);
    assert.deepEqual(await removePastDue(core, 100), { visited: 0, removed: 0 });
    await auditCounters(core);
  });

  it('can be written anew, also by who asks for its absence, and then stays', async () => {
    await put('due', { conditions: { ifNoneMatch: '*' } });
    assert.deepEqual(await removePastDue(core, 100), { visited: 0, removed: 0 });
    assert.deepEqual(await keys(), ['due', 'kept']);
    await auditCounters(core);
  });

  it('survives when it is overwritten while it is being removed', async () => {
    afterRead(core, () => put('due', { in: 50 }));
    assert.deepEqual(await removePastDue(core, 100), { visited: 1, removed: 0 });
    assert.deepEqual(await keys(), ['due', 'kept']);
    await auditCounters(core);
  });

  it('goes once when several remove at the same time', async () => {
    for (let n = 0; n < 40; n += 1) await put(`many ${n}`, { in: 5 });
    core.advance(5000);
    const runs = await Promise.all([1, 2, 3].map(() => removePastDue(core, 100)));
    assert.equal(
      runs.reduce((sum, { removed }) => sum + removed, 0),
      41,
    );
    assert.deepEqual(await keys(), ['kept']);
    await auditCounters(core);
  });

  it('does not keep its bucket from being deleted', async () => {
    await assert.rejects(deleteBucket(core, bucket), (error) => isCoreError(error, 'BucketNotEmpty'));
    for (let n = 0; n < 150; n += 1) await put(`more ${n}`, { in: 1 });
    await deleteObject(core, at('kept'));
    await assert.rejects(deleteBucket(core, bucket), (error) => isCoreError(error, 'BucketNotEmpty'));
    core.advance(1000);
    await deleteBucket(core, bucket);
    await auditCounters(core);
  });
});

it('the date moves with the object: by a new body, new attributes, a deletion', async () => {
  await put('a', { in: 10 });
  await put('a', { in: 20 });
  await put('b', { in: 10 });
  await updateObject(core, { bucket, key: objectKeyOf('b'), attributes: () => plainAttributes });
  await put('c', { in: 10 });
  await deleteObject(core, { bucket, key: objectKeyOf('c') });
  await auditCounters(core);
  core.advance(10_000);
  assert.deepEqual(await removePastDue(core, 100), { visited: 0, removed: 0 });
  core.advance(10_000);
  assert.deepEqual(await removePastDue(core, 100), { visited: 1, removed: 1 });
  assert.deepEqual(await keys(), ['b']);
});
