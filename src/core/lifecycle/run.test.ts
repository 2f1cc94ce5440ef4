import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  beforeCommit,
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
import { auditCounters } from '../../../test/support/store-audit.ts';
import { createBucket } from '../buckets/create.ts';
import { deleteBucket } from '../buckets/delete.ts';
import { tags } from '../model/keys.ts';
import { listUploads } from '../multipart/list.ts';
import { startUpload } from '../multipart/start.ts';
import { listObjects } from '../objects/list.ts';
import { putObject } from '../objects/put.ts';
import { eventFormat, positionAt } from '../trail/event.ts';
import { freshSpan } from '../trail/keys.ts';
import { deleteLifecycle, putLifecycle } from './document.ts';
import { dayOfMilliseconds as day, type LifecycleRuleInput } from './rules.ts';
import { type LifecycleRunner, lifecycleRunner } from './run.ts';

const hour = day / 24;
const bucket = bucketName('photos');
let core: MemoryCore;

/** At 03:12:14, in a store that has been there for a while. */
beforeEach(async () => {
  core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
  await untilIdle(lifecycleRunner(core));
});

function put(key: string, options: { bucket?: string; size?: number } = {}) {
  return putObject(core, testActor, {
    bucket: bucketName(options.bucket ?? bucket),
    key: objectKeyOf(key),
    attributes: plainAttributes,
    conditions: {},
    body: bodyOf('x'.repeat(options.size ?? 1), 100),
    expected: [],
    signal: noSignal,
  });
}

function rules(...given: Partial<LifecycleRuleInput>[]): Promise<unknown> {
  const whole = given.map((one) => ({ enabled: true, form: 'filter' as const, ...one }));
  return putLifecycle(core, testActor, { bucket, rules: whole });
}

const inDays = (days: number) => ({ expiration: { kind: 'days' as const, days } });

async function keys(name: string = bucket): Promise<string[]> {
  const input = { bucket: bucketName(name), prefix: '', delimiter: '', limit: 10_000 };
  const { entries } = await listObjects(core, input);
  return entries.map((entry) => (entry.kind === 'object' ? entry.info.key : entry.prefix));
}

/** Turns until nothing is left to do; answers the runs that ended. */
async function untilIdle(runner: LifecycleRunner) {
  const ended = [];
  for (;;) {
    const turn = await runner.turn();
    assert.deepEqual(turn.failures, []);
    if (turn.ended !== undefined) ended.push(turn.ended);
    if (turn.state !== 'more') return ended;
  }
}

describe('the daily run', () => {
  it('happens at 00:00 UTC and removes what is due, once a day', async () => {
    const runner = lifecycleRunner(core);
    await rules({ prefix: 'logs/', ...inDays(1) });
    await put('logs/a');
    await put('other');
    // 03:12 on the 21st, rounded up and one day more: the 23rd at 00:00.
    core.advance(20 * hour);
    assert.deepEqual(await untilIdle(runner), []);
    core.advance(hour);
    assert.equal((await untilIdle(runner)).length, 1);
    assert.deepEqual(await keys(), ['logs/a', 'other']);
    core.advance(23 * hour);
    assert.deepEqual(await untilIdle(runner), []);
    core.advance(hour);
    const [ended, ...more] = await untilIdle(runner);
    assert.deepEqual([ended?.removed, more], [1, []]);
    assert.deepEqual(await keys(), ['other']);
    assert.deepEqual(await untilIdle(lifecycleRunner(core)), []);
    await auditCounters(core);
  });

  it('makes up for missed midnights by one run', async () => {
    await rules(inDays(1));
    await put('a');
    core.advance(10 * day);
    const ended = await untilIdle(lifecycleRunner(core));
    assert.deepEqual(
      ended.map(({ midnight, removed }) => [new Date(midnight).toISOString(), removed]),
      [['2026-12-01T00:00:00.000Z', 1]],
    );
    assert.deepEqual(await keys(), []);
  });

  it('leaves alone what came, and rules that were put, after its midnight', async () => {
    const runner = lifecycleRunner(core);
    const past = { expiration: { kind: 'date' as const, date: Date.UTC(2020, 0, 1) } };
    await rules(past);
    await put('before');
    core.advance(day);
    await put('after');
    assert.equal((await untilIdle(runner))[0]?.removed, 1);
    assert.deepEqual(await keys(), ['after']);
    await deleteLifecycle(core, testActor, bucket);
    core.advance(day);
    await rules(past);
    assert.equal((await untilIdle(runner))[0]?.removed, 0);
    assert.deepEqual(await keys(), ['after']);
    core.advance(day);
    assert.equal((await untilIdle(runner))[0]?.removed, 1);
  });

  it('does nothing for rules that were taken away before it, or in the middle of it', async () => {
    await rules(inDays(1));
    for (let n = 0; n < 450; n += 1) await put(`${n}`);
    core.advance(day + 21 * hour);
    const runner = lifecycleRunner(core);
    await runner.turn();
    await runner.turn();
    const left = (await keys()).length;
    assert.equal(left, 250);
    await deleteLifecycle(core, testActor, bucket);
    await untilIdle(runner);
    assert.equal((await keys()).length, left);
    core.advance(day);
    await untilIdle(runner);
    assert.equal((await keys()).length, left);
  });

  it('spares an object that is overwritten while it is being removed', async () => {
    await rules(inDays(1));
    await put('a');
    await put('b');
    core.advance(3 * day);
    beforeCommit(
      core,
      ({ deletes = [] }) => deletes.some((key) => key[0] === tags.object && key.at(-1) === 'a'.charCodeAt(0)),
      () => put('a', { size: 30 }),
    );
    assert.equal((await untilIdle(lifecycleRunner(core)))[0]?.removed, 1);
    assert.deepEqual(await keys(), ['a']);
    await auditCounters(core);
  });

  it('aborts uploads, with what they hold', async () => {
    await rules({ prefix: 'a', abortAfterDays: 2 });
    for (const key of ['a', 'b']) {
      await startUpload(core, testActor, { bucket, key: objectKeyOf(key), attributes: plainAttributes });
    }
    await put('a');
    const open = async () => {
      const { entries } = await listUploads(core, { bucket, prefix: '', delimiter: '', limit: 10 });
      return entries.map((entry) => (entry.kind === 'upload' ? entry.upload.key : ''));
    };
    core.advance(2 * day);
    const runner = lifecycleRunner(core);
    await untilIdle(runner);
    assert.deepEqual(await open(), ['a', 'b']);
    core.advance(day);
    assert.equal((await untilIdle(runner))[0]?.aborted, 1);
    assert.deepEqual([await open(), await keys()], [['b'], ['a']]);
  });

  it('passes through all buckets with rules, also those that go meanwhile', async () => {
    for (let n = 100; n < 180; n += 1) {
      const name = bucketName(`bucket-${n}`);
      await createBucket(core, testActor, { name });
      const one = { enabled: true, form: 'rule' as const, prefix: '', ...inDays(1) };
      await putLifecycle(core, testActor, { bucket: name, rules: [one] });
      if (n % 3 !== 0) await put('a', { bucket: name });
    }
    core.advance(3 * day);
    const runner = lifecycleRunner(core);
    for (let turns = 0; turns < 5; turns += 1) await runner.turn();
    for (let n = 102; n < 180; n += 3) await deleteBucket(core, bucketName(`bucket-${n}`));
    const [ended] = await untilIdle(runner);
    assert.equal(ended?.removed, 54);
    await auditCounters(core);
  });

  it('judges as a naive model does, whatever the prefixes and wherever pages end', async () => {
    const key = fc.constantFrom('a', 'a/1', 'a/2', 'ab', 'b', 'b/1', 'c', 'é', '\u{1f600}', '\uffff');
    const prefix = fc.constantFrom('', 'a', 'a/', 'b', 'b/', 'é', '\uffff');
    const property = fc.asyncProperty(
      fc.uniqueArray(key),
      fc.uniqueArray(prefix, { minLength: 1, maxLength: 4 }),
      fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      async (all, prefixes, enabled) => {
        core = await memoryCore();
        await createBucket(core, testActor, { name: bucket });
        await untilIdle(lifecycleRunner(core));
        for (const one of all) await put(one);
        await rules(
          ...prefixes.map((one, at) => ({ prefix: one, enabled: enabled[at] ?? true, ...inDays(1) })),
        );
        core.advance(3 * day);
        await untilIdle(lifecycleRunner(core));
        const acting = prefixes.filter((_, at) => enabled[at]);
        const kept = all.filter((one) => !acting.some((start) => one.startsWith(start)));
        assert.deepEqual((await keys()).sort(), kept.sort());
        await auditCounters(core);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});

/** The keys of the objects whose removal has an event, in the order of the events. */
async function expirations(): Promise<(string | undefined)[]> {
  const span = freshSpan(positionAt(0), positionAt(Number.MAX_SAFE_INTEGER));
  const events = await core.meta.range({ ...span, limit: 10_000 });
  return events
    .map(({ value }) => eventFormat.decode(value))
    .filter(({ api, name }) => api === 'job' && name === 'ExpireObject')
    .map(({ resource }) => resource?.name);
}

describe('a run whose process dies', () => {
  const objects = 900;

  beforeEach(async () => {
    await rules({ prefix: 'due/', ...inDays(1) });
    for (let n = 0; n < objects; n += 1) await put(`due/${n}`);
    core.advance(2 * day);
    await put('due/new');
  });

  /** Lets every commit fail after `count` more of them, as they do for a process that is gone. */
  function dieAfter(count: number): () => void {
    const { commit } = core.meta;
    let left = count;
    core.meta.commit = async (changes) => {
      left -= 1;
      if (left < 0) throw new Error('dead');
      await commit.call(core.meta, changes);
    };
    return () => {
      core.meta.commit = commit;
    };
  }

  it('is gone on with where it was, by whoever comes next, until everything has gone once', async () => {
    let deaths = 0;
    for (let commits = 20; ; commits += 37) {
      const revive = dieAfter(commits);
      const runner = lifecycleRunner(core, 0);
      let alive = true;
      try {
        while (alive) {
          const { state, failures } = await runner.turn();
          alive = failures.length === 0 && state === 'more';
          if (state === 'idle') break;
        }
      } catch (error) {
        assert.equal(String(error), 'Error: dead');
      }
      revive();
      if ((await runner.turn()).state === 'idle') break;
      deaths += 1;
    }
    assert.ok(deaths > 3, `${deaths} deaths`);
    assert.deepEqual(await keys(), ['due/new']);
    // An object removed twice would be counted down twice, and told of twice.
    await auditCounters(core);
    const told = await expirations();
    assert.equal(told.length, objects);
    assert.equal(new Set(told).size, objects);
  });

  it('is left to others for as long as it moves, and taken over when it stands still', async () => {
    const [first, second] = [lifecycleRunner(core), lifecycleRunner(core)];
    assert.equal((await first.turn()).state, 'more');
    for (let turns = 0; turns < 3; turns += 1) {
      assert.equal((await second.turn()).state, 'waiting');
      core.advance(9000);
      assert.equal((await first.turn()).state, 'more');
    }
    assert.equal((await second.turn()).state, 'waiting');
    core.advance(10_000);
    assert.equal((await second.turn()).state, 'more');
    // The first one had only been slow.
    assert.equal((await first.turn()).state, 'waiting');
    await untilIdle(second);
    assert.deepEqual(await keys(), ['due/new']);
  });

  it('is carried out once by several at the same time', async () => {
    makeSlow(core, 11);
    const runs = Array.from({ length: 4 }, async () => {
      const runner = lifecycleRunner(core, 0);
      for (;;) {
        const { state, failures } = await runner.turn();
        assert.deepEqual(failures, []);
        if (state === 'idle') return;
      }
    });
    await Promise.all(runs);
    assert.deepEqual(await keys(), ['due/new']);
    await auditCounters(core);
  });
});
