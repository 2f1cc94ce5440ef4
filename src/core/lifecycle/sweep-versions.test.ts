import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { beforeCommit, type MemoryCore, testActor } from '../../../test/support/memory-core.ts';
import { auditCounters } from '../../../test/support/store-audit.ts';
import { bucket, listAll, put, remove, versioned } from '../../../test/support/versions.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { eventFormat, positionAt } from '../trail/event.ts';
import { freshSpan } from '../trail/keys.ts';
import { putLifecycle } from './document.ts';
import { dayOfMilliseconds as day, type LifecycleRuleInput } from './rules.ts';
import { lifecycleRunner } from './run.ts';

const hour = day / 24;
let core: MemoryCore;

beforeEach(async () => {
  core = await versioned();
  await run();
});

/** Carries out what is due; answers how much went. */
async function run(): Promise<number> {
  const runner = lifecycleRunner(core, 0);
  let removed = 0;
  for (;;) {
    const turn = await runner.turn();
    assert.deepEqual(turn.failures, []);
    removed += turn.ended?.removed ?? 0;
    if (turn.state !== 'more') return removed;
  }
}

function rules(...given: Partial<LifecycleRuleInput>[]): Promise<unknown> {
  const whole = given.map((one) => ({ enabled: true, form: 'filter' as const, ...one }));
  return putLifecycle(core, testActor, { bucket, rules: whole });
}

/** What is left: sizes, and `x` for delete markers. */
async function left(key?: string): Promise<string> {
  const found = (await listAll(core)).filter((one) => key === undefined || one.key === key);
  return found.map(({ info }) => info?.size ?? 'x').join(' ');
}

/** Objects of 1, 2, ... bytes, one an hour. */
async function puts(key: string, count: number): Promise<void> {
  for (let size = 1; size <= count; size += 1) {
    await put(core, key, 'x'.repeat(size));
    core.advance(hour / 100);
  }
}

describe('rules for versions', () => {
  it('end what is noncurrent for so many days, counted from its successor', async () => {
    await rules({ noncurrentDays: 2 });
    await puts('a', 2);
    core.advance(day);
    await puts('a', 1);
    core.advance(day);
    await run();
    assert.equal(await left(), '1 2 1');
    core.advance(day);
    assert.equal(await run(), 1);
    assert.equal(await left(), '1 2');
    core.advance(day);
    assert.equal(await run(), 1);
    assert.equal(await left(), '1');
    core.advance(10 * day);
    assert.equal(await run(), 0);
    await auditCounters(core);
  });

  it('keep the newest noncurrent objects', async () => {
    await rules({ noncurrentDays: 1, newerNoncurrentVersions: 2 });
    await puts('a', 5);
    await remove(core, 'a');
    await puts('b', 2);
    core.advance(3 * day);
    await run();
    assert.equal(await left('a'), 'x 5 4');
    assert.equal(await left('b'), '2 1');
    await auditCounters(core);
  });

  it('keep them also where a page ends within a key', async () => {
    await rules({ noncurrentDays: 1, newerNoncurrentVersions: 100 });
    for (let count = 0; count < 450; count += 1) await put(core, 'a', 'x');
    core.advance(3 * day);
    assert.equal(await run(), 349);
    assert.equal((await listAll(core)).length, 101);
    await auditCounters(core);
  });

  it('end noncurrent delete markers, and not the one in the place of an object', async () => {
    await rules({ noncurrentDays: 1 });
    await puts('a', 1);
    await remove(core, 'a');
    core.advance(day);
    await puts('a', 2);
    await remove(core, 'b');
    await remove(core, 'b');
    core.advance(5 * day);
    await run();
    assert.equal(await left('a'), '2');
    assert.equal(await left('b'), 'x');
    await auditCounters(core);
  });

  it('end delete markers that cover nothing, when one says so', async () => {
    await rules({ prefix: 'a', expiredDeleteMarker: true, noncurrentDays: 1 });
    await puts('a', 1);
    await remove(core, 'a');
    await remove(core, 'b');
    core.advance(3 * day);
    await run();
    assert.equal(await left(), 'x x');
    core.advance(day);
    assert.equal(await run(), 1);
    assert.equal(await left(), 'x');
    assert.equal(await left('a'), '');
  });

  it('mark what is due as deleted, and in time end the marker with the rest', async () => {
    await rules({ expiration: { kind: 'days', days: 1 }, noncurrentDays: 1 });
    await puts('a', 1);
    core.advance(2 * day);
    assert.equal(await run(), 1);
    assert.equal(await left(), 'x 1');
    core.advance(2 * day);
    assert.equal(await run(), 1);
    assert.equal(await left(), 'x');
    core.advance(day);
    assert.equal(await run(), 1);
    assert.equal(await left(), '');
    const fresh = await core.meta.range({ ...freshSpan(positionAt(0), positionAt(2 ** 47)), limit: 100 });
    assert.deepEqual(
      fresh.map(({ value }) => eventFormat.decode(value).name).filter((name) => name.startsWith('Expire')),
      ['ExpireObject', 'ExpireObjectVersion', 'ExpireObjectVersion'],
    );
    await auditCounters(core);
  });

  it('look at the size of each version', async () => {
    await rules({ noncurrentDays: 1, largerThan: 2 });
    await puts('a', 5);
    core.advance(3 * day);
    await run();
    assert.equal(await left(), '5 2 1');
  });

  it('leave a null version alone that came in the place of the one that was judged', async () => {
    await putVersioning(core, testActor, { bucket, versioning: 'suspended' });
    await put(core, 'a', 'old');
    await putVersioning(core, testActor, { bucket, versioning: 'enabled' });
    await put(core, 'a', '1');
    await rules({ noncurrentDays: 1 });
    core.advance(3 * day);
    beforeCommit(
      core,
      ({ deletes = [] }) => deletes.length > 0,
      async () => {
        await putVersioning(core, testActor, { bucket, versioning: 'suspended' });
        await put(core, 'a', 'another');
      },
    );
    await run();
    assert.equal(await left(), '7 1');
  });

  it('agree with a naive model', async () => {
    const shape = fc.record({
      /** `x` deletes; numbers put so many bytes; each step a day after the other. */
      steps: fc.array(fc.oneof(fc.constant('x' as const), fc.integer({ min: 1, max: 4 })), { maxLength: 12 }),
      days: fc.integer({ min: 1, max: 4 }),
      keep: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    });
    const property = fc.asyncProperty(shape, async ({ steps, days, keep }) => {
      core = await versioned();
      await run();
      await rules({ noncurrentDays: days, ...(keep !== undefined && { newerNoncurrentVersions: keep }) });
      for (const step of steps) {
        if (step === 'x') await remove(core, 'a');
        else await put(core, 'a', 'x'.repeat(step));
        core.advance(day);
      }
      await run();
      // At 03:12, the successor of the version `back` steps before the last came `back - 1` days and some before the last midnight.
      let newer = 0;
      const expected = steps.toReversed().filter((step, back) => {
        const age = back - 1;
        const old = back > 0 && age >= days && (keep === undefined || newer >= keep);
        if (back > 0 && step !== 'x') newer += 1;
        return !old;
      });
      assert.equal(await left(), expected.join(' '));
      await auditCounters(core);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
