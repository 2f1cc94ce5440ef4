/** Owns races for the versions of a key, to be run on each metadata engine: whoever wins, counters, heads and references agree. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  beforeCommit,
  type MemoryCore,
  makeSlow,
  noSignal,
  objectKeyOf,
  testActor,
} from '../../../test/support/memory-core.ts';
import { auditCounters, auditNothingLeft } from '../../../test/support/store-audit.ts';
import { bucket, listAll, put, remove, versioned } from '../../../test/support/versions.ts';
import type { MetaStore } from '../../engines/meta/meta-store.ts';
import { getBucket } from '../buckets/get.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { isCoreError } from '../errors.ts';
import type { VersionId } from '../model/names.ts';
import { collect } from '../objects/collect.ts';
import { copyObject } from '../objects/copy.ts';
import { moveObject } from '../objects/move.ts';

const long = 'a text that is longer than what is kept inline';

/** What happens at once; of a key that has `ids`, newest first. Nobody knows whose core each next one uses. */
type Race = (at: () => MemoryCore, key: string, ids: readonly string[]) => Promise<unknown>[];

/** A move, to which the object may be lost before. */
async function move(core: MemoryCore, from: string, to: string): Promise<void> {
  const names = { from: objectKeyOf(from), to: objectKeyOf(to) };
  try {
    await moveObject(core, testActor, { bucket, ...names, existing: 'replace' });
  } catch (error) {
    if (!isCoreError(error, 'NoSuchKey')) throw error;
  }
}

const races: Readonly<Record<string, Race>> = {
  'two puts': (at, key) => [put(at(), key, '1'), put(at(), key, '2')],
  'a put and a deletion': (at, key) => [put(at(), key, '1'), remove(at(), key)],
  'a put and the deletion of the current version': (at, key, [id]) => [
    put(at(), key, '1'),
    remove(at(), key, id),
  ],
  'two deletions': (at, key) => [remove(at(), key), remove(at(), key)],
  'a deletion and that of the current version': (at, key, [id]) => [remove(at(), key), remove(at(), key, id)],
  'deletions of one version': (at, key, [id]) => [remove(at(), key, id), remove(at(), key, id)],
  'deletions of all versions and a put': (at, key, ids) => [
    ...ids.map((id) => remove(at(), key, id)),
    put(at(), key, 'x'),
    remove(at(), key),
  ],
  'suspension in the middle of puts': (at, key) => [
    put(at(), key, '1'),
    putVersioning(at(), testActor, { bucket, versioning: 'suspended' }),
    put(at(), key, '2'),
    remove(at(), key),
  ],
  'moves of one object to two names': (at, key) => [
    move(at(), key, `${key} b`),
    move(at(), key, `${key} c`),
    put(at(), `${key} b`, '1'),
  ],
  'moves there and back, and a deletion of the version that moves': (at, key, [id]) => [
    move(at(), key, `${key} b`),
    move(at(), `${key} b`, key),
    remove(at(), key, id),
  ],
  'moves and puts while versioning is suspended': (at, key) => [
    move(at(), key, `${key} b`),
    putVersioning(at(), testActor, { bucket, versioning: 'suspended' }),
    put(at(), key, '1'),
    move(at(), key, `${key} b`),
    remove(at(), key),
  ],
};

/** `seeds`: how many orders each race is run in. `open`: views of one new store. */
export function versionRaces(seeds: number, open: () => Promise<readonly MetaStore[]>): void {
  let stores: readonly MetaStore[];
  let cores: readonly MemoryCore[];
  let first: MemoryCore;
  before(async () => {
    stores = await open();
    first = await versioned('enabled', stores[0]);
    cores = stores.map((meta) => ({ ...first, meta }));
  });
  after(async () => {
    for (const store of stores) await store.close();
  });

  /** Three versions of `key`, and a delete marker before them; newest first. */
  const fill = async (key: string, withMarker: boolean): Promise<string[]> => {
    await putVersioning(first, testActor, { bucket, versioning: 'enabled' });
    const ids: string[] = [];
    for (const text of ['one', 'two', long]) ids.unshift((await put(first, key, text)).versionId ?? '');
    if (withMarker) ids.unshift((await remove(first, key)).versionId ?? '');
    return ids;
  };
  const run = async (race: Race, key: string, ids: readonly string[], seed: number) => {
    const restores = cores.map((core, index) => makeSlow(core, seed + index * 1000));
    let turn = 0;
    const next = () => cores[turn++ % cores.length] ?? first;
    const outcomes = await Promise.allSettled(race(next, key, ids));
    for (const restore of restores.reverse()) restore();
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  /** All at rest: every counter and reference is right, and nothing is left over. */
  const audit = async () => {
    await auditCounters(first);
    const left = await listAll(first);
    const { objects } = await getBucket(first, bucket);
    assert.equal(left.filter(({ isLatest, info }) => isLatest && info !== undefined).length, objects);
    for (let day = 0; day < 3; day += 1) {
      first.advance(25 * 3600 * 1000);
      assert.deepEqual((await collect(first, 10_000)).failures, []);
    }
    await auditNothingLeft(first);
    for (const { key, versionId } of left) await remove(first, key, versionId);
  };

  for (const [name, race] of Object.entries(races)) {
    it(name, async () => {
      for (const last of ['object', 'marker'] as const) {
        for (let seed = 0; seed < seeds; seed += 1) {
          const ids = await fill('a', last === 'marker');
          await run(race, 'a', ids, seed);
          await audit();
        }
      }
    });
  }

  it('a copy of a version that is being deleted is whole or refused', async () => {
    const { versionId } = await put(first, 'a', long);
    await put(first, 'a', 'newer');
    beforeCommit(
      first,
      () => true,
      () => remove(cores.at(-1) ?? first, 'a', versionId),
    );
    const copying = copyObject(first, testActor, {
      source: { bucket, key: objectKeyOf('a'), version: versionId as VersionId },
      sourceConditions: {},
      bucket,
      key: objectKeyOf('b'),
      conditions: {},
      attributes: (source) => source,
      signal: noSignal,
    });
    await assert.rejects(copying, (error) => isCoreError(error, 'NoSuchVersion'));
    await audit();
  });
}
