// Listings of both kinds against a model that knows nothing but all the names.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  bodyOf,
  bucketName,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { createBucket } from '../../core/buckets/create.ts';
import { putObject } from '../../core/objects/put.ts';
import { listAccount } from './account.ts';
import type { ListedItem } from './listing-documents.ts';
import type { ListingQuery } from './listing-query.ts';
import { listContainer } from './object-listing.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Swift's listing as its documentation tells it: take the names in range, fold what has the delimiter, cut at the limit. */
function expected(names: readonly string[], query: ListingQuery): string[] {
  const { marker, endMarker, prefix, delimiter, reverse, limit } = query;
  const direction = reverse ? -1 : 1;
  const follows = (name: string, bound: string) => byBytes(name, bound) * direction > 0;
  const found: string[] = [];
  for (const name of names.toSorted((a, b) => byBytes(a, b) * direction)) {
    if (!name.startsWith(prefix)) continue;
    if (marker !== undefined && !follows(name, marker)) continue;
    if (endMarker !== undefined && !follows(endMarker, name)) continue;
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    const shown = at < 0 ? name : name.slice(0, at + delimiter.length);
    // A marker that is a common prefix stands for everything in it.
    if (at >= 0 && (shown === marker || shown === endMarker)) continue;
    if (found.at(-1) !== shown || at < 0) found.push(shown);
  }
  return found.slice(0, limit);
}

/** Swift's `path=`: the objects one level below, and markers of directories there. */
function expectedIn(path: string, names: readonly string[], limit: number): string[] {
  const prefix = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
  return names
    .filter((name) => name.startsWith(prefix) && name !== prefix)
    .filter((name) => !/\/./s.test(name.slice(prefix.length)))
    .toSorted(byBytes)
    .slice(0, limit);
}

function shown(items: readonly ListedItem[]): string[] {
  return items.map((item) => ('subdir' in item ? item.subdir : item.name));
}

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

function queries(text: fc.Arbitrary<string>, delimiter: fc.Arbitrary<string>): fc.Arbitrary<ListingQuery> {
  return fc
    .record({
      prefix: fc.oneof(fc.constant(''), text),
      delimiter: fc.oneof(fc.constant(''), delimiter),
      marker: optional(text),
      endMarker: optional(text),
      reverse: fc.boolean(),
      limit: fc.integer({ min: 0, max: 8 }),
    })
    .map(({ marker, endMarker, ...query }) => ({
      ...query,
      ...(marker ? { marker } : {}),
      ...(endMarker ? { endMarker } : {}),
    }));
}

describe('a container', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '가'), minLength: 1, maxLength: 5 });

  test('lists as the model does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 25 }),
        fc.array(queries(name, fc.constantFrom('/', '-', 'a/', '//')), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('', 'a', 'b/', '/', 'a/b'),
        async (names, asked, path) => {
          const core = await memoryCore();
          const bucket = bucketName('box');
          await createBucket(core, testActor, { name: bucket, project: testProject });
          for (const key of names) {
            await putObject(core, testActor, {
              bucket,
              key: objectKeyOf(key),
              attributes: plainAttributes,
              conditions: {},
              body: bodyOf(''),
              expected: [],
              signal: noSignal,
            });
          }
          for (const query of asked) {
            assert.deepEqual(shown(await listContainer(core, bucket, query)), expected(names, query));
          }
          const inPath = { prefix: 'x', delimiter: 'x', path, reverse: false, limit: 3 };
          assert.deepEqual(shown(await listContainer(core, bucket, inPath)), expectedIn(path, names, 3));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('an account', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '-', '0'), maxLength: 4 });
  const name = part.map((middle) => `n${middle}x`).filter((text) => text.length >= 3);

  test('lists as the model does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 20 }),
        fc.array(
          queries(
            part.map((text) => `n${text}`),
            fc.constantFrom('-', 'a', 'ab'),
          ),
          { minLength: 1, maxLength: 8 },
        ),
        async (names, asked) => {
          const core = await memoryCore();
          for (const bucket of names) {
            await createBucket(core, testActor, { name: bucketName(bucket), project: testProject });
          }
          for (const query of asked) {
            assert.deepEqual(shown(await listAccount(core, testProject, query)), expected(names, query));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
