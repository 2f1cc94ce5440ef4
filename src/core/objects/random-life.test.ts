import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Contents,
  LifeModel,
  marker,
  shownRefusal,
  shownText,
} from '../../../test/support/life-model.ts';
import { type Address, life, lifeBuckets, type Step } from '../../../test/support/life-steps.ts';
import {
  bodyOf,
  bucketName,
  type MemoryCore,
  makeSlow,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import { collect as collectBytes } from '../../base/streams/collect.ts';
import { Corrupt } from '../../engines/errors.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { CoreError } from '../errors.ts';
import { examineSegments, putStatic } from '../large/put-static.ts';
import type { BucketName, UploadId, VersionId } from '../model/names.ts';
import { abortUpload } from '../multipart/abort.ts';
import { completeUpload } from '../multipart/complete.ts';
import { copyPart } from '../multipart/copy-part.ts';
import { startUpload } from '../multipart/start.ts';
import { uploadPart } from '../multipart/upload-part.ts';
import { type ListedVersion, listVersions } from '../versions/list.ts';
import { collect } from './collect.ts';
import { copyObject } from './copy.ts';
import { deleteObject } from './delete.ts';
import { headObject, readObject } from './get.ts';
import { listObjects } from './list.ts';
import { putObject } from './put.ts';

function split(at: Address) {
  const [bucket = '', key = ''] = at.split('/');
  return { bucket: bucketName(bucket), key: objectKeyOf(key) };
}

/** Carries a step out; answers the code of its refusal. */
async function carryOut(core: MemoryCore, one: Step): Promise<string> {
  try {
    return await run(core, one);
  } catch (error) {
    if (error instanceof CoreError) return error.code;
    // The collector of these tests has no mercy with those who read slowly.
    if (error instanceof Corrupt) return 'too slow';
    throw error;
  }
}

async function run(core: MemoryCore, one: Step): Promise<string> {
  const body = { expected: [], signal: noSignal };
  const attributes = plainAttributes;
  if (one.do === 'put') {
    const { encrypted } = one;
    const put = { ...split(one.at), attributes, conditions: {}, body: bodyOf(one.text), encrypted, ...body };
    await putObject(core, testActor, put);
  } else if (one.do === 'delete') {
    await deleteObject(core, split(one.at));
  } else if (one.do === 'delete version') {
    const version = await nthVersion(core, one.at, one.nth);
    if (version !== undefined) await deleteObject(core, { ...split(one.at), version });
  } else if (one.do === 'copy') {
    const version = one.nth === undefined ? undefined : await nthVersion(core, one.from, one.nth);
    await copyObject(core, testActor, {
      source: { ...split(one.from), version },
      sourceConditions: {},
      ...split(one.to),
      conditions: {},
      signal: noSignal,
      attributes: (source) => source,
    });
  } else if (one.do === 'multipart') {
    await runMultipart(core, one);
  } else if (one.do === 'static') {
    return runStatic(core, one);
  } else if (one.do === 'dynamic') {
    const shape = { kind: 'dynamic', container: bucketName(one.bucket), prefix: one.prefix } as const;
    const put = { ...split(one.at), attributes, conditions: {}, body: bodyOf(one.text), shape, ...body };
    await putObject(core, testActor, put);
  } else if (one.do === 'collect') {
    core.advance(core.settings.collectGrace);
    assert.deepEqual((await collect(core, 1000)).failures, []);
  } else {
    const name = bucketName(one.bucket);
    if (one.do === 'delete bucket') await deleteBucket(core, name);
    else if (one.do === 'versioning') {
      await putVersioning(core, testActor, { bucket: name, versioning: one.versioning });
    } else await createBucket(core, testActor, { name, encrypted: one.bucket === 'two' });
  }
  return 'done';
}

async function runStatic(core: MemoryCore, { at, of }: Extract<Step, { do: 'static' }>): Promise<string> {
  const whole = split(at);
  const wanted = of.map((one) => ({ kind: 'object' as const, ...split(one) }));
  const { entries, faults } = await examineSegments(core, testActor, whole, wanted);
  if (faults.length > 0) return 'refused';
  for (const segment of wanted) {
    const { info } = await headObject(core, { ...segment, conditions: {}, stored: true });
    if (info.large?.kind === 'dynamic') return 'refused';
  }
  const put = { ...whole, entries, attributes: plainAttributes, conditions: {}, signal: noSignal };
  await putStatic(core, testActor, put);
  return 'done';
}

async function runMultipart(core: MemoryCore, one: Extract<Step, { do: 'multipart' }>): Promise<void> {
  const target = split(one.at);
  const { id } = await startUpload(core, testActor, { ...target, attributes: plainAttributes });
  const upload = id as UploadId;
  const parts = [];
  for (const [at, content] of one.parts.entries()) {
    const common = { ...target, upload, part: at + 1 };
    const { etag } =
      typeof content === 'string'
        ? await uploadPart(core, { ...common, body: bodyOf(content), expected: [], signal: noSignal })
        : await copyPart(core, {
            ...common,
            source: split(content.from),
            sourceConditions: {},
            range: { start: content.start },
            reader: testActor,
            signal: noSignal,
          }).then((copied) => copied.part);
    parts.push({ part: at + 1, etag });
  }
  if (one.end === 'complete')
    await completeUpload(core, testActor, { ...target, upload, parts, conditions: {} });
  if (one.end === 'abort') await abortUpload(core, { ...target, upload });
}

/** The id of one of a key's versions; undefined when there are none. */
async function nthVersion(core: MemoryCore, at: Address, nth: number): Promise<VersionId | undefined> {
  const { bucket, key } = split(at);
  const { entries } = await listVersions(core, { bucket, prefix: key, delimiter: '', limit: 1000 });
  const ids = entries.flatMap((one) => (one.kind === 'version' ? [one.versionId as VersionId] : []));
  return ids[nth % ids.length];
}

/** As a reader of Swift or S3 gets it, or the code of why not. */
async function shownVersion(core: MemoryCore, bucket: BucketName, listed: ListedVersion): Promise<string> {
  if (listed.info === undefined) return marker;
  const { key, versionId: version } = listed;
  const reader = testActor;
  try {
    const address = { bucket, key, version: version as VersionId };
    const { info, open } = await readObject(core, { ...address, conditions: {}, reader });
    if (info.large === undefined) assert.deepEqual(info, listed.info);
    const opened = open({ start: 0, end: info.size });
    const bytes = opened instanceof Uint8Array ? Buffer.from(opened) : await collectBytes(opened, 1e6);
    return shownText(bytes.toString());
  } catch (error) {
    if (error instanceof CoreError) return shownRefusal(error.code);
    throw error;
  }
}

async function contents(core: MemoryCore): Promise<Contents> {
  const found: Contents = new Map();
  for (const name of lifeBuckets) {
    const bucket = bucketName(name);
    try {
      const { entries } = await listVersions(core, { bucket, prefix: '', delimiter: '', limit: 1000 });
      const keys = new Map<string, string[]>();
      const current: string[] = [];
      for (const entry of entries) {
        if (entry.kind !== 'version') continue;
        const shown = await shownVersion(core, bucket, entry);
        keys.set(entry.key, [...(keys.get(entry.key) ?? []), shown]);
        if (entry.isLatest && entry.info !== undefined) current.push(entry.key);
      }
      const listing = await listObjects(core, { bucket, prefix: '', delimiter: '', limit: 1000 });
      assert.deepEqual(
        listing.entries.map((one) => one.kind === 'object' && one.info.key),
        current,
      );
      found.set(name, keys);
    } catch (error) {
      assert.ok(error instanceof CoreError && error.code === 'NoSuchBucket', `${error}`);
    }
  }
  return found;
}

async function settle(core: MemoryCore): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    core.advance(25 * 3600 * 1000);
    assert.deepEqual((await collect(core, 10_000)).failures, []);
  }
}

describe('random lives of a store', () => {
  it('agree with a naive model and leave nothing over', async () => {
    const property = fc.asyncProperty(life(5), async (steps) => {
      const core = await memoryCore();
      const model = new LifeModel();
      for (const one of steps)
        assert.equal(await carryOut(core, one), model.carryOut(one), JSON.stringify(one));
      await auditCounters(core);
      assert.deepEqual(await contents(core), model.contents());
      await settle(core);
      await auditNothingLeft(core);
      assert.deepEqual(await contents(core), model.contents());
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('leave nothing over when everything happens at once', async () => {
    const property = fc.asyncProperty(life(10), fc.nat(), async (steps, seed) => {
      const core = await memoryCore();
      makeSlow(core, seed);
      const made = steps.filter((one, at) => at < 2 && one.do === 'create bucket');
      await Promise.all(made.map((one) => carryOut(core, one)));
      // Who asks for encryption in a bucket that is made anew meanwhile may have to ask again.
      const calm = steps.map((one) => (one.do === 'put' ? { ...one, encrypted: false } : one));
      const outcomes = await Promise.all(calm.map((one) => carryOut(core, one)));
      assert.ok(!outcomes.includes('Busy'));
      await auditCounters(core);
      const before = await contents(core);
      await settle(core);
      await auditNothingLeft(core);
      assert.deepEqual(await contents(core), before);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
