import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  bodyOf,
  bucketName,
  type MemoryCore,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { deleteLifecycle, putLifecycle } from '../lifecycle/document.ts';
import { bucketFormat } from '../model/codecs.ts';
import { bucketKey, tags } from '../model/keys.ts';
import { readObject } from '../objects/get.ts';
import { putObject } from '../objects/put.ts';
import { createBucket } from './create.ts';

const bucket = bucketName('photos');
const key = objectKeyOf('cat.jpg');

async function withObject(): Promise<MemoryCore> {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
  const body = { body: bodyOf('cat'), expected: [], signal: noSignal };
  await putObject(core, testActor, { bucket, key, attributes: plainAttributes, conditions: {}, ...body });
  return core;
}

/** The tags of the keys that `action` reads. */
async function reads({ meta }: MemoryCore, action: () => Promise<unknown>): Promise<number[]> {
  const { get } = meta;
  const seen: number[] = [];
  meta.get = (keys) => {
    seen.push(...keys.map((one) => one[0] ?? 0));
    return get.call(meta, keys);
  };
  await action();
  meta.get = get;
  return seen;
}

it('a read looks for lifecycle rules only where the bucket says that there are some', async () => {
  const core = await withObject();
  const read = () => readObject(core, { bucket, key, conditions: {} });
  assert.deepEqual(await reads(core, read), [tags.bucket, tags.object]);

  const expiration = { kind: 'days', days: 3 } as const;
  await putLifecycle(core, testActor, {
    bucket,
    rules: [{ id: 'r', enabled: true, form: 'filter', expiration }],
  });
  assert.equal((await read()).info.expiry?.rule, 'r');
  assert.deepEqual(await reads(core, read), [tags.bucket, tags.object, tags.bucketDocument]);

  await deleteLifecycle(core, testActor, bucket);
  assert.equal((await read()).info.expiry, undefined);
  assert.deepEqual(await reads(core, read), [tags.bucket, tags.object]);
});

it('a bucket from before the mark is looked through for rules', async () => {
  const core = await withObject();
  const expiration = { kind: 'days', days: 3 } as const;
  await putLifecycle(core, testActor, {
    bucket,
    rules: [{ id: 'r', enabled: true, form: 'filter', expiration }],
  });
  const [entry] = await core.meta.get([bucketKey(bucket)]);
  assert.ok(entry);
  const { hasLifecycle: _, ...older } = bucketFormat.decode(entry.value);
  await core.meta.commit({ puts: [[bucketKey(bucket), bucketFormat.encode(older)]] });
  assert.equal((await readObject(core, { bucket, key, conditions: {} })).info.expiry?.rule, 'r');
});
