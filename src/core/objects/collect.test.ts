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
import { collect as collectBytes } from '../../base/streams/collect.ts';
import { Corrupt, Unavailable } from '../../engines/errors.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import { createBucket } from '../buckets/create.ts';
import { openBucket } from '../buckets/lookup.ts';
import { CoreError, isCoreError } from '../errors.ts';
import { Draft } from '../model/draft.ts';
import { tags } from '../model/keys.ts';
import type { UploadId } from '../model/names.ts';
import { abortUpload } from '../multipart/abort.ts';
import { completeUpload } from '../multipart/complete.ts';
import { copyPart } from '../multipart/copy-part.ts';
import { startUpload } from '../multipart/start.ts';
import { uploadPart } from '../multipart/upload-part.ts';
import { draftUploadRemoval, findUpload } from '../multipart/upload-place.ts';
import { collect } from './collect.ts';
import { copyObject } from './copy.ts';
import { deleteObject } from './delete.ts';
import { readObject } from './get.ts';
import { putObject } from './put.ts';
import { sweepOrphans } from './sweep-orphans.ts';

const bucket = bucketName('photos');
const day = 24 * 3600 * 1000;
const big = 'more than what is kept inline';

function put(core: MemoryCore, key: string, text: string) {
  const body = bodyOf(text);
  const attributes = plainAttributes;
  return putObject(core, testActor, {
    bucket,
    key: objectKeyOf(key),
    attributes,
    conditions: {},
    body,
    expected: [],
    signal: noSignal,
  });
}

function copy(core: MemoryCore, from: string, to: string) {
  return copyObject(core, testActor, {
    source: { bucket, key: objectKeyOf(from) },
    sourceConditions: {},
    bucket,
    key: objectKeyOf(to),
    conditions: {},
    signal: noSignal,
    attributes: (source) => source,
  });
}

/** An upload of `count` parts, every fifth in a blob, completed when `finish`. */
async function multipart(
  core: MemoryCore,
  key: string,
  count: number,
  finish: 'complete' | 'abort' | 'leave',
) {
  const address = { bucket, key: objectKeyOf(key) };
  const { id } = await startUpload(core, testActor, { ...address, attributes: plainAttributes });
  const parts = [];
  for (let part = 1; part <= count; part += 1) {
    const body = bodyOf(part % 5 === 0 ? `${big} ${part}` : `${part}`);
    const input = { ...address, upload: id, part, body, expected: [], signal: noSignal };
    const { etag } = await uploadPart(core, input);
    parts.push({ part, etag });
  }
  const list = parts.slice(0, -1);
  if (finish === 'complete') {
    await completeUpload(core, testActor, { ...address, upload: id, parts: list, conditions: {} });
  }
  if (finish === 'abort') await abortUpload(core, { ...address, upload: id });
}

async function newCore(): Promise<MemoryCore> {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
  return core;
}

/** As the background jobs would, until nothing is due, with all delays over. */
async function collectAll(core: MemoryCore): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    core.advance(day + 1);
    const { failures } = await collect(core, 10_000);
    assert.deepEqual(failures, []);
    await sweepOrphans(core);
  }
}

async function blobCount(core: MemoryCore): Promise<number> {
  let count = 0;
  for await (const _ of core.blobs.enumerate()) count += 1;
  return count;
}

describe('the collector', () => {
  it('waits for the grace period, and spares what is referred to again', async () => {
    const core = await newCore();
    await put(core, 'a', big);
    await copy(core, 'a', 'b');
    await deleteObject(core, { bucket, key: objectKeyOf('a') });
    core.advance(core.settings.collectGrace + 1);
    assert.deepEqual((await collect(core, 10)).collected.blob, 0);
    await deleteObject(core, { bucket, key: objectKeyOf('b') });
    core.advance(core.settings.collectGrace - 1);
    assert.equal((await collect(core, 10)).visited, 0);
    assert.equal(await blobCount(core), 1);
    core.advance(1);
    assert.deepEqual((await collect(core, 10)).collected.blob, 1);
    await auditNothingLeft(core);
  });

  it('lets a reader finish what was deleted under it', async () => {
    const core = await newCore();
    await multipart(core, 'a', 12, 'complete');
    const { info, open } = await readObject(core, { bucket, key: objectKeyOf('a'), conditions: {} });
    const bytes = open({ start: 0, end: info.size }) as AsyncIterable<Uint8Array>;
    let size = 0;
    for await (const chunk of bytes) {
      if (size === 0) await deleteObject(core, { bucket, key: objectKeyOf('a') });
      await collect(core, 10);
      size += chunk.length;
    }
    assert.equal(size, info.size);
  });

  it('gives back everything after a mixed life', async () => {
    const core = await newCore();
    await multipart(core, 'a', 7, 'complete');
    await copy(core, 'a', 'b');
    await copy(core, 'b', 'b');
    await put(core, 'a', big);
    await put(core, 'a', big);
    await multipart(core, 'c', 7, 'abort');
    await collectAll(core);
    await auditNothingLeft(core);
    assert.equal(await blobCount(core), 2);
    await deleteObject(core, { bucket, key: objectKeyOf('a') });
    await deleteObject(core, { bucket, key: objectKeyOf('b') });
    await collectAll(core);
    await auditNothingLeft(core);
    assert.equal(await blobCount(core), 0);
  });

  it('is safe beside itself', async () => {
    const core = await newCore();
    for (let at = 0; at < 20; at += 1) await put(core, `${at % 3}`, `${big} ${at}`);
    await multipart(core, '0', 30, 'complete');
    await put(core, '0', 'x');
    for (let turn = 0; turn < 4; turn += 1) {
      core.advance(day + 1);
      await Promise.all(Array.from({ length: 5 }, () => collect(core, 100)));
      await auditCounters(core);
    }
    await auditNothingLeft(core);
  });

  it('puts off what fails and goes on', async () => {
    const core = await newCore();
    await put(core, 'a', big);
    await put(core, 'b', big);
    for (const key of ['a', 'b']) await deleteObject(core, { bucket, key: objectKeyOf(key) });
    const remove = core.blobs.delete.bind(core.blobs);
    let refused: string | undefined;
    core.blobs.delete = async (id) => {
      refused ??= id;
      if (id === refused) throw new Corrupt('damaged');
      await remove(id);
    };
    core.advance(day);
    const { collected, failures } = await collect(core, 10);
    assert.equal(collected.blob, 1);
    assert.deepEqual(
      failures.map(({ id }) => id),
      [refused],
    );
    assert.equal((await collect(core, 10)).visited, 0);
    core.blobs.delete = remove;
    core.advance(60_000);
    assert.equal((await collect(core, 10)).collected.blob, 1);
    await auditNothingLeft(core);
    core.blobs.delete = async () => {
      throw new Unavailable('down');
    };
    await put(core, 'a', big);
    await put(core, 'a', 'x');
    core.advance(day);
    await assert.rejects(collect(core, 10), Unavailable);
    core.blobs.delete = remove;
    assert.equal((await collect(core, 10)).collected.blob, 1);
  });
});

describe('the sweep of orphans', () => {
  it('takes old blobs without a counter, and no others', async () => {
    const core = await newCore();
    await put(core, 'a', big);
    await multipart(core, 'b', 5, 'leave');
    await core.blobs.write(bodyOf('nobody knows this'));
    core.advance(day - 1);
    await core.blobs.write(bodyOf('nobody knows this either'));
    assert.equal(await sweepOrphans(core), 0);
    core.advance(1);
    assert.equal(await sweepOrphans(core), 1);
    assert.equal(await blobCount(core), 3);
    core.advance(day);
    assert.equal(await sweepOrphans(core), 1);
    await auditNothingLeft(core);
  });

  it('spares a blob whose commit comes between the looks', async () => {
    const core = await newCore();
    const { id } = await core.blobs.write(bodyOf(big));
    core.advance(day);
    const { enumerate } = core.blobs;
    core.blobs.enumerate = async function* () {
      yield* enumerate.call(core.blobs);
      const get = core.meta.get.bind(core.meta);
      // The commit lands right after the first look.
      core.meta.get = async (keys) => {
        const entries = await get(keys);
        await core.meta.commit({ adds: keys.map((key) => [key, 1n] as const) });
        core.meta.get = get;
        return entries;
      };
    };
    assert.equal(await sweepOrphans(core), 0);
    assert.ok(id);
    assert.equal(await blobCount(core), 1);
  });
});

describe('somebody faster', () => {
  const any = () => true;
  const a = { bucket, key: objectKeyOf('a') };

  async function collectNow(core: MemoryCore): Promise<void> {
    core.advance(day);
    await collect(core, 1000);
  }

  async function withUpload() {
    const core = await newCore();
    const { id } = await startUpload(core, testActor, { ...a, attributes: plainAttributes });
    const send = (part: number, text: string) =>
      uploadPart(core, { ...a, upload: id, part, body: bodyOf(text), expected: [], signal: noSignal });
    return { core, upload: id, send };
  }

  it('deletes the source of a copy', async () => {
    const core = await newCore();
    await put(core, 'a', big);
    beforeCommit(core, any, async () => {
      await deleteObject(core, a);
      await collectNow(core);
    });
    await assert.rejects(copy(core, 'a', 'b'), (error) => isCoreError(error, 'NoSuchKey'));
    await collectAll(core);
    await auditNothingLeft(core);
  });

  it('deletes the source of a part', async () => {
    const { core, upload } = await withUpload();
    await put(core, 'a', big);
    beforeCommit(core, any, async () => {
      await deleteObject(core, a);
      await collectNow(core);
    });
    const copying = copyPart(core, {
      ...a,
      upload,
      part: 1,
      source: a,
      sourceConditions: {},
      signal: noSignal,
    });
    await assert.rejects(copying, (error) => isCoreError(error, 'NoSuchKey'));
    await collectAll(core);
    await auditNothingLeft(core);
  });

  it('ends the upload of a part', async () => {
    const { core, upload, send } = await withUpload();
    await send(2, big);
    beforeCommit(core, any, async () => {
      await abortUpload(core, { ...a, upload });
      await collectNow(core);
    });
    await assert.rejects(send(1, big), (error) => isCoreError(error, 'NoSuchUpload'));
    await auditNothingLeft(core);
  });

  it('collects a manifest before its object is there', async () => {
    const { core, upload, send } = await withUpload();
    const parts = [];
    for (let part = 1; part <= 501; part += 1) {
      const { etag } = await send(part, part % 100 === 0 ? big : 'x');
      parts.push({ part, etag });
    }
    const last = ({ deletes = [] }: Commit) => deletes.some((key) => key[0] === tags.upload);
    beforeCommit(core, last, () => collectNow(core));
    const info = await completeUpload(core, testActor, { ...a, upload, parts, conditions: {} });
    await collectAll(core);
    await auditNothingLeft(core);
    const { open } = await readObject(core, { ...a, conditions: {} });
    const bytes = await collectBytes(open({ start: 0, end: info.size }) as AsyncIterable<Uint8Array>, 1e6);
    assert.equal(bytes.toString(), parts.map(({ part }) => (part % 100 === 0 ? big : 'x')).join(''));
  });

  for (const [what, tag] of [
    ['parts', tags.part],
    ['chunks', tags.manifest],
    ['blobs', tags.queue],
  ] as const) {
    it(`collects the same ${what}`, async () => {
      const { core, upload } = await withUpload();
      await put(core, 'a', big);
      const source = { source: a, sourceConditions: {}, signal: noSignal };
      const { part } = await copyPart(core, { ...a, upload, part: 1, ...source });
      const parts = [{ part: 1, etag: part.etag }];
      if (what === 'parts') {
        await deleteBucketUpload(core, upload);
      } else {
        const b = { bucket, key: objectKeyOf('b') };
        const { id } = await startUpload(core, testActor, { ...b, attributes: plainAttributes });
        await copyPart(core, { ...b, upload: id, part: 1, ...source });
        await completeUpload(core, testActor, { ...b, upload: id, parts, conditions: {} });
        await deleteObject(core, b);
        await abortUpload(core, { ...a, upload });
      }
      core.advance(day);
      const deletes = ({ deletes: keys = [] }: Commit) => keys.some((key) => key[0] === tag);
      beforeCommit(core, deletes, () => collect(core, 1000));
      await collect(core, 1000);
      await auditCounters(core);
      await collectAll(core);
      await auditNothingLeft(core);
      assert.equal((await readObject(core, { ...a, conditions: {} })).info.size, big.length);
    });
  }

  /** Ends the upload as the deletion of its bucket would: its parts are left to the collector. */
  async function deleteBucketUpload(core: MemoryCore, upload: UploadId): Promise<void> {
    const { record } = await openBucket(core, bucket);
    const found = await findUpload(core, { ...a, upload });
    await draftUploadRemoval(new Draft(core), record.id, found.upload, [], core.clock()).commit();
  }
});

describe('a process that dies', () => {
  /** From the commit with this number on everything fails; the first one that fails is carried out when `applied`. */
  function killAt(core: MemoryCore, commits: number, applied: boolean): () => boolean {
    const { commit, get, range } = core.meta;
    let left = commits;
    let dead = false;
    const die = () => new Unavailable('the process is dead');
    core.meta.commit = async (changes: Commit) => {
      if (dead) throw die();
      if (left === 0) {
        if (applied) await commit.call(core.meta, changes);
        dead = true;
        throw die();
      }
      left -= 1;
      await commit.call(core.meta, changes);
    };
    core.meta.get = async (keys) => {
      if (dead) throw die();
      return get.call(core.meta, keys);
    };
    core.meta.range = async (range_) => {
      if (dead) throw die();
      return range.call(core.meta, range_);
    };
    return () => {
      Object.assign(core.meta, { commit, get, range });
      return dead;
    };
  }

  async function dies(
    prepare: (core: MemoryCore) => Promise<void>,
    act: (core: MemoryCore) => Promise<unknown>,
  ) {
    for (const applied of [false, true]) {
      for (let commits = 0; ; commits += 1) {
        const core = await newCore();
        await prepare(core);
        const revive = killAt(core, commits, applied);
        await act(core).catch((error) =>
          assert.ok(error instanceof Unavailable || error instanceof CoreError),
        );
        const died = revive();
        await auditCounters(core);
        await collectAll(core);
        await auditNothingLeft(core);
        if (!died) break;
        assert.ok(commits < 100);
      }
    }
  }

  it('leaves nothing behind when writing', () =>
    dies(
      async () => {},
      async (core) => {
        await put(core, 'a', big);
        await multipart(core, 'a', 6, 'complete');
        await copy(core, 'a', 'b');
        await deleteObject(core, { bucket, key: objectKeyOf('a') });
        await multipart(core, 'c', 6, 'abort');
      },
    ));

  it('leaves nothing behind when completing many parts', async () => {
    const address = { bucket, key: objectKeyOf('a') };
    let upload: Awaited<ReturnType<typeof startUpload>>;
    let parts: { part: number; etag: string }[];
    await dies(
      async (core) => {
        upload = await startUpload(core, testActor, { ...address, attributes: plainAttributes });
        parts = [];
        for (let part = 1; part <= 620; part += 1) {
          const body = bodyOf(part % 50 === 0 ? `${big} ${part}` : `${part}`);
          const input = { ...address, upload: upload.id, part, body, expected: [], signal: noSignal };
          parts.push({ part, etag: (await uploadPart(core, input)).etag });
        }
      },
      async (core) => {
        const input = { ...address, upload: upload.id, conditions: {} };
        await completeUpload(core, testActor, { ...input, parts: parts.slice(7) });
      },
    );
  });

  it('leaves nothing behind when collecting', () =>
    dies(
      async (core) => {
        await multipart(core, 'a', 30, 'complete');
        await copy(core, 'a', 'b');
        await put(core, 'a', big);
        await put(core, 'a', 'x');
        await put(core, 'b', 'x');
        await multipart(core, 'c', 8, 'abort');
      },
      async (core) => {
        for (let turn = 0; turn < 4; turn += 1) {
          core.advance(day + 1);
          await collect(core, 100);
        }
      },
    ));
});
