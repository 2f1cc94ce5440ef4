import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bodyOf,
  bucketName,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
} from '../../../test/support/memory-core.ts';
import type { KeyRange } from '../../engines/meta/meta-store.ts';
import { createBucket } from '../buckets/create.ts';
import type { Core } from '../core.ts';
import { type ListedEntry, type ListObjectsInput, listObjects } from './list.ts';
import { putObject } from './put.ts';

const bucket = bucketName('photos');

/** @param hidden keys of objects whose date of deletion has come */
async function coreWith(keys: readonly string[], hidden: readonly string[] = []): Promise<Core> {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
  // A neighbour in the same store must never show.
  await createBucket(core, testActor, { name: bucketName('neighbour') });
  const all = [...keys, ...hidden].map((one) => [bucket, one] as const);
  for (const [where, key] of [...all, ['neighbour', 'a'] as const]) {
    await putObject(core, testActor, {
      bucket: bucketName(where),
      key: objectKeyOf(key),
      attributes: { ...plainAttributes, ...(hidden.includes(key) && { deleteAt: 1 }) },
      conditions: {},
      body: bodyOf(key),
      expected: [],
      signal: noSignal,
    });
  }
  return core;
}

function nameOf(entry: ListedEntry): string {
  return entry.kind === 'object' ? entry.info.key : entry.prefix;
}

function print(entry: ListedEntry): string {
  return `${entry.kind} ${nameOf(entry)}`;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

type Query = Omit<ListObjectsInput, 'bucket' | 'limit'>;

/** The listing by the book: all entries of the bucket, rolled up, then cut. */
function naive(
  keys: readonly string[],
  { prefix, delimiter, after, before, reverse = false }: Query,
): string[] {
  const entries = new Map<string, 'object' | 'prefix'>();
  for (const key of [...keys].sort(byBytes)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) entries.set(key, 'object');
    else entries.set(key.slice(0, at + delimiter.length), 'prefix');
  }
  const [low, high] = reverse ? [before, after] : [after, before];
  const names = [...entries.keys()]
    .filter((name) => low === undefined || byBytes(name, low) > 0)
    .filter((name) => high === undefined || byBytes(name, high) < 0);
  if (reverse) names.reverse();
  return names.map((name) => `${entries.get(name)} ${name}`);
}

async function list(core: Core, query: Query, limit = 10_000): Promise<string[]> {
  const { entries, truncated } = await listObjects(core, { bucket, ...query, limit });
  assert.equal(truncated, false);
  return entries.map(print);
}

/** Few letters, so that keys share prefixes; a pair above the BMP sorts before U+E000 in UTF-16 and behind it in UTF-8. */
const piece = fc.constantFrom('a', 'b', '/', '/', '--', '\u{1f600}', '\ue000', '\uffff', '\x01', 'é');
const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
/** Some to be seen, and some past due. */
const names = fc
  .tuple(fc.uniqueArray(name, { maxLength: 25 }), fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }))
  .map(([all, marks]) => ({
    keys: all.filter((_, at) => marks[at]),
    hidden: all.filter((_, at) => !marks[at]),
  }));
const query = fc.record(
  {
    prefix: fc.oneof(fc.constant(''), name),
    delimiter: fc.constantFrom('', '/', '--', 'a', 'b/', '\ue000'),
    after: name,
    before: name,
    reverse: fc.boolean(),
  },
  { requiredKeys: ['prefix', 'delimiter'] },
);

describe('listObjects', () => {
  it('agrees with a naive listing', async () => {
    const property = fc.asyncProperty(
      names,
      fc.array(query, { minLength: 10, maxLength: 10 }),
      async ({ keys, hidden }, queries) => {
        const core = await coreWith(keys, hidden);
        for (const one of queries) assert.deepEqual(await list(core, one), naive(keys, one));
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('gives exactly the whole in pages of any size', async () => {
    const property = fc.asyncProperty(
      names,
      query,
      fc.integer({ min: 1, max: 4 }),
      async ({ keys, hidden }, one, limit) => {
        const core = await coreWith(keys, hidden);
        const seen: string[] = [];
        for (let { after } = one; ; ) {
          const page = await listObjects(core, {
            bucket,
            ...one,
            limit,
            ...(after !== undefined && { after }),
          });
          seen.push(...page.entries.map(print));
          const last = page.entries.at(-1);
          if (!page.truncated || last === undefined) break;
          assert.equal(page.entries.length, limit);
          after = nameOf(last);
        }
        assert.deepEqual(seen, naive(keys, one));
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('orders by the bytes of UTF-8', async () => {
    const keys = ['\u{10000}', '\uffff', '\ue000', 'z', 'é'];
    const core = await coreWith(keys);
    const expected = ['z', 'é', '\ue000', '\uffff', '\u{10000}'].map((key) => `object ${key}`);
    assert.deepEqual(await list(core, { prefix: '', delimiter: '' }), expected);
  });

  it('takes a boundary inside a common prefix as behind that prefix', async () => {
    const core = await coreWith(['a/1', 'a/2', 'b']);
    const base = { prefix: '', delimiter: '/' };
    assert.deepEqual(await list(core, { ...base, after: 'a/' }), ['object b']);
    assert.deepEqual(await list(core, { ...base, after: 'a/1' }), ['object b']);
    assert.deepEqual(await list(core, { ...base, after: 'a' }), ['prefix a/', 'object b']);
    assert.deepEqual(await list(core, { ...base, before: 'a/1' }), ['prefix a/']);
    assert.deepEqual(await list(core, { ...base, before: 'a/' }), []);
  });

  it('answers nothing for no entries, and for prefixes longer than any key', async () => {
    const core = await coreWith(['a']);
    const long = 'a'.repeat(5000);
    assert.deepEqual(await list(core, { prefix: long, delimiter: '/' }), []);
    assert.deepEqual(await list(core, { prefix: '', delimiter: '', after: long }), []);
    assert.deepEqual(await list(core, { prefix: '', delimiter: '', before: long }), ['object a']);
    assert.deepEqual(await list(core, { prefix: '', delimiter: '' }, 0), []);
  });

  it('skips what is below a common prefix with one seek', async () => {
    const keys = ['a', 'b', 'c'].flatMap((top) => Array.from({ length: 400 }, (_, at) => `${top}/${at}`));
    const core = await coreWith(keys);
    let read = 0;
    let seeks = 0;
    const { range } = core.meta;
    core.meta.range = async (wanted: KeyRange) => {
      const page = await range.call(core.meta, wanted);
      read += page.length;
      seeks += 1;
      return page;
    };
    assert.deepEqual(await list(core, { prefix: '', delimiter: '/' }), [
      'prefix a/',
      'prefix b/',
      'prefix c/',
    ]);
    assert.ok(seeks <= 4, `${seeks} seeks`);
    assert.ok(read < 150, `${read} entries read`);
  });
});
