// The list's parameters against a model written the plain way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Query } from '../../base/http/query.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { type ListQuery, pageOf, parseListQuery } from './bucket-list.ts';

const bucket = (name: string, createdAt: number, bytes: number) =>
  ({ name, createdAt, bytes }) as unknown as BucketInfo;

const buckets = fc
  .uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 4 }), {
    maxLength: 30,
  })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => fc.tuple(fc.nat(3), fc.nat(3)).map(([at, bytes]) => bucket(name, at, bytes))),
    ),
  );

const query: fc.Arbitrary<ListQuery> = fc.record({
  offset: fc.nat(8),
  limit: fc.nat(8),
  prefix: fc.constant(''),
  include: fc.constantFrom('', 'a', 'ab', '-'),
  type: fc.constantFrom(undefined, 'standard', 'hot'),
  by: fc.constantFrom('bucket_name', 'bucket_type', 'created_at', 'bytes_used'),
  direct: fc.constantFrom('asc', 'desc'),
});

const fieldOf = {
  bucket_name: 'name',
  bucket_type: 'name',
  created_at: 'createdAt',
  bytes_used: 'bytes',
} as const;

test('pages are slices of the matches in order', () => {
  fc.assert(
    fc.property(buckets, query, (all, q) => {
      const whole = pageOf(all, { ...q, offset: 0, limit: 1000 });
      assert.deepEqual(pageOf(all, q), {
        total: whole.total,
        buckets: whole.buckets.slice(q.offset, q.offset + q.limit),
      });

      const matches = all.filter(({ name }) => q.type !== 'hot' && name.includes(q.include));
      assert.equal(whole.total, matches.length);
      assert.deepEqual(new Set(whole.buckets), new Set(matches));

      const ascending = q.direct === 'asc' ? whole.buckets : whole.buckets.toReversed();
      for (const [i, next] of ascending.entries()) {
        const previous = ascending[i - 1];
        if (previous === undefined) continue;
        const field = fieldOf[q.by];
        assert.ok(
          previous[field] < next[field] || (previous[field] === next[field] && previous.name < next.name),
        );
      }
    }),
  );
});

test('defaults', () => {
  assert.deepEqual(parseListQuery(new Query('')), {
    offset: 0,
    limit: 20,
    prefix: '',
    include: '',
    type: undefined,
    by: 'bucket_name',
    direct: 'asc',
  });
  assert.equal(parseListQuery(new Query('limit=101')).limit, 100);
});
