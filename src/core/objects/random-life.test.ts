import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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
import type { UploadId } from '../model/names.ts';
import type { Versioning } from '../model/records.ts';
import { abortUpload } from '../multipart/abort.ts';
import { completeUpload } from '../multipart/complete.ts';
import { copyPart } from '../multipart/copy-part.ts';
import { startUpload } from '../multipart/start.ts';
import { uploadPart } from '../multipart/upload-part.ts';
import { collect } from './collect.ts';
import { copyObject } from './copy.ts';
import { deleteObject } from './delete.ts';
import { readObject } from './get.ts';
import { listObjects } from './list.ts';
import { putObject } from './put.ts';

/** Addresses are `bucket/key` over two buckets and three keys each. Everything in bucket `two` is encrypted. */
type Address = string;
type Step =
  | { do: 'put'; at: Address; text: string; encrypted: boolean }
  | { do: 'delete'; at: Address }
  | { do: 'copy'; from: Address; to: Address }
  | {
      do: 'multipart';
      at: Address;
      parts: (string | { from: Address; start: number })[];
      end: 'complete' | 'abort' | 'leave';
    }
  | { do: 'delete bucket'; bucket: string }
  | { do: 'create bucket'; bucket: string }
  | { do: 'versioning'; bucket: string; versioning: Versioning }
  | { do: 'collect' };

const buckets = ['one', 'two'];
const bucketOf = fc.constantFrom(...buckets);
const address = fc.tuple(bucketOf, fc.constantFrom('a', 'b', 'c')).map((both) => both.join('/'));
/** Around the limit of inline bytes, which is 16. */
const text = fc
  .tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.constantFrom(0, 1, 4, 5, 9))
  .map(([s, n]) => s.repeat(n));
const part = fc.oneof(text, fc.record({ from: address, start: fc.nat(20) }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), at: address, text, encrypted: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), at: address }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('copy' as const), from: address, to: address }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('multipart' as const),
      at: address,
      parts: fc.array(part, { minLength: 1, maxLength: 4 }),
      end: fc.constantFrom('complete' as const, 'complete' as const, 'abort' as const, 'leave' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete bucket' as const), bucket: bucketOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create bucket' as const), bucket: bucketOf }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      bucket: bucketOf,
      versioning: fc.constantFrom('enabled' as const, 'suspended' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'collect' as const }) },
);

function split(at: Address) {
  const [bucket = '', key = ''] = at.split('/');
  return { bucket: bucketName(bucket), key: objectKeyOf(key) };
}

/** Carries a step out; answers the code of its refusal. */
async function carryOut(core: MemoryCore, one: Step): Promise<string> {
  try {
    await run(core, one);
    return 'done';
  } catch (error) {
    if (error instanceof CoreError) return error.code;
    // The collector of these tests has no mercy with those who read slowly.
    if (error instanceof Corrupt) return 'too slow';
    throw error;
  }
}

async function run(core: MemoryCore, one: Step): Promise<void> {
  const body = { expected: [], signal: noSignal };
  const attributes = plainAttributes;
  if (one.do === 'put') {
    const { encrypted } = one;
    const put = { ...split(one.at), attributes, conditions: {}, body: bodyOf(one.text), encrypted, ...body };
    await putObject(core, testActor, put);
  } else if (one.do === 'delete') {
    await deleteObject(core, split(one.at));
  } else if (one.do === 'copy') {
    await copyObject(core, testActor, {
      source: split(one.from),
      sourceConditions: {},
      ...split(one.to),
      conditions: {},
      signal: noSignal,
      attributes: (source) => source,
    });
  } else if (one.do === 'multipart') {
    await runMultipart(core, one);
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
            signal: noSignal,
          }).then((copied) => copied.part);
    parts.push({ part: at + 1, etag });
  }
  if (one.end === 'complete')
    await completeUpload(core, testActor, { ...target, upload, parts, conditions: {} });
  if (one.end === 'abort') await abortUpload(core, { ...target, upload });
}

/** What each step does to a map of buckets to texts, and the refusals. */
class Model {
  readonly buckets = new Map<string, Map<string, string>>();
  /** Buckets with versioning, and whether anything was written or deleted since: it is behind, or will be. */
  readonly versioned = new Map<string, boolean>();

  carryOut(one: Step): string {
    if (one.do === 'collect') return 'done';
    if (one.do === 'versioning') return this.#versioning(one.bucket);
    if (one.do === 'create bucket' || one.do === 'delete bucket') return this.#bucket(one.do, one.bucket);
    if (one.do === 'copy') return this.#copy(one.from, one.to);
    const [objects, key] = this.#find(one.at);
    if (objects === undefined) return 'NoSuchBucket';
    if (one.do === 'put') this.#put(one.at, one.text);
    if (one.do === 'delete' && objects.delete(key)) this.#touch(one.at);
    return one.do === 'multipart' ? this.#multipart(one) : 'done';
  }

  #bucket(what: 'create bucket' | 'delete bucket', bucket: string): string {
    if (what === 'create bucket') {
      if (this.buckets.has(bucket)) return 'BucketExists';
      this.buckets.set(bucket, new Map());
      return 'done';
    }
    const objects = this.buckets.get(bucket);
    if (objects === undefined) return 'NoSuchBucket';
    if (objects.size > 0 || this.versioned.get(bucket) === true) return 'BucketNotEmpty';
    this.buckets.delete(bucket);
    this.versioned.delete(bucket);
    return 'done';
  }

  #versioning(bucket: string): string {
    if (!this.buckets.has(bucket)) return 'NoSuchBucket';
    this.versioned.set(bucket, this.versioned.get(bucket) ?? false);
    return 'done';
  }

  #put(at: Address, content: string): void {
    const [objects, key] = this.#find(at);
    objects?.set(key, content);
    this.#touch(at);
  }

  #touch(at: Address): void {
    const [bucket = ''] = at.split('/');
    if (this.versioned.has(bucket)) this.versioned.set(bucket, true);
  }

  #find(at: Address): [Map<string, string> | undefined, string] {
    const [bucket = '', key = ''] = at.split('/');
    return [this.buckets.get(bucket), key];
  }

  #copy(from: Address, to: Address): string {
    const [source, sourceKey] = this.#find(from);
    const [target] = this.#find(to);
    if (source === undefined || target === undefined) return 'NoSuchBucket';
    const content = source.get(sourceKey);
    if (content === undefined) return 'NoSuchKey';
    this.#put(to, content);
    return 'done';
  }

  #multipart({ at, parts, end }: Extract<Step, { do: 'multipart' }>): string {
    let whole = '';
    for (const content of parts) {
      if (typeof content === 'string') {
        whole += content;
        continue;
      }
      const [source, sourceKey] = this.#find(content.from);
      if (source === undefined) return 'NoSuchBucket';
      const found = source.get(sourceKey);
      if (found === undefined) return 'NoSuchKey';
      if (content.start >= found.length) return 'RangeNotSatisfiable';
      whole += found.slice(content.start);
    }
    if (end === 'complete') this.#put(at, whole);
    return 'done';
  }
}

async function contents(core: MemoryCore): Promise<Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  for (const name of buckets) {
    const bucket = bucketName(name);
    const objects = new Map<string, string>();
    try {
      const { entries } = await listObjects(core, { bucket, prefix: '', delimiter: '', limit: 100 });
      for (const entry of entries) {
        if (entry.kind !== 'object') continue;
        const { info, open } = await readObject(core, { bucket, key: entry.info.key, conditions: {} });
        assert.deepEqual(info, entry.info);
        const opened = open({ start: 0, end: info.size });
        const bytes = opened instanceof Uint8Array ? Buffer.from(opened) : await collectBytes(opened, 1e6);
        objects.set(info.key, bytes.toString());
      }
      found.set(name, objects);
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
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const core = await memoryCore();
      const model = new Model();
      for (const bucket of buckets) {
        const create = { do: 'create bucket', bucket } as const;
        assert.equal(await carryOut(core, create), model.carryOut(create));
      }
      for (const one of steps)
        assert.equal(await carryOut(core, one), model.carryOut(one), JSON.stringify(one));
      await auditCounters(core);
      assert.deepEqual(await contents(core), model.buckets);
      await settle(core);
      await auditNothingLeft(core);
      assert.deepEqual(await contents(core), model.buckets);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('leave nothing over when everything happens at once', async () => {
    const lives = fc.array(step, { minLength: 10, maxLength: 40 });
    const property = fc.asyncProperty(lives, fc.nat(), async (steps, seed) => {
      const core = await memoryCore();
      makeSlow(core, seed);
      await Promise.all(buckets.map((bucket) => carryOut(core, { do: 'create bucket', bucket })));
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
