import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  beforeCommit,
  bodyOf,
  type MemoryCore,
  makeSlow,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import {
  afterDeletion,
  afterMove,
  afterPut,
  currentText,
  type Standing,
  type VersioningState,
  type Versions,
} from '../../../test/support/version-model.ts';
import { bucket, listAll, put, remove, textOf, versioned } from '../../../test/support/versions.ts';
import { setBucketEncryption } from '../buckets/encryption.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { CoreError, type CoreErrorCode, isCoreError } from '../errors.ts';
import type { UploadId } from '../model/names.ts';
import { completeUpload } from '../multipart/complete.ts';
import { startUpload } from '../multipart/start.ts';
import { uploadPart } from '../multipart/upload-part.ts';
import { collect } from './collect.ts';
import { headObject } from './get.ts';
import { type MoveObjectInput, moveObject } from './move.ts';
import { putObject } from './put.ts';

const long = 'a text that is longer than what is kept inline';

const move = (
  core: MemoryCore,
  from: string,
  to: string,
  existing: MoveObjectInput['existing'] = 'replace',
) => moveObject(core, testActor, { bucket, from: objectKeyOf(from), to: objectKeyOf(to), existing });

const refusedWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);

const infoOf = async (core: MemoryCore, name: string) =>
  (await headObject(core, { bucket, key: objectKeyOf(name), conditions: {} })).info;

/** What is there to read, by key. */
async function contents(core: MemoryCore): Promise<Record<string, string>> {
  const latest = (await listAll(core)).filter(({ isLatest, info }) => isLatest && info !== undefined);
  const texts = latest.map(async ({ key }) => [key, await textOf(core, key)] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function settle(core: MemoryCore): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    core.advance(25 * 3600 * 1000);
    assert.deepEqual((await collect(core, 10_000)).failures, []);
  }
  await auditNothingLeft(core);
}

type Step =
  | { do: 'put'; at: string; text: string }
  | { do: 'delete'; at: string }
  | { do: 'move'; at: string; to: string; existing: 'replace' | 'refuse' }
  | { do: 'versioning'; versioning: 'enabled' | 'suspended' };

const name = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      at: name,
      text: fc.constantFrom('', 'short', long),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at: name }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      at: name,
      to: name,
      existing: fc.constantFrom('replace' as const, 'refuse' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      versioning: fc.constantFrom('enabled' as const, 'suspended' as const),
    }),
  },
);

/** Carries a step out; answers the code of its refusal. */
async function carryOut(core: MemoryCore, one: Step): Promise<string> {
  try {
    if (one.do === 'put') await put(core, one.at, one.text);
    else if (one.do === 'delete') await remove(core, one.at, undefined, false);
    else if (one.do === 'move') await move(core, one.at, one.to, one.existing);
    else await putVersioning(core, testActor, { bucket, versioning: one.versioning });
    return 'done';
  } catch (error) {
    if (error instanceof CoreError) return error.code;
    throw error;
  }
}

/** Carries the steps out on plain lists. */
class Model {
  versions: Versions = {};
  #state: VersioningState = 'off';

  carryOut(one: Step): string {
    if (one.do === 'versioning') this.#state = one.versioning;
    if (one.do === 'put') this.versions = afterPut(this.versions, this.#state, one.at, one.text);
    if (one.do === 'delete' && this.#text(one.at) !== undefined) {
      this.versions = afterDeletion(this.versions, this.#state, one.at);
    }
    return one.do === 'move' ? this.#move(one) : 'done';
  }

  #text(key: string): string | undefined {
    return currentText(this.versions, key);
  }

  #move({ at, to, existing }: Extract<Step, { do: 'move' }>): string {
    if (at === to) return 'InvalidArgument';
    if (this.#text(at) === undefined) return 'NoSuchKey';
    if (existing === 'refuse' && this.#text(to) !== undefined) return 'Duplicate';
    this.versions = afterMove(this.versions, this.#state, { from: at, to });
    return 'done';
  }
}

describe('a move', () => {
  it('does to all versions what a plain list of them says, and leaves nothing over', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const core = await versioned('off');
      const model = new Model();
      for (const one of steps)
        assert.equal(await carryOut(core, one), model.carryOut(one), JSON.stringify(one));
      await auditCounters(core);
      const found: Record<string, Standing[]> = {};
      for (const { key, versionId, info } of await listAll(core)) {
        const text = info && (await textOf(core, key, versionId));
        const standing = { isNull: versionId === 'null', ...(text !== undefined && { text }) };
        found[key] = [...(found[key] ?? []), standing];
      }
      assert.deepEqual(found, model.versions);
      await settle(core);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('leaves the counts right when everything happens at once', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.nat(),
      async (steps, seed) => {
        const core = await versioned('off');
        makeSlow(core, seed);
        const outcomes = await Promise.all(steps.map((one) => carryOut(core, one)));
        assert.ok(!outcomes.includes('Busy'));
        await settle(core);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  for (const state of ['off', 'enabled', 'suspended'] as const) {
    it(`of one object by many at once succeeds once, versioning ${state}`, async () => {
      for (let seed = 0; seed < 20; seed += 1) {
        const core = await versioned(state);
        await put(core, 'a', long);
        makeSlow(core, seed);
        const names = ['b', 'c', 'd', 'e'];
        const outcomes = await Promise.allSettled(names.map((to) => move(core, 'a', to)));
        const done = names.filter((_, at) => outcomes[at]?.status === 'fulfilled');
        assert.equal(done.length, 1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') assert.ok(refusedWith('NoSuchKey')(outcome.reason));
        }
        assert.deepEqual(await contents(core), { [done[0] ?? '']: long });
        await settle(core);
      }
    });

    it(`to one name that must be free is won by one of many, versioning ${state}`, async () => {
      for (let seed = 0; seed < 20; seed += 1) {
        const core = await versioned(state);
        const names = ['a', 'b', 'c'];
        for (const one of names) await put(core, one, `${one} ${long}`);
        makeSlow(core, seed);
        const outcomes = await Promise.allSettled(names.map((from) => move(core, from, 'z', 'refuse')));
        const done = names.filter((_, at) => outcomes[at]?.status === 'fulfilled');
        assert.equal(done.length, 1);
        const expected = names.map((one) => [done.includes(one) ? 'z' : one, `${one} ${long}`]);
        assert.deepEqual(await contents(core), Object.fromEntries(expected));
        await settle(core);
      }
    });

    it(`there and back at once loses nothing, versioning ${state}`, async () => {
      for (let seed = 0; seed < 20; seed += 1) {
        const core = await versioned(state);
        await put(core, 'a', long);
        await put(core, 'b', 'another');
        makeSlow(core, seed);
        const outcomes = await Promise.allSettled([move(core, 'a', 'b'), move(core, 'b', 'a')]);
        // The second to come finds what the first has moved, so both may succeed: then it went there and back.
        assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
        assert.equal(Object.keys(await contents(core)).length, 1);
        await settle(core);
      }
    });
  }

  it('is refused when the source changes or goes at the last moment, and takes what is there then', async () => {
    const core = await versioned('off');
    await put(core, 'a', long);
    beforeCommit(
      core,
      () => true,
      () => put(core, 'a', 'newer'),
    );
    await move(core, 'a', 'b');
    assert.deepEqual(await contents(core), { b: 'newer' });
    beforeCommit(
      core,
      () => true,
      () => remove(core, 'b', undefined, false),
    );
    await assert.rejects(move(core, 'b', 'c'), refusedWith('NoSuchKey'));
    await put(core, 'a', long);
    beforeCommit(
      core,
      () => true,
      () => put(core, 'z', 'was faster'),
    );
    await assert.rejects(move(core, 'a', 'z', 'refuse'), refusedWith('Duplicate'));
    assert.deepEqual(await contents(core), { a: long, z: 'was faster' });
    await settle(core);
  });

  it('keeps everything but the key and the time', async () => {
    const core = await versioned('off');
    await setBucketEncryption(core, bucket, true);
    const before = await putObject(core, testActor, {
      bucket,
      key: objectKeyOf('a'),
      attributes: {
        contentType: 'text/plain',
        headers: { cacheControl: 'no-store' },
        metadata: { colour: 'blue' },
        deleteAt: Math.floor(core.clock() / 1000) + 100,
      },
      conditions: {},
      body: bodyOf(long),
      expected: [],
      checksum: 'CRC32C',
      signal: noSignal,
    });
    core.advance(5000);
    const moved = await move(core, 'a', 'b');
    assert.deepEqual(moved, { ...before, key: 'b', modifiedAt: core.clock() });
    assert.deepEqual(await infoOf(core, 'b'), moved);
    assert.equal(moved.encrypted, true);
    assert.equal(await textOf(core, 'b'), long);
    await assert.rejects(infoOf(core, 'a'), refusedWith('NoSuchKey'));
    await auditCounters(core);
  });

  it('takes a multipart object along without looking at its parts', async () => {
    const core = await versioned('off');
    const target = { bucket, key: objectKeyOf('big') };
    const { id } = await startUpload(core, testActor, { ...target, attributes: plainAttributes });
    const upload = id as UploadId;
    const parts = [];
    for (let part = 1; part <= 30; part += 1) {
      const body = { body: bodyOf(long), expected: [], signal: noSignal };
      parts.push({ part, etag: (await uploadPart(core, { ...target, upload, part, ...body })).etag });
    }
    const before = await completeUpload(core, testActor, { ...target, upload, parts, conditions: {} });
    const { commit } = core.meta;
    let written = 0;
    core.meta.commit = (changes) => {
      written += (changes.puts?.length ?? 0) + (changes.deletes?.length ?? 0);
      return commit.call(core.meta, changes);
    };
    const { etag, partCount } = await move(core, 'big', 'far/away');
    core.meta.commit = commit;
    assert.deepEqual({ etag, partCount, written }, { etag: before.etag, partCount: 30, written: 2 });
    assert.equal(await textOf(core, 'far/away'), long.repeat(30));
    await settle(core);
  });

  it('of what is past due is refused, and its name is free', async () => {
    const core = await versioned('off');
    await putObject(core, testActor, {
      bucket,
      key: objectKeyOf('due'),
      attributes: { ...plainAttributes, deleteAt: Math.floor(core.clock() / 1000) + 1 },
      conditions: {},
      body: bodyOf(long),
      expected: [],
      signal: noSignal,
    });
    await put(core, 'a', 'x');
    await assert.rejects(move(core, 'a', 'due', 'refuse'), refusedWith('Duplicate'));
    core.advance(2000);
    await assert.rejects(move(core, 'due', 'b'), refusedWith('NoSuchKey'));
    await move(core, 'a', 'due', 'refuse');
    assert.deepEqual(await contents(core), { due: 'x' });
    await settle(core);
  });

  it('onto itself, of nothing, and in a bucket that is not there is refused', async () => {
    const core = await versioned('off');
    await put(core, 'a', 'x');
    await assert.rejects(move(core, 'a', 'a'), refusedWith('InvalidArgument'));
    await assert.rejects(move(core, 'b', 'c'), refusedWith('NoSuchKey'));
    const elsewhere = { bucket: 'nowhere' as typeof bucket, from: objectKeyOf('a'), to: objectKeyOf('b') };
    const lost = moveObject(core, testActor, { ...elsewhere, existing: 'replace' });
    await assert.rejects(lost, refusedWith('NoSuchBucket'));
  });
});
