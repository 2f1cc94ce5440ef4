// GET /trail/v1/events: every filter, pages that stay in place while events arrive, and what is refused.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, demo, eve, other, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents, type EventDocument, trailAnswer, trailEvents, trailPage } from '../support/trail.ts';

let server: TestServer;
let token: string;
let roots: string;
let everything: EventDocument[];

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  roots = await issueToken(server, root);
  const bobs = await issueToken(server, bob);
  for (const name of ['search-a', 'search-b', 'search-c']) await makeBucket(server, token, name);
  for (let i = 0; i < 12; i += 1) {
    const s3 = s3Client(server, i % 2 === 0 ? alice : bob);
    await s3.putObject({ Bucket: `search-${'abc'[i % 3]}`, Key: `Report n${i}/draft`, Body: 'x' });
  }
  await makeBucket(server, await issueToken(server, eve), 'search-of-eve');
  await ext(server, bobs, '/bucket/absent-bucket');
  await ext(server, bobs, '/bucket/search-a', { method: 'DELETE' });
  await ext(server, 'wrong', '/bucket/search-a');
  await awaitEvents(server, roots, '?service=ext&status=4xx', 3);
  everything = await trailEvents(server, roots, '?');
});
after(() => server.stop());

const filters: Record<string, (event: EventDocument) => boolean> = {
  'eventName=PutObject': (e) => e.eventName === 'PutObject',
  'eventName=putobject': (e) => e.eventName === 'PutObject',
  'service=IAM': (e) => e.service === 'IAM',
  'service=Object%20Storage': (e) => e.service === 'Object Storage',
  'service=s3': (e) => e.api === 's3',
  'serviceName=OpenAPI': (e) => e.serviceName === 'OpenAPI',
  'serviceName=Console': () => false,
  'resourceType=Bucket': (e) => e.resourceType === 'Bucket',
  'resourceType=object&eventName=PutObject': (e) => e.eventName === 'PutObject',
  'resourceName=search-a': (e) => e.bucket === 'search-a',
  'resourceName=search-a&resourceType=Bucket': (e) => e.resourceName === 'search-a',
  'resourceName=Report%20n3/draft': (e) => e.resourceName === 'Report n3/draft',
  'resourceName=search-a/Report%20n3/draft': (e) => e.resourceName === 'Report n3/draft',
  [`user=${bob.id}`]: (e) => e.user.uniqueId === bob.id,
  [`user=${bob.name}`]: (e) => e.user.id === bob.name,
  [`user=${bob.name}&eventName=PutObject`]: (e) => e.user.id === bob.name && e.eventName === 'PutObject',
  'status=200': (e) => e.response.status === 200,
  'status=4xx': (e) => e.response.status >= 400 && e.response.status < 500,
  'errorCode=NoSuchBucket': (e) => e.response.errorCode === 'NoSuchBucket',
  'sourceIp=127.0.0.1': (e) => e.sourceIp === '127.0.0.1',
  'sourceIp=10.9.8.7': () => false,
  'text=REPORT%20draft': (e) => e.resourceName?.startsWith('Report') ?? false,
  'text=N3%20report': (e) => e.resourceName === 'Report n3/draft',
  'text=repor': () => false,
  [`project=${other.id}`]: (e) => e.projectId === other.id,
  [`project=${demo.id}&status=404`]: (e) => e.projectId === demo.id && e.response.status === 404,
};

describe('filters', () => {
  for (const [query, expected] of Object.entries(filters)) {
    test(query, async () => {
      const wanted = everything.filter(expected).map(({ eventId }) => eventId);
      const found = await trailEvents(server, roots, `?${query}`);
      assert.deepEqual(
        found.map(({ eventId }) => eventId),
        wanted,
      );
    });
  }

  test('cover what they should: none of them finds everything or nothing by accident', () => {
    assert.ok(everything.length > 20);
    for (const [query, expected] of Object.entries(filters)) {
      const count = everything.filter(expected).length;
      if (/sourceIp|serviceName|text=repor$/.test(query)) continue;
      assert.ok(count > 0 && count < everything.length, `${query}: ${count}`);
    }
  });

  test('by time: from is inclusive, to is not, in RFC 3339 or milliseconds', async () => {
    const times = everything.map(({ eventTime }) => Date.parse(eventTime));
    const [from, to] = [times[times.length - 5] ?? 0, times[4] ?? 0];
    const wanted = everything.filter((_, i) => (times[i] ?? 0) >= from && (times[i] ?? 0) < to);
    for (const query of [
      `from=${from}&to=${to}`,
      `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`,
    ]) {
      const found = await trailEvents(server, roots, `?${query}`);
      assert.deepEqual(
        found.map(({ eventId }) => eventId),
        wanted.map(({ eventId }) => eventId),
      );
    }
  });
});

test('newest first, and pages stay in place while new events arrive', async () => {
  const before = await trailPage(server, token, '?eventName=PutObject&limit=5');
  assert.equal(before.events.length, 5);
  const s3 = s3Client(server, alice);
  await s3.putObject({ Bucket: 'search-a', Key: 'newcomer', Body: 'x' });
  const second = await trailPage(server, token, `?eventName=PutObject&limit=5&marker=${before.nextMarker}`);
  await s3.putObject({ Bucket: 'search-a', Key: 'newcomer 2', Body: 'x' });
  const third = await trailPage(server, token, `?eventName=PutObject&limit=5&marker=${second.nextMarker}`);
  assert.equal(third.nextMarker, null);
  const ids = [before, second, third].flatMap(({ events }) => events.map(({ eventId }) => eventId));
  const wanted = everything.filter(({ eventName }) => eventName === 'PutObject');
  assert.deepEqual(
    ids,
    wanted.map(({ eventId }) => eventId),
  );
  const times = everything.map(({ eventTime }) => eventTime);
  assert.deepEqual(times, times.toSorted().toReversed());
  assert.equal((await trailPage(server, token, '?resourceName=newcomer')).events.length, 1);
});

test('a page that ends exactly with the last event has no marker', async () => {
  const count = everything.filter(({ eventName }) => eventName === 'DeleteBucket').length;
  const page = await trailPage(server, token, `?eventName=DeleteBucket&limit=${count}`);
  assert.deepEqual([page.events.length, page.nextMarker], [count, null]);
});

describe('refused with 400', () => {
  const queries = [
    'from=yesterday',
    'from=2026-01-01T00:00:00',
    'to=2026-13-01T00:00:00Z',
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'limit=0',
    'limit=1001',
    'limit=ten',
    'limit=-1',
    'marker=abc',
    `marker=${'g'.repeat(44)}`,
    'status=40',
    'status=600',
    'status=4x',
    'resourceType=Planet',
    'project=demo',
    'text=%20--',
    'eventname=PutObject',
    'limit=1&limit=2',
    'service=s3&serviceName=s3',
    'user=%zz',
    `user=${'u'.repeat(300)}`,
  ];
  for (const query of queries) {
    test(query.slice(0, 60), async () => {
      const answer = await trailAnswer(server, token, `?${query}`);
      const { error, ...rest } = (await answer.json()) as { error: { code: string; message: string } };
      assert.equal(answer.status, 400);
      assert.deepEqual(rest, {});
      assert.equal(error.code, 'BadRequest');
      assert.ok(error.message.length > 0);
    });
  }
});

test('other paths and methods', async () => {
  const call = (method: string, path: string) =>
    fetch(`${server.url}${path}`, { method, headers: { 'X-Auth-Token': token } });
  assert.equal((await call('GET', '/trail/v1/nothing')).status, 404);
  assert.equal((await call('GET', '/trail')).status, 404);
  const post = await call('POST', '/trail/v1/events');
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
  const head = await call('HEAD', '/trail/v1/events');
  assert.deepEqual([head.status, await head.text()], [200, '']);
});
