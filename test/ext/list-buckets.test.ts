// ListBuckets: GET /v1_ext/bucket
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRecentTime, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

interface Page {
  totalCount: number;
  offset: number;
  count: number;
  items: Record<string, unknown>[];
}

let server: TestServer;
let token: string;
const names = Array.from({ length: 24 }, (_, i) => `list-${String(i).padStart(2, '0')}`);

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  // Not in the order of names, so that no order comes out by accident.
  for (const name of ['photos-b', ...names.toReversed(), 'photos-a', 'my-list']) {
    await makeBucket(server, token, name);
  }
  await makeBucket(server, await issueToken(server, eve), 'list-of-another-project');
});
after(() => server.stop());

async function list(query = ''): Promise<Page & { names: unknown[] }> {
  const answer = await ext(server, token, `/bucket${query}`);
  assert.equal(answer.status, 200, answer.text);
  const page = answer.json as Page;
  assert.equal(page.count, page.items.length);
  return { ...page, names: page.items.map(({ name }) => name) };
}

test('answers the documented request field for field', async () => {
  const answer = await ext(server, token, '/bucket?limit=100');
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const { items, ...page } = answer.json as Page;
  assert.deepEqual(page, { totalCount: 27, offset: 0, count: 27 });
  const { createdAt, lastModified, ...first } = items[0] ?? {};
  assertRecentTime(createdAt);
  assertRecentTime(lastModified);
  assert.deepEqual(first, {
    project: demo.id,
    name: 'list-00',
    type: 'STANDARD',
    bytes: 0,
    objectCount: 0,
    use_encryption: false,
    encryption_type: '',
    storageClass: 'STANDARD',
  });
});

describe('pages', () => {
  const sorted = [...names, 'my-list', 'photos-a', 'photos-b'];

  test('20 at a time without a limit', async () => {
    const { totalCount, count, offset, names: found } = await list();
    assert.deepEqual({ totalCount, count, offset }, { totalCount: 27, count: 20, offset: 0 });
    assert.deepEqual(found, sorted.slice(0, 20));
  });

  test('put together give every bucket once', async () => {
    const found: unknown[] = [];
    for (let offset = 0; offset < 27; offset += 10) {
      const page = await list(`?offset=${offset}&limit=10`);
      assert.equal(page.offset, offset);
      assert.equal(page.totalCount, 27);
      found.push(...page.names);
    }
    assert.deepEqual(found, sorted);
  });

  test('beyond the end are empty and still tell the total', async () => {
    const { totalCount, count, offset } = await list('?offset=1000');
    assert.deepEqual({ totalCount, count, offset }, { totalCount: 27, count: 0, offset: 1000 });
  });

  test('a limit above 100 counts as 100, a limit of 0 gives the total alone', async () => {
    assert.equal((await list('?limit=5000')).count, 27);
    const { totalCount, count } = await list('?limit=0');
    assert.deepEqual({ totalCount, count }, { totalCount: 27, count: 0 });
  });
});

describe('filters', () => {
  test('prefix', async () => {
    const { totalCount, names: found } = await list('?prefix=photos-');
    assert.equal(totalCount, 2);
    assert.deepEqual(found, ['photos-a', 'photos-b']);
    assert.equal((await list('?prefix=list')).totalCount, 24);
    assert.equal((await list('?prefix=nothing')).totalCount, 0);
  });

  test('include', async () => {
    const { totalCount } = await list('?include=list');
    assert.equal(totalCount, 25);
    assert.deepEqual((await list('?include=otos-')).names, ['photos-a', 'photos-b']);
  });

  test('the total counts matches, not the page', async () => {
    const { totalCount, count, names: found } = await list('?prefix=list-1&limit=3&offset=2');
    assert.deepEqual({ totalCount, count }, { totalCount: 10, count: 3 });
    assert.deepEqual(found, ['list-12', 'list-13', 'list-14']);
  });

  test('type', async () => {
    assert.equal((await list('?type=STANDARD')).totalCount, 27);
    assert.equal((await list('?type=hot')).totalCount, 0);
    assert.equal((await list('?type=cold')).totalCount, 0);
  });

  test('empty parameters are as good as none', async () => {
    assert.equal((await list('?prefix=&include=&type=&by=&direct=&offset=&limit=')).totalCount, 27);
  });
});

describe('orders', () => {
  test('by name, both ways', async () => {
    assert.equal((await list('?by=bucket_name&direct=asc')).names[0], 'list-00');
    assert.deepEqual((await list('?by=bucket_name&direct=desc&limit=2')).names, ['photos-b', 'photos-a']);
    assert.equal((await list('?direct=desc')).names[0], 'photos-b');
  });

  test('by type, which is one, so by name', async () => {
    assert.equal((await list('?by=bucket_type')).names[0], 'list-00');
  });

  test('by creation', async () => {
    const ascending = (await list('?by=created_at&limit=100')).items.map(({ createdAt }) =>
      String(createdAt),
    );
    assert.deepEqual(ascending, ascending.toSorted());
    const first = (await list('?by=created_at&limit=1')).names[0];
    assert.ok(first === 'photos-b', `${first} was not the first`);
    assert.deepEqual((await list('?by=created_at&direct=desc&limit=1')).names, ['my-list']);
  });

  test('by bytes', async () => {
    for (const [bucket, size] of [
      ['list-07', 300],
      ['list-03', 200],
      ['photos-a', 100],
    ] as const) {
      const put = await fetch(`${server.url}/v1/${demo.id}/${bucket}/object`, {
        method: 'PUT',
        headers: { 'X-Auth-Token': token },
        body: 'x'.repeat(size),
      });
      assert.equal(put.status, 201);
    }
    const { items } = await list('?by=bytes_used&direct=desc&limit=3');
    assert.deepEqual(
      items.map(({ name, bytes, objectCount }) => [name, bytes, objectCount]),
      [
        ['list-07', 300, 1],
        ['list-03', 200, 1],
        ['photos-a', 100, 1],
      ],
    );
    assert.equal((await list('?by=bytes_used&offset=26')).names[0], 'list-07');
  });
});

test('400 for parameters that mean nothing', async (t) => {
  const wrong = [
    'prefix=a&include=b',
    'by=colour',
    'by=bucket_name%20',
    'direct=up',
    'type=glacier',
    'offset=-1',
    'offset=1.5',
    'offset=ten',
    'limit=-1',
    'limit=ten',
    'limit=1e2',
    'limit=99999999999999999999',
    'prefix=%ff',
  ];
  for (const query of wrong) {
    await t.test(query, async () =>
      assertError(await ext(server, token, `/bucket?${query}`), 400, 'BadRequest'),
    );
  }
});

test('members and readers list the project; another project sees only its own', async () => {
  for (const user of [bob, carol]) {
    const answer = await ext(server, await issueToken(server, user), '/bucket');
    assert.equal((answer.json as Page).totalCount, 27, answer.text);
  }
  const { items } = (await ext(server, await issueToken(server, eve), '/bucket')).json as Page;
  assert.deepEqual(
    items.map(({ name }) => name),
    ['list-of-another-project'],
  );
});

test('401 without a token or with a wrong one, 403 without the right', async () => {
  assertError(await ext(server, undefined, '/bucket'), 401, 'Unauthorized');
  assertError(await ext(server, 'gAAAAABwrong', '/bucket'), 401, 'Unauthorized');
  assertError(await ext(server, await issueToken(server, dave), '/bucket'), 403, 'Forbidden');
});
