// GET /v1/{account}/{container}
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, carol } from '../support/seed.ts';
import {
  assertPage,
  assertSentence,
  html,
  httpDateForm,
  listingTimeForm,
  type SwiftAccount,
  timestampForm,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
const names = [
  '//dbl',
  '/lead',
  'a/b/page.html',
  'a/☃ x+y',
  'app/',
  'd--x',
  'd--y--z',
  'd/',
  'd/a',
  'd/sub/',
  'd/sub/x',
  'd/sub2/y',
  'we"ird\\<&>\'',
  '가',
  '😀',
];
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
  await account.fill(box, names.map(encodeURIComponent));
}

const list = async (query: string) => {
  const { status, text } = await account.get(`${box}?${query}`);
  assert.ok(status === 200 || status === 204, `${status} ${text}`);
  return text.split('\n').slice(0, -1);
};

describe('an empty container', () => {
  test('is 204 in text and a document in JSON and XML', async () => {
    const empty = await account.container();
    const text = await account.get(empty);
    assert.deepEqual([text.status, text.text, text.headers['content-length']], [204, '', '0']);
    assert.equal((await account.get(`${empty}?format=json`)).text, '[]');
    const xml = await account.get(`${empty}?format=xml`);
    const document = `<?xml version="1.0" encoding="UTF-8"?>\n<container name="${empty.slice(1)}" />`;
    assert.deepEqual([xml.status, xml.text], [200, document]);
  });
});

describe('formats', () => {
  test('text is a name a line, in the order of UTF-8 bytes', async () => {
    const answer = await account.get(box);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers.vary, 'Accept');
    assert.equal(answer.text, names.map((name) => `${name}\n`).join(''));
  });

  test('JSON is ASCII, with Swift’s member order and spacing', async () => {
    const answer = await account.get(`${box}?format=json&prefix=a/&delimiter=/`);
    const when = /"last_modified": "([^"]*)"/.exec(answer.text)?.[1] ?? '';
    assert.match(when, listingTimeForm);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(
      answer.text,
      `[{"subdir": "a/b/"}, {"bytes": 7, "hash": "04adb4e2f055c978c9bb101ee1bc5cd4", "name": "a/\\u2603 x+y", "content_type": "application/octet-stream", "last_modified": "${when}"}]`,
    );
    const rest = await account.get(`${box}?format=json&marker=${encodeURIComponent('가')}`);
    assert.match(rest.text, /"name": "\\ud83d\\ude00"/);
  });

  test('XML is one line behind its declaration, with quotes as they are', async () => {
    const answer = await account.get(`${box}?format=xml&prefix=we`);
    assert.equal(
      answer.text
        .replace(/<last_modified>[^<]*/, '<last_modified>T')
        .replace(/<hash>[0-9a-f]{32}/, '<hash>H'),
      `<?xml version="1.0" encoding="UTF-8"?>\n<container name="${box.slice(1)}"><object><name>we"ird\\&lt;&amp;&gt;'</name><hash>H</hash><bytes>11</bytes><content_type>application/octet-stream</content_type><last_modified>T</last_modified></object></container>`,
    );
    const folded = await account.get(`${box}?format=xml&prefix=a/b&delimiter=/`);
    assert.match(folded.text, /<subdir name="a\/b\/"><name>a\/b\/<\/name><\/subdir><\/container>$/);
  });

  test('XML keeps what a parser would change: carriage returns, and white space in attributes', async () => {
    const odd = await account.container();
    await account.fill(odd, ['cr%0Dx', 'nl%0Ax%22']);
    const { text } = await account.get(`${odd}?format=xml&delimiter=%22`);
    assert.match(text, /<name>cr&#13;x<\/name>/);
    assert.match(text, /<subdir name="nl&#10;x&quot;"><name>nl\nx"<\/name><\/subdir>/);
  });

  for (const [accept, type] of [
    ['application/json', 'application/json'],
    ['application/xml', 'application/xml'],
    ['text/xml', 'text/xml'],
    ['*/*', 'text/plain'],
    ['application/*', 'application/json'],
    ['application/json;q=0.3, text/plain', 'text/plain'],
    ['image/png, */*;q=0.1', 'text/plain'],
    ['application/xml, application/json', 'application/xml'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/xml'],
  ] as const) {
    test(`Accept: ${accept} gives ${type}`, async () => {
      const { headers } = await account.get(`${box}?limit=1`, { Accept: accept });
      assert.deepEqual([headers['content-type'], headers.vary], [`${type}; charset=utf-8`, 'Accept']);
    });
  }

  test('format= wins over Accept, and an unknown one is text', async () => {
    const json = await account.get(`${box}?format=JSON&limit=1`, { Accept: 'image/png' });
    assert.equal(json.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(json.headers.vary, undefined);
    const text = await account.get(`${box}?format=nope&limit=1`);
    assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8');
  });

  test('nothing acceptable is 406, an unreadable Accept 400', async () => {
    assertPage(await account.get(box, { Accept: 'image/png' }), 406);
    assertSentence(await account.get(box, { Accept: 'garbage' }), 400, 'Invalid Accept header', html);
  });
});

describe('parameters', () => {
  test('prefix and delimiter, of one or several characters', async () => {
    assert.deepEqual(await list('prefix=d/'), ['d/', 'd/a', 'd/sub/', 'd/sub/x', 'd/sub2/y']);
    assert.deepEqual(await list('delimiter=/&prefix=d/'), ['d/', 'd/a', 'd/sub/', 'd/sub2/']);
    assert.deepEqual(await list('delimiter=--&prefix=d&limit=2'), ['d--', 'd/']);
    assert.deepEqual(await list('delimiter=--&prefix=d--'), ['d--x', 'd--y--']);
    assert.deepEqual(await list('delimiter=/&limit=3'), ['/', 'a/', 'app/']);
    assert.deepEqual(await list('delimiter=&limit=1'), ['//dbl']);
  });

  test('marker and end_marker are exclusive', async () => {
    assert.deepEqual(await list('marker=d/a&end_marker=d/sub/x'), ['d/sub/']);
    assert.deepEqual(await list('delimiter=/&marker=/&end_marker=b'), ['a/', 'app/']);
    assert.deepEqual(await list('marker=z&end_marker=a'), []);
  });

  test('a marker within a common prefix names it again while anything follows in it', async () => {
    assert.deepEqual(await list('delimiter=/&prefix=d/&marker=d/sub/w'), ['d/sub/', 'd/sub2/']);
    assert.deepEqual(await list('delimiter=/&prefix=d/&marker=d/sub/w&limit=1'), ['d/sub/']);
    assert.deepEqual(await list('delimiter=/&prefix=d/&marker=d/sub/x'), ['d/sub2/']);
    assert.deepEqual(await list('delimiter=/&prefix=d/&marker=d/sub/'), ['d/sub2/']);
  });

  test('reverse goes from the end, with markers in that order', async () => {
    assert.deepEqual(await list('reverse=true&limit=2'), ['😀', '가']);
    assert.deepEqual(await list('reverse=1&marker=d/sub/&end_marker=d--y--z'), ['d/a', 'd/']);
    assert.deepEqual(await list('reverse=on&delimiter=/&prefix=d/'), ['d/sub2/', 'd/sub/', 'd/a', 'd/']);
    assert.deepEqual(await list('reverse=no&limit=1'), ['//dbl']);
  });

  test('path lists the objects directly in a directory', async () => {
    assert.deepEqual(await list('path=d'), ['d/a', 'd/sub/']);
    assert.deepEqual(await list('path=d/&limit=1'), ['d/a']);
    assert.deepEqual(await list('path=d&marker=d/a'), ['d/sub/']);
    assert.deepEqual(await list('path=/'), ['/lead']);
    assert.deepEqual(await list('path=d&prefix=zzz'), ['d/a', 'd/sub/']);
    assert.deepEqual(await list('path='), ['app/', 'd--x', 'd--y--z', 'd/', 'we"ird\\<&>\'', '가', '😀']);
  });

  test('limit up to 10000; more is refused, no number is ignored', async () => {
    assert.equal((await account.get(`${box}?limit=0`)).status, 204);
    assert.equal((await list('limit=10000')).length, names.length);
    assert.equal((await list('limit=-1')).length, names.length);
    assertSentence(await account.get(`${box}?limit=10001`), 412, 'Maximum limit is 10000', html);
  });

  test('a page goes on where the one before ended', async () => {
    const seen: string[] = [];
    for (let marker = ''; ; ) {
      const page = await list(`delimiter=/&limit=2&marker=${encodeURIComponent(marker)}`);
      if (page.length === 0) break;
      seen.push(...page);
      marker = page.at(-1) ?? '';
    }
    assert.deepEqual(seen, await list('delimiter=/'));
  });

  test('one that is not UTF-8 is refused by name', async () => {
    const answer = await account.get(`${box}?prefix=%ff`);
    assertSentence(answer, 400, '"prefix" parameter not valid UTF-8');
  });
});

test('carries the container’s counts and metadata', async () => {
  const own = await account.container({ 'X-Container-Meta-Color': 'blue' });
  await account.put(`${own}/a`, '123');
  const { headers } = await account.get(own);
  assert.equal(headers['x-container-object-count'], '1');
  assert.equal(headers['x-container-bytes-used'], '3');
  assert.equal(headers['x-container-meta-color'], 'blue');
  assert.equal(headers['x-storage-policy'], 'default-placement');
  assert.equal(headers['accept-ranges'], 'bytes');
  assert.match(headers['x-timestamp'] ?? '', timestampForm);
  assert.match(headers['last-modified'] ?? '', httpDateForm);
});

test('an absent container is 404, also by a name no container can have', async () => {
  assertPage(await account.get('/absent'), 404);
  assertPage(await account.get('/Upper_Case'), 404);
  assertPage(await account.get(`/${'n'.repeat(257)}`), 404);
  assertPage(await account.get('/with%2Fslash'), 404);
});

test('is for readers too', async () => {
  const reader = await swift.account(carol);
  assert.equal((await reader.get(`${box}?limit=1`)).status, 200);
});
