// What can be wrong with the list of a static large object
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { alice } from '../support/seed.ts';
import { assertEmpty, assertPage, assertSentence, type SwiftAccount, useSwift } from '../support/swift.ts';

const md5 = (bytes: string) => createHash('md5').update(bytes).digest('hex');

let account: SwiftAccount;
let box: string;
let segments: string;
const swift = useSwift(async () => {
  account = await swift.account(alice);
  box = await account.container();
  segments = await account.container();
});

async function store(name: string, bytes: string) {
  assert.equal((await account.put(`${segments}/${name}`, bytes)).status, 201);
  return { path: `${segments}/${name}`, etag: md5(bytes), size_bytes: bytes.length };
}

const putList = (path: string, list: unknown, headers: Record<string, string> = {}) =>
  account.put(`${path}?multipart-manifest=put`, JSON.stringify(list), headers);

describe('a list of segments is refused', () => {
  const cases: readonly [name: string, list: () => unknown, text: string][] = [
    ['that is no JSON', () => undefined, 'Manifest must be valid JSON.\n'],
    ['that is no list', () => ({}), 'Manifest must be a list.\n'],
    ['of other things', () => [1], 'Index 0: not a JSON object\n'],
    ['with other keys', () => [{ path: '/a/b', x: 1, y: 2 }], 'Index 0: extraneous keys "x", "y"\n'],
    [
      'without an object',
      () => [{ path: '/a' }],
      'Index 0: path does not refer to an object. Path must be of the form /container/object.\n',
    ],
    ['with itself', () => [{ path: `${box}/o` }], 'Index 0: manifest must not include itself as a segment\n'],
    ['with a size that is none', () => [{ path: '/a/b', size_bytes: 'x' }], 'Index 0: invalid size_bytes\n'],
    [
      'with an empty segment before the last',
      () => [{ path: '/a/b', size_bytes: 0 }, { path: '/a/c' }],
      'Index 0: too small; each segment must be at least 1 byte.\n',
    ],
    [
      'with ranges',
      () => [
        { path: '/a/b', range: '0-1,3-4' },
        { path: '/a/b', range: 'x' },
      ],
      'Index 0: multiple ranges (only one allowed)\nIndex 1: invalid range\n',
    ],
    [
      'with a range outside',
      () => [{ path: '/a/b', range: '5-', size_bytes: 5 }],
      'Index 0: unsatisfiable range\n',
    ],
    [
      'with bytes that are none',
      () => [{ data: '%' }, { data: '' }],
      'Index 0: data must be valid base64\nIndex 1: too small; each segment must be at least 1 byte.\n',
    ],
    [
      'of bytes alone',
      () => [{ data: 'YQ==' }],
      'Inline data segments require at least one object-backed segment.\n',
    ],
  ];
  for (const [name, list, text] of cases) {
    test(name, async () => assertSentence(await putList(`${box}/o`, list()), 400, text));
  }

  test('for what its segments are', async () => {
    const small = await store('wrong/small', 'small');
    const list = [
      { ...small, size_bytes: 6, etag: 'x' },
      { path: `${segments}/wrong/absent` },
      { path: '/no-such-container/a b' },
      { ...small, size_bytes: null, range: '9-' },
    ];
    const lines: readonly (readonly [string, string])[] = [
      [`${segments}/wrong/small`, 'Size Mismatch'],
      [`${segments}/wrong/small`, 'Etag Mismatch'],
      [`${segments}/wrong/absent`, '404 Not Found'],
      ['/no-such-container/a%20b', '404 Not Found'],
      [`${segments}/wrong/small`, 'Unsatisfiable Range'],
    ];
    const text = await putList(`${box}/o`, list);
    assert.deepEqual(
      [text.status, text.text],
      [400, ['Errors:', ...lines.map((line) => line.join(', ')), ''].join('\n')],
    );
    const json = await putList(`${box}/o`, list, { Accept: 'application/json' });
    assert.deepEqual([json.status, JSON.parse(json.text)], [400, { Errors: lines }]);
    const xml = await putList(`${box}/o`, list, { Accept: 'application/xml' });
    assert.ok(
      xml.text.startsWith(`<upload>\n<errors>\n<object><name>${segments}/wrong/small</name><status>Size`),
    );
    assertPage(await account.get(`${box}/o`), 404);
  });

  test('for its Etag, its length and its number', async () => {
    const list = [await store('one', 'one')];
    assertPage(await putList(`${box}/o`, list, { ETag: md5('other') }), 422);
    assertEmpty(await putList(`${box}/right`, list, { ETag: `"${md5(md5('one'))}"` }), 201);
    const many = await putList(
      `${box}/o`,
      Array.from({ length: 1001 }, () => list[0]),
    );
    assertSentence(many, 413, 'Number of object-backed segments must be <= 1000');
    assert.equal((await account.put(`${box}/o?multipart-manifest=put`, ' '.repeat(8_388_609))).status, 413);
    assert.equal((await putList(`${box}/o`, list, { 'X-Copy-From': `${box}/right` })).status, 405);
    assertEmpty(
      await putList(
        `${box}/thousand`,
        Array.from({ length: 1000 }, () => list[0]),
      ),
      201,
    );
    assert.equal((await account.get(`${box}/thousand`)).text, 'one'.repeat(1000));
  });
});
