/** Owns the steps of random lives of a store of two buckets, and how lives are drawn. */
import fc from 'fast-check';
import type { Versioning } from '../../src/core/model/bucket-records.ts';

/** Addresses are `bucket/key` over two buckets and three keys each. Everything in bucket `two` is encrypted. */
export type Address = string;
export type Step =
  | { do: 'put'; at: Address; text: string; encrypted: boolean }
  | { do: 'delete'; at: Address }
  /** `nth`: of the versions and markers of the key, the newest first, counted round. */
  | { do: 'delete version'; at: Address; nth: number }
  | { do: 'copy'; from: Address; nth: number | undefined; to: Address }
  | {
      do: 'multipart';
      at: Address;
      parts: (string | { from: Address; start: number })[];
      end: 'complete' | 'abort' | 'leave';
    }
  /** A static large object of these, and a dynamic one of what begins with `prefix`. */
  | { do: 'static'; at: Address; of: Address[] }
  | { do: 'dynamic'; at: Address; text: string; bucket: string; prefix: string }
  | { do: 'delete bucket'; bucket: string }
  | { do: 'create bucket'; bucket: string }
  | { do: 'versioning'; bucket: string; versioning: Versioning }
  | { do: 'collect' };

export const lifeBuckets = ['one', 'two'];
const bucketOf = fc.constantFrom(...lifeBuckets);
const keyOf = fc.constantFrom('a', 'b', 'c');
const address = fc.tuple(bucketOf, keyOf).map((both) => both.join('/'));
/** Around the limit of inline bytes, which is 16. */
const text = fc
  .tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.constantFrom(0, 1, 4, 5, 9))
  .map(([s, n]) => s.repeat(n));
const part = fc.oneof(text, fc.record({ from: address, start: fc.nat(20) }));
const nth = fc.nat(5);
const is = <const T extends string>(what: T) => fc.constant(what);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: is('put'), at: address, text, encrypted: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete'), at: address }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete version'), at: address, nth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('copy'),
      from: address,
      nth: fc.option(nth, { nil: undefined }),
      to: address,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('multipart'),
      at: address,
      parts: fc.array(part, { minLength: 1, maxLength: 4 }),
      end: fc.constantFrom('complete' as const, 'complete' as const, 'abort' as const, 'leave' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('static'),
      at: address,
      of: fc.array(address, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: is('dynamic'),
      at: address,
      text,
      bucket: bucketOf,
      prefix: fc.constantFrom('', 'a', 'b', 'none'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('delete bucket'), bucket: bucketOf }) },
  { weight: 1, arbitrary: fc.record({ do: is('create bucket'), bucket: bucketOf }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('versioning'),
      bucket: bucketOf,
      versioning: fc.constantFrom('enabled' as const, 'suspended' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'collect' as const }) },
);

/** Both buckets are there from the beginning, and in half of the lives an object under every key; then `fewest` steps or more. */
export function life(fewest: number): fc.Arbitrary<Step[]> {
  const buckets = lifeBuckets.map((bucket): Step => ({ do: 'create bucket', bucket }));
  const first = lifeBuckets.flatMap((bucket) =>
    ['a', 'b', 'c'].map((key): Step => {
      const at = `${bucket}/${key}`;
      return { do: 'put', at, text: `${at} at first`.slice(0, key === 'a' ? 5 : 20), encrypted: false };
    }),
  );
  return fc
    .tuple(fc.boolean(), fc.array(step, { minLength: fewest, maxLength: 40 }))
    .map(([full, steps]) => [...buckets, ...(full ? first : []), ...steps]);
}
