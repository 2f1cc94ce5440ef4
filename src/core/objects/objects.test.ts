import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import {
  bodyOf,
  bucketName,
  type MemoryCore,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { collect as collectBytes } from '../../base/streams/collect.ts';
import { Unavailable } from '../../engines/errors.ts';
import { createBucket } from '../buckets/create.ts';
import { getBucket } from '../buckets/get.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import type { ObjectAttributes } from '../model/object-records.ts';
import { deleteObject } from './delete.ts';
import { type ReadObjectInput, readObject } from './get.ts';
import { type PutObjectInput, putObject } from './put.ts';
import { updateObject } from './update.ts';

const bucket = bucketName('photos');
const key = objectKeyOf('a/b');
const big = 'the quick brown fox jumps over the lazy dog';

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function fails(code: CoreErrorCode, details?: object) {
  return (error: unknown) => {
    assert.ok(isCoreError(error, code), `${error}`);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  };
}

describe('objects', () => {
  let core: MemoryCore;
  beforeEach(async () => {
    core = await memoryCore();
    await createBucket(core, testActor, { name: bucket });
  });

  function put(text: string, more: Partial<PutObjectInput> = {}) {
    return putObject(core, testActor, {
      bucket,
      key,
      attributes: plainAttributes,
      conditions: {},
      body: bodyOf(text),
      expected: [],
      signal: noSignal,
      ...more,
    });
  }

  async function read(more: Partial<ReadObjectInput> = {}) {
    const reading = await readObject(core, { bucket, key, conditions: {}, ...more });
    const texts = [];
    for (const range of reading.ranges) {
      const opened = reading.open(range);
      texts.push(
        String(opened instanceof Uint8Array ? Buffer.from(opened) : await collectBytes(opened, 1e6)),
      );
    }
    return { ...reading, texts };
  }

  async function blobCount() {
    let count = 0;
    for await (const _ of core.blobs.enumerate()) count += 1;
    return count;
  }

  for (const text of ['', 'x', 'sixteen bytes ok', 'seventeen bytes !', big]) {
    it(`reads back ${text.length} bytes`, async () => {
      const attributes: ObjectAttributes = {
        contentType: 'text/plain',
        headers: { cacheControl: 'no-store' },
        metadata: { color: 'blau', ['__proto__']: 'kept' },
        deleteAt: 2_000_000_000,
      };
      const info = await put(text, { attributes, checksum: 'SHA256', size: text.length });
      assert.equal(info.etag, md5(text));
      const value = createHash('sha256').update(text).digest('base64');
      assert.deepEqual(info.checksum, { algorithm: 'SHA256', type: 'FULL_OBJECT', value });
      const reading = await read();
      assert.deepEqual(reading.info, info);
      assert.deepEqual(reading.texts, [text]);
      assert.deepEqual(reading.info.metadata, attributes.metadata);
      assert.equal(await blobCount(), text.length > 16 ? 1 : 0);
      const { objects, bytes } = await getBucket(core, bucket);
      assert.deepEqual({ objects, bytes }, { objects: 1, bytes: text.length });
    });
  }

  it('refuses bodies that are not what was announced, and keeps nothing', async () => {
    for (const text of ['short', big]) {
      await assert.rejects(put(text, { size: text.length + 1 }), fails('IncompleteBody'));
      await assert.rejects(put(text, { size: text.length - 1 }), fails('TooLarge'));
      const wrong = { algorithm: 'md5', value: Buffer.alloc(16) } as const;
      await assert.rejects(put(text, { expected: [wrong] }), fails('BadDigest', { digest: 'md5' }));
      const trailer = { algorithm: 'crc32c', value: () => Buffer.alloc(4) } as const;
      await assert.rejects(put(text, { expected: [trailer] }), fails('BadDigest', { digest: 'crc32c' }));
      await assert.rejects(read(), fails('NoSuchKey'));
      const right = { algorithm: 'md5', value: Buffer.from(md5(text), 'hex') } as const;
      await put(text, { expected: [right] });
      await deleteObject(core, { bucket, key });
    }
  });

  it('lets a body end with its own error and an abort end a stalled body', async () => {
    const broken = new Error('cable');
    async function* breaking() {
      yield Buffer.from(big);
      throw broken;
    }
    await assert.rejects(put('', { body: breaking() }), broken);
    const abort = new AbortController();
    const stalled = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const putting = put('', { body: stalled, signal: abort.signal });
    setImmediate(() => abort.abort(broken));
    await assert.rejects(putting, broken);
    assert.equal(await blobCount(), 0);
  });

  it('drops the bytes of a refused commit and keeps those of an uncertain one', async () => {
    const { commit } = core.meta;
    await put('first');
    const body = async function* () {
      yield* bodyOf(big);
      await put('second');
    };
    const conditions = { ifMatch: [md5('first')] };
    await assert.rejects(put('', { body: body(), conditions }), fails('PreconditionFailed'));
    assert.equal(await blobCount(), 0);
    core.meta.commit = async (changes) => {
      await commit.call(core.meta, changes);
      throw new Unavailable('lost between commit and answer');
    };
    await assert.rejects(put(big), Unavailable);
    core.meta.commit = commit;
    assert.deepEqual((await read()).texts, [big]);
  });

  it('honours write conditions', async () => {
    await assert.rejects(put('x', { conditions: { ifMatch: ['abc'] } }), fails('NoSuchKey'));
    await put('1', { conditions: { ifNoneMatch: '*' } });
    await assert.rejects(put('2', { conditions: { ifNoneMatch: '*' } }), fails('PreconditionFailed'));
    await assert.rejects(put('2', { conditions: { ifNoneMatch: [md5('1')] } }), fails('PreconditionFailed'));
    await assert.rejects(put('2', { conditions: { ifMatch: [md5('0')] } }), fails('PreconditionFailed'));
    await put('2', { conditions: { ifMatch: [md5('1')], ifNoneMatch: [md5('3')] } });
    assert.deepEqual((await read()).texts, ['2']);
  });

  it('lets exactly one of many conditional writers win', async () => {
    const texts = Array.from({ length: 12 }, (_, at) => `${at}`.repeat(at * 3 + 1));
    const puts = await Promise.allSettled(
      texts.map((text) => put(text, { conditions: { ifNoneMatch: '*' } })),
    );
    const winners = puts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(winners.length, 1);
    const [text = ''] = (await read()).texts;
    assert.equal(winners[0]?.etag, md5(text));
    assert.equal(await blobCount(), text.length > 16 ? 1 : 0);
  });

  it('checks read conditions in the order of RFC 9110', async () => {
    const { etag, modifiedAt } = await put('x');
    const other = ['0'];
    const before = modifiedAt - 1000;
    await read({ conditions: { ifMatch: [etag], ifUnmodifiedSince: before } });
    await read({ conditions: { ifNoneMatch: other, ifModifiedSince: modifiedAt } });
    await read({ conditions: { ifUnmodifiedSince: modifiedAt - 1 + 1000, ifModifiedSince: before } });
    const refused = [
      [{ ifMatch: other }, 'PreconditionFailed'],
      [{ ifMatch: other, ifNoneMatch: [etag] }, 'PreconditionFailed'],
      [{ ifUnmodifiedSince: before }, 'PreconditionFailed'],
      [{ ifMatch: '*', ifNoneMatch: [etag] }, 'NotModified'],
      [{ ifNoneMatch: '*' }, 'NotModified'],
      [{ ifModifiedSince: modifiedAt }, 'NotModified'],
    ] as const;
    for (const [conditions, code] of refused) await assert.rejects(read({ conditions }), fails(code));
  });

  it('answers ranges', async () => {
    for (const text of ['0123456789', big]) {
      const { size } = await put(text);
      const cases = [
        [{ start: 2, end: 4 }, text.slice(2, 5)],
        [{ start: 0 }, text],
        [{ start: size - 1 }, text.slice(-1)],
        [{ start: 3, end: 999 }, text.slice(3)],
        [{ suffix: 4 }, text.slice(-4)],
        [{ suffix: 999 }, text],
      ] as const;
      for (const [range, expected] of cases) {
        const reading = await read({ ranges: [range] });
        assert.deepEqual(reading.texts, [expected]);
        assert.ok(reading.partial);
      }
      const several = await read({ ranges: [{ start: 1, end: 1 }, { start: 5000 }, { suffix: 1 }] });
      assert.deepEqual(several.texts, [text[1], text.at(-1)]);
      for (const range of [{ start: size }, { suffix: 0 }, { start: 5, end: 4 }]) {
        await assert.rejects(read({ ranges: [range] }), fails('RangeNotSatisfiable', { size }));
      }
      assert.deepEqual((await read({ partNumber: 1 })).texts, [text]);
      await assert.rejects(read({ partNumber: 2 }), fails('InvalidPart'));
    }
    await put('');
    await assert.rejects(read({ ranges: [{ suffix: 1 }] }), fails('RangeNotSatisfiable', { size: 0 }));
    assert.equal((await read({ partNumber: 1 })).partial, false);
  });

  it('deletes once', async () => {
    await put(big);
    const wrong = { ifMatch: ['0'] };
    await assert.rejects(deleteObject(core, { bucket, key, conditions: wrong }), fails('PreconditionFailed'));
    assert.deepEqual(await deleteObject(core, { bucket, key }), { existed: true });
    assert.deepEqual(await deleteObject(core, { bucket, key }), { existed: false });
    const any = { ifMatch: '*' } as const;
    await assert.rejects(deleteObject(core, { bucket, key, conditions: any }), fails('PreconditionFailed'));
    const { objects, bytes } = await getBucket(core, bucket);
    assert.deepEqual({ objects, bytes }, { objects: 0, bytes: 0 });
  });

  it('replaces attributes in place', async () => {
    const info = await put(big, {
      attributes: { ...plainAttributes, deleteAt: 4_000_000_000 },
      checksum: 'CRC32',
    });
    core.advance(5000);
    const metadata = { color: 'blau' };
    const updated = await updateObject(core, {
      bucket,
      key,
      attributes: (current) => {
        assert.equal(current.deleteAt, 4_000_000_000);
        return { ...plainAttributes, metadata };
      },
    });
    const { deleteAt: _, ...kept } = info;
    assert.deepEqual(updated, { ...kept, metadata, modifiedAt: core.clock() });
    assert.deepEqual((await read()).info, updated);
    assert.deepEqual((await read()).texts, [big]);
  });

  it('names what is missing', async () => {
    const other = bucketName('other');
    await assert.rejects(read(), fails('NoSuchKey', { bucket, key }));
    await assert.rejects(read({ bucket: other }), fails('NoSuchBucket', { bucket: other }));
    await assert.rejects(put('x', { bucket: other }), fails('NoSuchBucket'));
    await assert.rejects(deleteObject(core, { bucket: other, key }), fails('NoSuchBucket'));
    await assert.rejects(
      updateObject(core, { bucket, key, attributes: () => plainAttributes }),
      fails('NoSuchKey'),
    );
    assert.equal((await getBucket(core, bucket)).projectId, testProject);
  });
});
