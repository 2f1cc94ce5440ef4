import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { abortionAt, dayOfMilliseconds as day, expiryOf, type LifecycleRule } from './rules.ts';

const rule = (facts: Partial<LifecycleRule>): LifecycleRule => ({
  id: 'r',
  enabled: true,
  form: 'filter',
  ...facts,
});
const days = (count: number) => ({ kind: 'days' as const, days: count });
const date = (text: string) => ({ kind: 'date' as const, date: Date.parse(text) });
const object = (key: string, written: string, size = 10) => ({ key, size, modifiedAt: Date.parse(written) });
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());

describe('when an object goes', () => {
  it('is the days after its creation, rounded up to 00:00 UTC (the example of S3’s user guide)', () => {
    const rules = [rule({ expiration: days(3) })];
    const at = (written: string) => iso(expiryOf(rules, object('a', written), day)?.at);
    assert.equal(at('2014-01-15T10:30:00Z'), '2014-01-19T00:00:00.000Z');
    assert.equal(at('2014-01-15T00:00:00Z'), '2014-01-18T00:00:00.000Z');
    assert.equal(at('2014-01-15T23:59:59.999Z'), '2014-01-19T00:00:00.000Z');
  });

  it('is what the earliest of the rules that cover it says', () => {
    const rules = [
      rule({ id: 'slow', expiration: days(30) }),
      rule({ id: 'logs', prefix: 'logs/', expiration: days(2) }),
      rule({ id: 'dated', prefix: 'logs/', expiration: date('2026-01-02T00:00:00Z') }),
      rule({ id: 'off', enabled: false, expiration: days(1) }),
      rule({ id: 'big', largerThan: 10, expiration: days(1) }),
      rule({ id: 'small', smallerThan: 10, expiration: days(1) }),
      rule({ id: 'uploads', abortAfterDays: 1 }),
    ];
    const found = (key: string, size?: number) =>
      expiryOf(rules, object(key, '2026-01-01T12:00:00Z', size), day);
    assert.deepEqual(found('a'), { at: Date.parse('2026-02-01T00:00:00Z'), rule: 'slow' });
    assert.deepEqual(found('logs/a'), { at: Date.parse('2026-01-02T00:00:00Z'), rule: 'dated' });
    assert.equal(found('a', 11)?.rule, 'big');
    assert.equal(found('a', 9)?.rule, 'small');
    assert.equal(expiryOf(rules.slice(1, 2), object('log', '2026-01-01T00:00:00Z'), day), undefined);
  });

  it('is as many of the shorter days of a test', () => {
    const at = expiryOf([rule({ expiration: days(3) })], { key: 'a', size: 1, modifiedAt: 4001 }, 2000)?.at;
    assert.equal(at, 12_000);
  });

  it('agrees with a naive model', () => {
    const prefix = fc.constantFrom('', 'a', 'a/', 'b');
    const anyRule = fc.record(
      {
        id: fc.uuid(),
        enabled: fc.boolean(),
        form: fc.constant('and' as const),
        prefix,
        largerThan: fc.nat(5),
        smallerThan: fc.integer({ min: 1, max: 6 }),
        expiration: fc.oneof(
          fc.integer({ min: 1, max: 4 }).map(days),
          fc.integer({ min: 0, max: 9 }).map((n) => ({ kind: 'date' as const, date: n * day })),
        ),
      },
      { requiredKeys: ['id', 'enabled', 'form'] },
    );
    const anyObject = fc.record({
      key: fc.constantFrom('a', 'a/b', 'b', 'c'),
      size: fc.nat(6),
      modifiedAt: fc.oneof(
        fc.nat(5 * day),
        fc.nat(5).map((n) => n * day),
      ),
    });
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 5 }), anyObject, fc.nat(12), (rules, one, midnights) => {
        const now = midnights * day;
        const due = rules.some((each) => {
          const { enabled, prefix = '', largerThan = -1, smallerThan = 99, expiration } = each;
          if (!enabled || expiration === undefined || one.key.slice(0, prefix.length) !== prefix)
            return false;
          if (one.size <= largerThan || one.size >= smallerThan) return false;
          if (expiration.kind === 'date') return now >= expiration.date;
          // Midnights from the creation on, one by one.
          let first = 0;
          while (first < one.modifiedAt) first += day;
          return now >= first + expiration.days * day;
        });
        const found = expiryOf(rules, one, day);
        assert.equal(found !== undefined && found.at <= now, due);
      }),
      { numRuns: 2000 },
    );
  });
});

it('an upload is aborted by the earliest rule that covers its key', () => {
  const rules = [
    rule({ prefix: 'a', abortAfterDays: 5 }),
    rule({ prefix: 'a/', abortAfterDays: 2 }),
    rule({ prefix: 'a/', enabled: false, abortAfterDays: 1 }),
    rule({ prefix: 'a/', expiration: days(1) }),
  ];
  const startedAt = Date.parse('2026-01-01T06:00:00Z');
  assert.equal(iso(abortionAt(rules, { key: 'a/b', startedAt }, day)), '2026-01-04T00:00:00.000Z');
  assert.equal(iso(abortionAt(rules, { key: 'ab', startedAt }, day)), '2026-01-07T00:00:00.000Z');
  assert.equal(abortionAt(rules, { key: 'b', startedAt }, day), undefined);
});
