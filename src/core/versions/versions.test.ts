import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bodyOf,
  type MemoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import { bucket, listAll, put, remove, textOf, versioned } from '../../../test/support/versions.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { isCoreError } from '../errors.ts';
import type { Versioning } from '../model/bucket-records.ts';
import type { VersionId } from '../model/names.ts';
import { collect } from '../objects/collect.ts';
import { copyObject } from '../objects/copy.ts';
import { listObjects } from '../objects/list.ts';
import { putObject } from '../objects/put.ts';
import { updateObject } from '../objects/update.ts';
import { parseVersionId } from './ids.ts';
import { type ListVersionsInput, listVersions } from './list.ts';

const keys = ['a', 'a/b', 'b'];

type Step =
  | { do: 'put'; key: string; text: string }
  | { do: 'delete'; key: string; markAbsent: boolean }
  /** Of the version at this place, counted from the newest, of those there are. */
  | { do: 'delete version'; key: string; at: number }
  | { do: 'delete null'; key: string }
  | { do: 'copy version'; key: string; at: number; to: string }
  | { do: 'update'; key: string }
  | { do: 'versioning'; state: Versioning }
  | { do: 'wait' };

const key = fc.constantFrom(...keys);
const at = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('put' as const), key, text: fc.string({ maxLength: 30 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('delete' as const), key, markAbsent: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete version' as const), key, at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete null' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy version' as const), key, at, to: key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('update' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      state: fc.constantFrom('enabled' as const, 'suspended' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

interface ModelVersion {
  readonly id: string;
  /** Absent: a delete marker. */
  readonly text?: string;
}

/** S3's rules on plain lists, newest first. */
class Model {
  state: Versioning | undefined;
  readonly keys = new Map<string, ModelVersion[]>();

  of(name: string): ModelVersion[] {
    return this.keys.get(name) ?? [];
  }

  current(name: string): ModelVersion | undefined {
    const [newest] = this.of(name);
    return newest?.text === undefined ? undefined : newest;
  }

  add(name: string, version: ModelVersion): void {
    const kept = this.state === 'enabled' ? this.of(name) : this.of(name).filter(({ id }) => id !== 'null');
    this.keys.set(name, [version, ...kept]);
  }

  remove(name: string, id: string): void {
    this.keys.set(
      name,
      this.of(name).filter((version) => version.id !== id),
    );
  }
}

async function carryOut(core: MemoryCore, model: Model, one: Step): Promise<void> {
  if (one.do === 'wait') {
    core.advance(1500);
  } else if (one.do === 'versioning') {
    await putVersioning(core, testActor, { bucket, versioning: one.state });
    model.state = one.state;
  } else if (one.do === 'put') {
    const { versionId } = await put(core, one.key, one.text);
    assert.equal(versionId === undefined, model.state === undefined);
    assert.equal(versionId ?? 'null', model.state === 'enabled' ? versionId : 'null');
    model.add(one.key, { id: versionId ?? 'null', text: one.text });
  } else if (one.do === 'delete') {
    const { existed, versionId, deleteMarker } = await remove(core, one.key, undefined, one.markAbsent);
    assert.equal(existed, model.current(one.key) !== undefined);
    const marks = model.state !== undefined && (existed || one.markAbsent);
    assert.equal(deleteMarker === true, marks);
    if (marks) model.add(one.key, { id: versionId ?? '' });
    else if (existed) model.remove(one.key, 'null');
  } else if (one.do === 'delete version' || one.do === 'delete null') {
    const id = one.do === 'delete null' ? 'null' : model.of(one.key)[one.at]?.id;
    if (id === undefined) return;
    const version = model.of(one.key).find((other) => other.id === id);
    const { existed, deleteMarker } = await remove(core, one.key, id);
    assert.equal(existed, version !== undefined);
    assert.equal(deleteMarker === true, version !== undefined && version.text === undefined);
    model.remove(one.key, id);
  } else if (one.do === 'update') {
    const update = { bucket, key: objectKeyOf(one.key), attributes: () => plainAttributes };
    const outcome = await updateObject(core, update).catch((error: unknown) => error);
    if (model.current(one.key) === undefined) assert.ok(isCoreError(outcome, 'NoSuchKey'));
    else assert.ok(!(outcome instanceof Error), `${outcome}`);
  } else {
    await copyVersion(core, model, one);
  }
}

async function copyVersion(
  core: MemoryCore,
  model: Model,
  one: Extract<Step, { do: 'copy version' }>,
): Promise<void> {
  const source = model.of(one.key)[one.at];
  if (source === undefined) return;
  const copying = copyObject(core, testActor, {
    source: { bucket, key: objectKeyOf(one.key), version: source.id as VersionId },
    sourceConditions: {},
    bucket,
    key: objectKeyOf(one.to),
    conditions: {},
    attributes: () => plainAttributes,
    signal: noSignal,
  });
  if (source.text === undefined) {
    await assert.rejects(copying, (error) => isCoreError(error, 'IsDeleteMarker'));
    return;
  }
  const { info } = await copying;
  model.add(one.to, { id: info.versionId ?? 'null', text: source.text });
}

async function compare(core: MemoryCore, model: Model): Promise<void> {
  await auditCounters(core);
  const expected = keys.flatMap((name) =>
    model.of(name).map((version, place) => ({ name, ...version, isLatest: place === 0 })),
  );
  for (const limit of [1000, 3, 1]) {
    const found = await listAll(core, { limit });
    assert.deepEqual(
      found.map(({ key: name, versionId: id, isLatest, info }) => ({ name, id, isLatest, size: info?.size })),
      expected.map(({ name, id, isLatest, text }) => ({
        name,
        id,
        isLatest,
        size: text === undefined ? undefined : Buffer.byteLength(text),
      })),
    );
  }
  for (const { name, id, text } of expected) {
    if (text !== undefined) assert.equal(await textOf(core, name, id), text);
    else await assert.rejects(textOf(core, name, id), (error) => isCoreError(error, 'IsDeleteMarker'));
  }
  const current = keys.filter((name) => model.current(name) !== undefined);
  const { entries } = await listObjects(core, { bucket, prefix: '', delimiter: '', limit: 100 });
  assert.deepEqual(
    entries.map((entry) => entry.kind === 'object' && entry.info.key),
    current,
  );
  for (const name of keys) await compareCurrent(core, model, name);
}

async function compareCurrent(core: MemoryCore, model: Model, name: string): Promise<void> {
  const [newest] = model.of(name);
  if (newest?.text !== undefined) {
    assert.equal(await textOf(core, name), newest.text);
    return;
  }
  await assert.rejects(
    textOf(core, name),
    (error) => isCoreError(error, 'NoSuchKey') && error.details.marker === newest?.id,
  );
}

describe('versions of objects', () => {
  it('agree with plain lists, whatever is done to them', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), async (steps) => {
      const core = await versioned('off');
      const model = new Model();
      for (const one of steps) await carryOut(core, model, one);
      await compare(core, model);
      for (const { key: name, versionId } of await listAll(core)) await remove(core, name, versionId);
      await deleteBucket(core, bucket);
      core.advance(25 * 3600 * 1000);
      assert.deepEqual((await collect(core, 10_000)).failures, []);
      core.advance(25 * 3600 * 1000);
      await collect(core, 10_000);
      await auditNothingLeft(core);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('keep their order when the clock stands still or goes back', async () => {
    const core = await versioned();
    const ids = [];
    for (const back of [0, 0, -5000, 0, -5000]) {
      core.advance(back);
      ids.unshift((await put(core, 'a', 'x')).versionId);
    }
    assert.deepEqual(
      (await listAll(core)).map(({ versionId }) => versionId),
      ids,
    );
    ids.unshift((await remove(core, 'a')).versionId);
    core.advance(-5000);
    ids.unshift((await put(core, 'a', 'x')).versionId);
    assert.deepEqual(
      (await listAll(core)).map(({ versionId }) => versionId),
      ids,
    );
  });

  it('are listed whole by who deletes each page before asking for the next', async () => {
    for (const state of ['enabled', 'suspended'] as const) {
      for (let limit = 1; limit <= 4; limit += 1) {
        const core = await versioned('off');
        await put(core, 'a', 'null version');
        await putVersioning(core, testActor, { bucket, versioning: 'enabled' });
        for (let count = 0; count < 3; count += 1) {
          await put(core, 'a', `${count}`);
          await remove(core, 'a');
          await put(core, 'b', `${count}`);
        }
        await putVersioning(core, testActor, { bucket, versioning: state });
        await put(core, 'b', 'last');
        let next: { key: string; version?: VersionId } | undefined = { key: '' };
        while (next !== undefined) {
          const from: Partial<ListVersionsInput> =
            next.key === ''
              ? {}
              : { afterKey: next.key, ...(next.version !== undefined && { afterVersion: next.version }) };
          const page = await listVersions(core, { bucket, prefix: '', delimiter: '', limit, ...from });
          for (const entry of page.entries) {
            if (entry.kind === 'version') await remove(core, entry.key, entry.versionId);
          }
          next = page.next;
        }
        await deleteBucket(core, bucket);
      }
    }
  });

  it('roll up at a delimiter', async () => {
    const core = await versioned();
    for (const name of ['a', 'a/b', 'a/b', 'a/c', 'b', 'z/z']) await put(core, name, name);
    await remove(core, 'z/z');
    const { entries } = await listVersions(core, { bucket, prefix: '', delimiter: '/', limit: 100 });
    assert.deepEqual(
      entries.map((entry) => (entry.kind === 'prefix' ? entry.prefix : entry.key)),
      ['a', 'a/', 'b', 'z/'],
    );
    const below = await listVersions(core, { bucket, prefix: 'a/', delimiter: '/', limit: 100 });
    assert.deepEqual(
      below.entries.map((entry) => entry.kind === 'version' && entry.key),
      ['a/b', 'a/b', 'a/c'],
    );
  });

  it('are found while they move between current and behind', async () => {
    const core = await versioned();
    const { versionId: first } = await put(core, 'a', 'first');
    const { versionId: second } = await put(core, 'a', 'second');
    const { get } = core.meta;
    let turns = 0;
    core.meta.get = async (wanted) => {
      const answer = await get.call(core.meta, wanted);
      if (turns++ === 0) {
        core.meta.get = get;
        await remove(core, 'a', second);
      }
      return answer;
    };
    assert.equal(await textOf(core, 'a', first), 'first');
  });

  it('are listed while they move between current and behind', async () => {
    const core = await versioned();
    await put(core, 'a', 'first');
    const { versionId: second } = await put(core, 'a', 'second');
    const { range } = core.meta;
    let turns = 0;
    core.meta.range = async (wanted) => {
      const answer = await range.call(core.meta, wanted);
      if (turns++ === 0) await remove(core, 'a', second);
      return answer;
    };
    assert.equal((await listAll(core)).length, 1);
  });

  it('of a bucket without versioning are its objects', async () => {
    const core = await versioned('off');
    await put(core, 'a', 'x');
    const [only] = await listAll(core);
    assert.deepEqual([only?.versionId, only?.isLatest, only?.info?.size], ['null', true, 1]);
    assert.equal(await textOf(core, 'a', 'null'), 'x');
    const other = parseVersionId(Buffer.alloc(16).toString('base64url'));
    await assert.rejects(textOf(core, 'a', other), (error) => isCoreError(error, 'NoSuchVersion'));
    assert.deepEqual(await remove(core, 'a', other), { existed: false, versionId: other });
    assert.equal((await remove(core, 'a', 'null')).existed, true);
    assert.deepEqual(await listAll(core), []);
  });

  it('keep a bucket from being deleted', async () => {
    const core = await versioned();
    const { versionId } = await put(core, 'a', 'x');
    const { versionId: marker } = await remove(core, 'a');
    const full = (error: unknown) => isCoreError(error, 'BucketNotEmpty');
    await assert.rejects(deleteBucket(core, bucket), full);
    await remove(core, 'a', versionId);
    await assert.rejects(deleteBucket(core, bucket), full);
    await remove(core, 'a', marker);
    await deleteBucket(core, bucket);
  });

  it('go by a date of deletion as by any deletion, and may come back', async () => {
    const core = await versioned();
    const due = Math.floor(core.clock() / 1000) + 10;
    await putObject(core, testActor, {
      bucket,
      key: objectKeyOf('a'),
      attributes: { ...plainAttributes, deleteAt: due },
      conditions: {},
      body: bodyOf('x'),
      expected: [],
      signal: noSignal,
    });
    const { versionId } = await put(core, 'a', 'newer');
    await auditCounters(core);
    await remove(core, 'a', versionId);
    await auditCounters(core);
    core.advance(20_000);
    await assert.rejects(textOf(core, 'a'), (error) => isCoreError(error, 'NoSuchKey'));
    await remove(core, 'a', undefined, true);
    await auditCounters(core);
    assert.equal((await listAll(core)).length, 2);
  });
});
