import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
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
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import { createHasher } from '../../base/hash.ts';
import { collect as collectBytes } from '../../base/streams/collect.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { getBucket } from '../buckets/get.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import type { UploadId } from '../model/names.ts';
import type { Checksum, PartRecord } from '../model/object-records.ts';
import { collect } from '../objects/collect.ts';
import { copyObject } from '../objects/copy.ts';
import { deleteObject } from '../objects/delete.ts';
import { type ReadObjectInput, readObject } from '../objects/get.ts';
import { listObjectParts } from '../objects/parts.ts';
import { putObject } from '../objects/put.ts';
import { abortUpload } from './abort.ts';
import { type CompleteUploadInput, completeUpload } from './complete.ts';
import { copyPart } from './copy-part.ts';
import { listParts, listUploads } from './list.ts';
import { startUpload } from './start.ts';
import { uploadPart } from './upload-part.ts';

const bucket = bucketName('photos');
const key = objectKeyOf('a/b');

function md5(text: string | Buffer): Buffer {
  return createHash('md5').update(text).digest();
}

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
  await createBucket(core, testActor, { name: bucket });
});

async function start(checksum?: Pick<Checksum, 'algorithm' | 'type'>): Promise<UploadId> {
  const attributes = { ...plainAttributes, metadata: { color: 'blau' } };
  const upload = await startUpload(core, testActor, {
    bucket,
    key,
    attributes,
    ...(checksum && { checksum }),
  });
  return upload.id;
}

function send(upload: UploadId, part: number, text: string): Promise<PartRecord> {
  const body = bodyOf(text);
  return uploadPart(core, { bucket, key, upload, part, body, expected: [], signal: noSignal });
}

function complete(upload: UploadId, parts: readonly PartRecord[], more: Partial<CompleteUploadInput> = {}) {
  const list = parts.map(({ number, etag }) => ({ part: number, etag }));
  return completeUpload(core, testActor, { bucket, key, upload, parts: list, conditions: {}, ...more });
}

async function read(more: Partial<ReadObjectInput> = {}): Promise<string> {
  const reading = await readObject(core, { bucket, key, conditions: {}, ...more });
  const [range = { start: 0, end: 0 }] = reading.ranges;
  const opened = reading.open(range);
  return String(opened instanceof Uint8Array ? Buffer.from(opened) : await collectBytes(opened, 1e6));
}

/** Lets the collector work until nothing is due, with all delays over. */
async function collectAll(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    core.advance(25 * 3600 * 1000);
    const { failures } = await collect(core, 10_000);
    assert.deepEqual(failures, []);
  }
}

describe('multipart uploads', () => {
  const texts = ['first part, in a blob', 'small', 'third part, also in a blob'];
  const whole = texts.join('');

  async function sendAll(upload: UploadId): Promise<PartRecord[]> {
    const parts = [];
    for (const [at, text] of texts.entries()) parts.push(await send(upload, at * 2 + 1, text));
    return parts;
  }

  it('become one object of their parts', async () => {
    const upload = await start();
    const parts = await sendAll(upload);
    assert.deepEqual((await listParts(core, { bucket, key, upload, after: 0, limit: 10 })).parts, parts);
    await assert.rejects(read(), fails('NoSuchKey'));
    const info = await complete(upload, parts, { size: whole.length });
    assert.equal(info.etag, `${md5(Buffer.concat(texts.map(md5))).toString('hex')}-3`);
    assert.equal(info.partCount, 3);
    assert.deepEqual(info.metadata, { color: 'blau' });
    assert.deepEqual((await readObject(core, { bucket, key, conditions: {} })).info, info);
    assert.equal(await read(), whole);
    for (let from = 0; from < whole.length; from += 5) {
      const ranges = [{ start: from, end: from + 19 }];
      assert.equal(await read({ ranges }), whole.slice(from, from + 20));
    }
    assert.equal(await read({ partNumber: 3 }), texts[1]);
    await assert.rejects(read({ partNumber: 2 }), fails('InvalidPart'));
    const listed = await listObjectParts(core, { bucket, key, conditions: {}, after: 1, limit: 1 });
    assert.deepEqual(listed.parts, [{ number: 3, size: 5 }]);
    assert.equal(listed.truncated, true);
    assert.equal((await getBucket(core, bucket)).bytes, whole.length);
    await assert.rejects(listParts(core, { bucket, key, upload, after: 0, limit: 1 }), fails('NoSuchUpload'));
    await auditCounters(core);
    await collectAll();
    await auditNothingLeft(core);
    assert.equal(await read(), whole);
  });

  it('give any part of many, also of uneven and empty ones', async () => {
    const upload = await start();
    const parts: PartRecord[] = [];
    const content = (number: number) => (number < 330 ? '' : `${number}`.repeat(number % 7));
    for (let number = 2; number <= 1300; number += 3) parts.push(await send(upload, number, content(number)));
    await complete(upload, parts);
    assert.equal(await read(), parts.map((part) => content(part.number)).join(''));
    for (const number of [2, 302, 329, 332, 500, 902, 1298]) {
      assert.equal(await read({ partNumber: number }), content(number));
    }
    for (const number of [1, 303, 1299, 9999]) {
      await assert.rejects(read({ partNumber: number }), fails('InvalidPart', { part: number }));
    }
    const page = await listObjectParts(core, { bucket, key, conditions: {}, after: 0, limit: 1000 });
    assert.deepEqual(
      page.parts.map((part) => part.number),
      parts.map((part) => part.number),
    );
  });

  it('leave nothing when parts are replaced, left out, or all given up', async () => {
    const upload = await start();
    const parts = await sendAll(upload);
    const replaced = await send(upload, 1, 'another first part in a blob');
    await assert.rejects(complete(upload, parts), fails('InvalidPart', { part: 1 }));
    await complete(upload, [replaced]);
    await collectAll();
    await auditNothingLeft(core);
    const second = await start();
    await sendAll(second);
    await abortUpload(core, { bucket, key, upload: second });
    await assert.rejects(abortUpload(core, { bucket, key, upload: second }), fails('NoSuchUpload'));
    await assert.rejects(send(second, 1, 'late'), fails('NoSuchUpload'));
    await deleteObject(core, { bucket, key });
    await collectAll();
    await auditNothingLeft(core);
    assert.equal((await getBucket(core, bucket)).objects, 0);
  });

  it('refuse wrong lists of parts', async () => {
    core = await memoryCore({ minPartBytes: 10 });
    await createBucket(core, testActor, { name: bucket });
    const upload = await start();
    const parts = await sendAll(upload);
    const [one, two, three] = parts as [PartRecord, PartRecord, PartRecord];
    await assert.rejects(complete(upload, []), fails('InvalidArgument'));
    await assert.rejects(complete(upload, [three, one]), fails('InvalidPartOrder', { part: 1 }));
    await assert.rejects(complete(upload, [one, one]), fails('InvalidPartOrder', { part: 1 }));
    await assert.rejects(complete(upload, [one, { ...three, number: 4 }]), fails('InvalidPart', { part: 4 }));
    await assert.rejects(complete(upload, parts), fails('PartTooSmall', { part: 3, size: 5, minimum: 10 }));
    await assert.rejects(complete(upload, [one, three], { size: 1 }), fails('InvalidArgument'));
    const conditions = { ifMatch: '*' } as const;
    await assert.rejects(complete(upload, [one, three], { conditions }), fails('NoSuchKey'));
    for (const part of [0, 10_001, 1.5])
      await assert.rejects(send(upload, part, 'x'), fails('InvalidArgument'));
    assert.equal((await complete(upload, [one, two])).partCount, 2);
  });

  it('answer the same completion again, and no other', async () => {
    const upload = await start();
    const parts = await sendAll(upload);
    const info = await complete(upload, parts);
    await deleteObject(core, { bucket, key });
    assert.deepEqual(await complete(upload, parts), info);
    await assert.rejects(complete(upload, parts.slice(1)), fails('NoSuchUpload'));
    await collectAll();
    await assert.rejects(complete(upload, parts), fails('NoSuchUpload'));
    await auditNothingLeft(core);
  });

  it('keep checksums of both types', async () => {
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      const digest = (...data: (string | Buffer)[]) => {
        const hasher = createHasher(algorithm.toLowerCase() as Lowercase<typeof algorithm>);
        for (const one of data) hasher.update(Buffer.from(one));
        return hasher.digest();
      };
      const full = digest(whole).toString('base64');
      const composite = `${digest(...texts.map((text) => digest(text))).toString('base64')}-3`;
      for (const [type, value] of [
        ['FULL_OBJECT', full],
        ['COMPOSITE', composite],
      ] as const) {
        const sha = algorithm.startsWith('SHA');
        if (type === 'FULL_OBJECT' ? sha : algorithm === 'CRC64NVME') {
          await assert.rejects(start({ algorithm, type }), fails('InvalidArgument'));
          continue;
        }
        const upload = await start({ algorithm, type });
        const parts = await sendAll(upload);
        const wrong = { algorithm, value: digest('x').toString('base64') };
        await assert.rejects(complete(upload, parts, { checksum: wrong }), fails('BadDigest'));
        const info = await complete(upload, parts, { checksum: { algorithm, value } });
        assert.deepEqual(info.checksum, { algorithm, type, value });
      }
    }
  });

  it('compare a whole checksum that was not announced', async () => {
    const upload = await start();
    const parts = [];
    for (const [at, text] of texts.entries()) {
      const input = { bucket, key, upload, part: at + 1, body: bodyOf(text), expected: [], signal: noSignal };
      parts.push(await uploadPart(core, { ...input, checksum: 'CRC32C' }));
    }
    const hasher = createHasher('crc32c');
    hasher.update(Buffer.from(whole));
    const value = hasher.digest().toString('base64');
    const other = { algorithm: 'SHA1', value: 'x' } as const;
    await assert.rejects(complete(upload, parts, { checksum: other }), fails('InvalidPart'));
    const info = await complete(upload, parts, { checksum: { algorithm: 'CRC32C', value } });
    assert.deepEqual(info.checksum, { algorithm: 'CRC32C', type: 'FULL_OBJECT', value });
  });

  it('settle concurrent completes, aborts and parts to one outcome', async () => {
    for (let round = 0; round < 30; round += 1) {
      const upload = await start();
      const parts = await sendAll(upload);
      const outcomes = await Promise.allSettled([
        complete(upload, parts),
        round % 3 === 0 ? abortUpload(core, { bucket, key, upload }) : complete(upload, parts.slice(1)),
        send(upload, 7, 'a part that comes late, in a blob'),
        send(upload, 1, 'first part, once more'),
      ]);
      const [first, second] = outcomes.map(({ status }) => status === 'fulfilled');
      assert.ok(!(first && second), 'two outcomes');
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          assert.ok(
            isCoreError(outcome.reason, 'NoSuchUpload') || isCoreError(outcome.reason, 'InvalidPart'),
            `${outcome.reason}`,
          );
        }
      }
    }
    const { entries } = await listUploads(core, { bucket, prefix: '', delimiter: '', limit: 100 });
    for (const entry of entries) {
      if (entry.kind === 'upload') await abortUpload(core, { bucket, key, upload: entry.upload.id });
    }
    await collectAll();
    await auditNothingLeft(core);
  });

  it('are gone, not wrong, for whoever meets their end between two reads', async () => {
    for (const use of [complete, list]) {
      const upload = await start();
      const parts = await sendAll(upload);
      afterRead(core, () => abortUpload(core, { bucket, key, upload }));
      await assert.rejects(use(upload, parts), fails('NoSuchUpload'));
    }
    async function list(upload: UploadId) {
      await listParts(core, { bucket, key, upload, after: 0, limit: 10 });
    }
  });

  it('go with their bucket', async () => {
    const upload = await start();
    await sendAll(upload);
    await deleteBucket(core, bucket);
    await assert.rejects(send(upload, 1, 'x'), fails('NoSuchBucket'));
    await createBucket(core, testActor, { name: bucket });
    await assert.rejects(send(upload, 1, 'x'), fails('NoSuchUpload'));
    await collectAll();
    await auditNothingLeft(core);
  });
});

describe('parts copied from objects', () => {
  const source = { bucket, key: objectKeyOf('source') };

  function copy(upload: UploadId, part: number, range?: { start: number; end?: number }) {
    const input = { bucket, key, upload, part, source, sourceConditions: {}, signal: noSignal };
    return copyPart(core, { ...input, ...(range && { range }) });
  }

  for (const text of ['tiny source', 'a source that is long enough for a blob of its own']) {
    it(`refer to ${text.length} bytes`, async () => {
      await putObject(core, testActor, {
        ...source,
        attributes: plainAttributes,
        conditions: {},
        body: bodyOf(text),
        expected: [],
        signal: noSignal,
      });
      const upload = await start({ algorithm: 'CRC32', type: 'FULL_OBJECT' });
      const one = await copy(upload, 1, { start: 2, end: 6 });
      const two = await copy(upload, 2);
      assert.equal(one.part.etag, md5(text.slice(2, 7)).toString('hex'));
      assert.equal(one.source.size, text.length);
      await assert.rejects(copy(upload, 3, { start: 2, end: text.length }), fails('RangeNotSatisfiable'));
      await auditCounters(core);
      const info = await complete(upload, [one.part, two.part]);
      await deleteObject(core, source);
      await collectAll();
      await auditNothingLeft(core);
      assert.equal(await read(), text.slice(2, 7) + text);
      // And from the parts of that object, across their border.
      await copyObject(core, testActor, {
        source: { bucket, key },
        sourceConditions: { ifMatch: [info.etag] },
        ...source,
        conditions: { ifNoneMatch: '*' },
        signal: noSignal,
        attributes: (from) => from,
      });
      const again = await start();
      const { part } = await copy(again, 9, { start: 3, end: 7 });
      await complete(again, [part]);
      await deleteObject(core, source);
      await collectAll();
      await auditNothingLeft(core);
      assert.equal(await read(), (text.slice(2, 7) + text).slice(3, 8));
    });
  }
});

describe('lists of uploads', () => {
  it('order by key and start, roll up, and go on behind markers', async () => {
    const ids: string[] = [];
    for (const name of ['b', 'a/1', 'a/2', 'b', 'c']) {
      core.advance(1000);
      const input = { bucket, key: objectKeyOf(name), attributes: plainAttributes };
      ids.push((await startUpload(core, testActor, input)).id);
    }
    const [b1, a1, a2, b2, c] = ids;
    async function list(more: Partial<Parameters<typeof listUploads>[1]>, truncated = false) {
      const page = await listUploads(core, { bucket, prefix: '', delimiter: '', limit: 10, ...more });
      assert.equal(page.truncated, truncated);
      return page.entries.map((entry) => (entry.kind === 'upload' ? entry.upload.id : entry.prefix));
    }
    assert.deepEqual(await list({}), [a1, a2, b1, b2, c]);
    assert.deepEqual(await list({ limit: 3 }, true), [a1, a2, b1]);
    assert.deepEqual(await list({ delimiter: '/' }), ['a/', b1, b2, c]);
    assert.deepEqual(await list({ delimiter: '/', afterKey: 'a/' }), [b1, b2, c]);
    assert.deepEqual(await list({ prefix: 'a/', delimiter: '/' }), [a1, a2]);
    assert.deepEqual(await list({ afterKey: 'b' }), [c]);
    assert.deepEqual(await list({ afterKey: 'b', afterUpload: b1 as UploadId }), [b2, c]);
    assert.deepEqual(await list({ afterKey: 'a/3' }), [b1, b2, c]);
    assert.deepEqual(await list({ afterKey: 'b\0\uffff' }), [c]);
    assert.deepEqual(await list({ prefix: 'b\0' }), []);
  });
});
