import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
import { getBucket } from '../buckets/get.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { CoreError } from '../errors.ts';
import type { VersionId } from '../model/names.ts';
import { collect } from '../objects/collect.ts';
import { copyObject } from '../objects/copy.ts';

describe('races for the versions of a key', () => {
  const races: readonly (readonly [string, (core: MemoryCore, ids: string[]) => Promise<unknown>[]])[] = [
    ['two puts', (core) => [put(core, 'a', '1'), put(core, 'a', '2')]],
    ['a put and a deletion', (core) => [put(core, 'a', '1'), remove(core, 'a')]],
    [
      'a put and the deletion of the current version',
      (core, [id]) => [put(core, 'a', '1'), remove(core, 'a', id)],
    ],
    ['two deletions', (core) => [remove(core, 'a'), remove(core, 'a')]],
    [
      'a deletion and that of the current version',
      (core, [id]) => [remove(core, 'a'), remove(core, 'a', id)],
    ],
    ['deletions of one version', (core, [id]) => [remove(core, 'a', id), remove(core, 'a', id)]],
    [
      'deletions of all versions and a put',
      (core, ids) => [...ids.map((id) => remove(core, 'a', id)), put(core, 'a', 'x'), remove(core, 'a')],
    ],
    [
      'suspension in the middle of puts',
      (core) => [
        put(core, 'a', '1'),
        putVersioning(core, testActor, { bucket, versioning: 'suspended' }),
        put(core, 'a', '2'),
        remove(core, 'a'),
      ],
    ],
  ];
  for (const [name, race] of races) {
    it(name, async () => {
      for (const last of ['object', 'marker'] as const) {
        for (let seed = 0; seed < 30; seed += 1) {
          const core = await versioned();
          const ids: string[] = [];
          for (const text of ['one', 'two', 'a text that is longer than what is kept inline']) {
            ids.unshift((await put(core, 'a', text)).versionId ?? '');
          }
          if (last === 'marker') ids.unshift((await remove(core, 'a')).versionId ?? '');
          makeSlow(core, seed);
          const outcomes = await Promise.allSettled(race(core, ids));
          for (const outcome of outcomes) {
            if (outcome.status === 'rejected') throw outcome.reason;
          }
          await auditCounters(core);
          const left = await listAll(core);
          const { objects } = await getBucket(core, bucket);
          assert.equal(left.filter(({ isLatest, info }) => isLatest && info !== undefined).length, objects);
          for (let turn = 0; turn < 3; turn += 1) {
            core.advance(25 * 3600 * 1000);
            assert.deepEqual((await collect(core, 10_000)).failures, []);
          }
          await auditNothingLeft(core);
        }
      }
    });
  }

  it('a copy of a version that is being deleted is whole or refused', async () => {
    const core = await versioned();
    const text = 'a text that is longer than what is kept inline';
    const { versionId } = await put(core, 'a', text);
    await put(core, 'a', 'newer');
    beforeCommit(
      core,
      () => true,
      () => remove(core, 'a', versionId),
    );
    const copying = copyObject(core, testActor, {
      source: { bucket, key: objectKeyOf('a'), version: versionId as VersionId },
      sourceConditions: {},
      bucket,
      key: objectKeyOf('b'),
      conditions: {},
      attributes: (source) => source,
      signal: noSignal,
    });
    await assert.rejects(copying, (error) => error instanceof CoreError && error.code === 'NoSuchVersion');
    await auditCounters(core);
  });
});
