/** Encryption turned on, or a bucket made anew, while something is written to it: never plain bytes under a promise of encryption. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  beforeCommit,
  bodyOf,
  bucketName,
  type MemoryCore,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { setBucketEncryption } from '../buckets/encryption.ts';
import { isCoreError } from '../errors.ts';
import { copyObject } from '../objects/copy.ts';
import { readObject } from '../objects/get.ts';
import { putObject } from '../objects/put.ts';

const bucket = bucketName('bucket');
const place = { bucket, key: objectKeyOf('key') };
const any = () => true;
const texts = ['few bytes', 'so many bytes that they have a blob of their own'];

async function newCore(encrypted: boolean): Promise<MemoryCore> {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: bucket, encrypted });
  return core;
}

function put(core: MemoryCore, text: string, encrypted?: boolean) {
  const body = { body: bodyOf(text), expected: [], signal: noSignal };
  const asked = encrypted === undefined ? {} : { encrypted };
  return putObject(core, testActor, {
    ...place,
    attributes: plainAttributes,
    conditions: {},
    ...body,
    ...asked,
  });
}

async function remake(core: MemoryCore, encrypted: boolean): Promise<void> {
  await deleteBucket(core, bucket);
  await createBucket(core, testActor, { name: bucket, encrypted });
}

async function assertEncrypted(core: MemoryCore, key = place.key): Promise<void> {
  const { info } = await readObject(core, { bucket, key, conditions: {} });
  assert.equal(info.encrypted, true);
}

const busy = (error: unknown) => isCoreError(error, 'Busy');

for (const text of texts) {
  describe(`an object of ${text.length} bytes`, () => {
    it('that was stored plain is refused once encryption is on, and leaves nothing', async () => {
      const core = await newCore(false);
      beforeCommit(core, any, () => setBucketEncryption(core, bucket, true));
      await assert.rejects(put(core, text), busy);
      await auditNothingLeft(core);
      await put(core, text);
      await assertEncrypted(core);
    });

    it('that was stored encrypted is wrapped by the key of a bucket made anew, or refused where there is none', async () => {
      const core = await newCore(true);
      beforeCommit(core, any, () => remake(core, true));
      await put(core, text);
      await assertEncrypted(core);

      const other = await newCore(true);
      beforeCommit(other, any, () => remake(other, false));
      await assert.rejects(put(other, text), busy);
      await auditNothingLeft(other);
    });

    it('stays encrypted when encryption is turned off meanwhile', async () => {
      const core = await newCore(true);
      beforeCommit(core, any, () => setBucketEncryption(core, bucket, false));
      await put(core, text);
      await assertEncrypted(core);
    });

    it('that is copied is encrypted when encryption comes on meanwhile', async () => {
      const core = await newCore(false);
      await put(core, text);
      const key = objectKeyOf('copy');
      beforeCommit(core, any, () => setBucketEncryption(core, bucket, true));
      await copyObject(core, testActor, {
        source: place,
        sourceConditions: {},
        bucket,
        key,
        conditions: {},
        attributes: (source) => source,
        signal: noSignal,
      });
      await assertEncrypted(core, key);
      await auditCounters(core);
    });
  });
}

it('two writers who ask first give the bucket one key', async () => {
  const core = await newCore(false);
  const keys = ['a', 'b', 'c'].map(objectKeyOf);
  const write = (key: typeof place.key) =>
    putObject(core, testActor, {
      bucket,
      key,
      attributes: plainAttributes,
      conditions: {},
      body: bodyOf(key),
      expected: [],
      signal: noSignal,
      encrypted: true,
    });
  await Promise.all(keys.map(write));
  for (const key of keys) {
    await assertEncrypted(core, key);
    const { open } = await readObject(core, { bucket, key, conditions: {} });
    const bytes = open({ start: 0, end: 1 });
    assert.ok(bytes instanceof Uint8Array);
    assert.equal(Buffer.from(bytes).toString(), key);
  }
});
