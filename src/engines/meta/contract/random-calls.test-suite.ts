/** The contract's comparison with a naive model: the same random calls on both must give the same answers. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { compareBytes, hex } from '../../../base/bytes.ts';
import { Conflict } from '../../errors.ts';
import type { Key, MetaStore } from '../meta-store.ts';
import { counterValue } from '../meta-store.ts';
import { bytes, getOne } from './room.test-suite.ts';

/** Runs 25 random sequences of calls, each in keys of its own, and compares every answer. */
export async function compareWithModel(store: MetaStore): Promise<void> {
  const runs = fc.asyncProperty(fc.array(modelStep, { minLength: 5, maxLength: 40 }), async (steps) => {
    const prefix = randomBytes(8);
    const model = new Model();
    for (const step of steps) await model.follow(step, store, prefix);
  });
  await fc.assert(runs, { numRuns: 25 });
}

/** Few keys, so that random calls meet; counters have names of their own. */
const modelKeys = ['', '00', '0000', '01', '61', '6161', '80', 'ff', 'ffff'].map((tail) =>
  Buffer.from(`6b${tail}`, 'hex'),
);
const modelCounters = ['6b00ff', '6b70'].map((tail) => Buffer.from(tail, 'hex'));
const anyKey = fc.constantFrom(...modelKeys);
const anyBound = fc.constantFrom(...modelKeys, ...modelCounters, bytes(''), bytes('z'));

const modelStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('commit' as const),
      /** How each check is chosen: what holds now, what does not, or that the key is absent. */
      checks: fc.array(
        fc.tuple(anyKey, fc.constantFrom('now' as const, 'wrong' as const, 'absent' as const)),
        { maxLength: 2 },
      ),
      writes: fc.uniqueArray(fc.tuple(anyKey, fc.option(fc.uint8Array({ maxLength: 5 }))), {
        maxLength: 4,
        selector: ([each]) => hex(each),
      }),
      adds: fc.uniqueArray(fc.tuple(fc.constantFrom(...modelCounters), fc.bigInt(-50n, 50n)), {
        maxLength: 2,
        selector: ([each]) => hex(each),
      }),
      drop: fc.option(fc.constantFrom(...modelCounters), { freq: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('get' as const),
      keys: fc.array(fc.constantFrom(...modelKeys, ...modelCounters), { maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constant('range' as const),
      start: anyBound,
      end: anyBound,
      limit: fc.integer({ min: 0, max: 8 }),
      reverse: fc.boolean(),
    }),
  },
);
type ModelStep = typeof modelStep extends fc.Arbitrary<infer Step> ? Step : never;

/** The naive store that random calls are compared with; keys in hex, without the run's prefix. */
class Model {
  readonly #values = new Map<string, string>();
  readonly #counters = new Map<string, bigint>();

  async follow(step: ModelStep, store: MetaStore, prefix: Buffer): Promise<void> {
    const full = (tail: Uint8Array): Buffer => Buffer.concat([prefix, tail]);
    switch (step.call) {
      case 'get': {
        const entries = await store.get(step.keys.map(full));
        const isCounter = (each: Buffer) => modelCounters.some((counter) => counter.equals(each));
        step.keys.forEach((each, index) => {
          const entry = entries[index];
          if (isCounter(each)) assert.equal(counterValue(entry), this.#counters.get(hex(each)) ?? 0n);
          else assert.equal(entry && hex(entry.value), this.#values.get(hex(each)));
        });
        return;
      }
      case 'range': {
        const { limit, reverse } = step;
        const entries = await store.range({ start: full(step.start), end: full(step.end), limit, reverse });
        const within = [...this.#values].filter(
          ([each]) =>
            compareBytes(Buffer.from(each, 'hex'), step.start) >= 0 &&
            compareBytes(Buffer.from(each, 'hex'), step.end) < 0,
        );
        within.sort(([left], [right]) => (left < right ? -1 : 1) * (reverse ? -1 : 1));
        const got = entries.map((entry) => [hex(entry.key.subarray(prefix.length)), hex(entry.value)]);
        assert.deepEqual(got, within.slice(0, limit));
        return;
      }
      case 'commit':
        return this.#commit(step, store, full);
    }
  }

  async #commit(
    step: ModelStep & { call: 'commit' },
    store: MetaStore,
    full: (tail: Uint8Array) => Buffer,
  ): Promise<void> {
    const checks: [Key, bigint | null][] = [];
    for (const [each, kind] of step.checks) {
      const now = (await getOne(store, full(each)))?.version ?? null;
      checks.push([full(each), kind === 'now' ? now : kind === 'wrong' ? (now ?? 0n) + 1n : null]);
    }
    const holds = step.checks.every(
      ([each, kind]) => kind === 'now' || (kind === 'absent' && !this.#values.has(hex(each))),
    );
    const dropped = step.drop === null ? [] : [step.drop];
    const adds = step.adds.filter(([each]) => !dropped.includes(each));
    const puts = step.writes.flatMap(([each, value]) =>
      value === null ? [] : [[full(each), value] as const],
    );
    const deletes = step.writes.flatMap(([each, value]) => (value === null ? [full(each)] : []));
    const commit = store.commit({
      checks,
      puts,
      deletes: [...deletes, ...dropped.map(full)],
      adds: adds.map(([each, amount]) => [full(each), amount]),
    });
    if (!holds) return assert.rejects(commit, Conflict);
    await commit;
    for (const [each, value] of step.writes) {
      if (value === null) this.#values.delete(hex(each));
      else this.#values.set(hex(each), hex(value));
    }
    for (const each of dropped) this.#counters.delete(hex(each));
    for (const [each, amount] of adds)
      this.#counters.set(hex(each), (this.#counters.get(hex(each)) ?? 0n) + amount);
  }
}
