// The hourly delivery of the trail into buckets, with hours of two seconds: every event once, in the form of a search.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { awaitHours, deliveredObjects, getDelivery, putDelivery, trailCall } from '../support/delivery.ts';
import { makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, operators, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents, type trailEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;

before(async () => {
  server = await startServer({ env: { ONGGI_TRAIL_HOUR: '2', ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
  for (const name of ['trail-target', 'trail-other']) await makeBucket(server, token, name);
});
after(() => server.stop());

test('is configured, shown, changed and removed; each change is an event', async () => {
  const none = await trailCall(server, token, 'GET', '/delivery');
  assert.deepEqual(
    [none.status, none.json],
    [404, { error: { code: 'NotFound', message: 'no delivery is configured' } }],
  );
  assert.equal((await trailCall(server, token, 'DELETE', '/delivery')).status, 404);
  const made = await putDelivery(server, token, 'trail-other', alice);
  const { createdAt, updatedAt, nextHour, ...rest } = made as typeof made & Record<string, string>;
  assert.deepEqual(rest, {
    eventCategory: 'PROJECT',
    projectId: demo.id,
    bucket: 'trail-other',
    prefix: 'trail/project_event/',
    accessKeyId: alice.iamKey.id,
    state: 'active',
    error: null,
    lastDelivery: null,
  });
  assert.ok(Math.abs(Date.parse(createdAt ?? '') - Date.now()) < 60_000);
  assert.equal(updatedAt, createdAt);
  assert.ok(Date.parse(nextHour) <= Date.now() && Date.parse(nextHour) % 2000 === 0, nextHour);
  // Members of the project see it; they do not change it.
  assert.equal((await getDelivery(server, await issueToken(server, carol))).bucket, 'trail-other');
  assert.equal((await trailCall(server, token, 'DELETE', '/delivery')).status, 204);
  assert.equal((await trailCall(server, token, 'GET', '/delivery')).status, 404);
  const events = await trailEvents2(server, token, '?resourceType=TrailDelivery&status=2xx&limit=1000');
  assert.deepEqual(
    events,
    ['GetTrailDelivery 200 ', 'PutTrailDelivery 200 trail-other', 'DeleteTrailDelivery 204 '].sort(),
  );
});

/** `NAME STATUS RESOURCE` of events of the trail's own door, in any order. */
async function trailEvents2(place: TestServer, by: string, query: string): Promise<string[]> {
  for (const end = Date.now() + 3000; ; ) {
    const { json } = await trailCall(place, by, 'GET', `/events${query}`);
    const { events } = json as {
      events: { eventName: string; resourceName: string | null; response: { status: number } }[];
    };
    if (events.length >= 3 || Date.now() > end) {
      return events.map((e) => `${e.eventName} ${e.response.status} ${e.resourceName ?? ''}`).sort();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('refuses who may not, and what cannot be', async () => {
  const key = { bucket: 'trail-target', accessKeyId: alice.iamKey.id };
  const cases: [who: typeof alice | undefined, body: unknown, status: number, message: RegExp][] = [
    [undefined, key, 401, /X-Auth-Token/],
    [bob, { ...key, accessKeyId: bob.iamKey.id }, 403, /trail.delivery.update/],
    [dave, { ...key, accessKeyId: dave.iamKey.id }, 403, /trail.delivery.update/],
    [alice, '{', 400, /not JSON/],
    [alice, [], 400, /must be a JSON object/],
    [alice, {}, 400, /required/],
    [alice, { bucket: 'trail-target' }, 400, /accessKeyId/],
    [alice, { ...key, bucket: 5 }, 400, /^bucket must be string/],
    [alice, { ...key, prefix: 'x' }, 400, /there is no member prefix/],
    [alice, { ...key, bucket: 'No Bucket' }, 400, /bucket name/],
    [alice, { ...key, bucket: 'trail-absent' }, 404, /there is no bucket named trail-absent/],
    [alice, { ...key, accessKeyId: 'nonsense' }, 404, /no such IAM access key/],
    [alice, { ...key, accessKeyId: 'f'.repeat(32) }, 404, /no such IAM access key/],
    // Another's key without its secret is as absent; with a wrong one too.
    [alice, { ...key, accessKeyId: bob.iamKey.id }, 404, /no such IAM access key/],
    [alice, { ...key, accessKeyId: bob.iamKey.id, accessKeySecret: 'x' }, 404, /no such IAM access key/],
    [alice, { ...key, accessKeySecret: 'x' }, 404, /no such IAM access key/],
    // The key's owner must be able to write there.
    [
      alice,
      { ...key, accessKeyId: carol.iamKey.id, accessKeySecret: carol.iamKey.secret },
      403,
      /storage.objects.create/,
    ],
    [eve, { ...key, accessKeyId: eve.iamKey.id }, 403, /storage.objects.create/],
  ];
  for (const [who, body, status, message] of cases) {
    const answer = await trailCall(server, who && (await issueToken(server, who)), 'PUT', '/delivery', body);
    assert.equal(answer.status, status, `${JSON.stringify(body)} ${answer.text}`);
    assert.match((answer.json as { error: { message: string } }).error.message, message);
    assert.ok(!answer.text.includes(carol.iamKey.secret));
  }
  const query = await trailCall(server, token, 'GET', '/delivery?project=x');
  assert.deepEqual([query.status, query.text.includes('no parameter project')], [400, true]);
  const typed = await fetch(`${server.url}/trail/v1/delivery`, {
    method: 'PUT',
    headers: { 'X-Auth-Token': token, 'Content-Type': 'text/plain' },
    body: JSON.stringify(key),
  });
  assert.deepEqual([typed.status, (await typed.text()).includes('application/json')], [400, true]);
  assert.equal((await trailCall(server, token, 'POST', '/delivery', key)).status, 405);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const body = method === 'PUT' ? key : undefined;
    assert.equal((await trailCall(server, token, method, '/delivery/domain', body)).status, 403, method);
  }
  assert.equal((await trailCall(server, token, 'GET', '/delivery')).status, 404, 'nothing half-done stays');
});

test('each hour becomes one object with the events that a search shows, in their order', async () => {
  const from = (await putDelivery(server, token, 'trail-target', alice)).nextHour;
  const s3 = s3Client(server, bob);
  const Bucket = 'trail-other';
  for (let i = 0; i < 300; i += 1) await s3.putObject({ Bucket, Key: `k-${i}`, Body: 'x' });
  for (let i = 0; i < 20; i += 1) await s3.getObject({ Bucket, Key: `absent-${i}` }).catch(() => {});
  const until = (await awaitHours(server, token)).nextHour;
  const objects = await deliveredObjects(server, alice, 'trail-target');
  const delivered = objects.flatMap(({ events }) => events).filter(({ eventTime }) => eventTime < until);
  const searched = await allEvents(`?from=${from}&to=${until}&limit=1000`);
  assert.deepEqual(delivered, searched.toReversed());
  const names = delivered.map(({ eventName, resourceName }) => `${eventName} ${resourceName}`);
  assert.equal(names.filter((name) => /^PutObject k-/.test(name)).length, 300);
  assert.equal(names.filter((name) => /^GetObject absent-/.test(name)).length, 20);
  for (const { key, events } of objects) {
    const [, day, clock] =
      /^trail\/project_event\/(\d{4}\/\d\d\/\d\d)\/(\d\d-\d\d-\d\d)-(\w{32})\.jsonl\.gz$/.exec(key) ?? [];
    const hour = Date.parse(`${day?.replaceAll('/', '-')}T${clock?.replaceAll('-', ':')}Z`);
    assert.equal(hour % 2000, 0, key);
    for (const { eventTime } of events)
      assert.equal(Date.parse(eventTime) - (Date.parse(eventTime) % 2000), hour);
  }
});

/** All pages of a search, its own kind included, but deliveries'. */
async function allEvents(query: string) {
  const all: Awaited<ReturnType<typeof trailEvents>> = [];
  for (let marker = ''; ; ) {
    const { json } = await trailCall(server, token, 'GET', `/events${query}&marker=${marker}`);
    const page = json as { events: typeof all; nextMarker: string | null };
    all.push(...page.events.filter(({ eventName }) => eventName !== 'DeliverTrail'));
    if (page.nextMarker === null) return all;
    marker = page.nextMarker;
  }
}

test('deliveries are events of the key’s owner, and no reason for further objects', async () => {
  const [event] = await awaitEvents(server, token, '?eventName=DeliverTrail', 1);
  assert.ok(event);
  assert.deepEqual(
    [
      event.serviceName,
      event.bucket,
      event.projectId,
      event.user.id,
      event.user.accessKeyId,
      event.response.status,
    ],
    ['System', 'trail-target', demo.id, alice.name, alice.iamKey.id, 200],
  );
  assert.match(event.resourceName ?? '', /^trail\/project_event\//);
  // Looking at it makes events; a quiet while makes none, and so no object.
  await new Promise((resolve) => setTimeout(resolve, 9000));
  const before = (await deliveredObjects(server, alice, 'trail-target')).length;
  await new Promise((resolve) => setTimeout(resolve, 6500));
  const { events } = (await deliveredObjects(server, alice, 'trail-target')).at(-1) ?? { events: [] };
  const grown = (await deliveredObjects(server, alice, 'trail-target')).length - before;
  assert.ok(
    grown <= 2,
    `${grown} objects in quiet hours, the last with ${events.map(({ eventName }) => eventName)}`,
  );
});

test('events of no project go to the domain’s delivery, and only they', async () => {
  const roots = await issueToken(server, root);
  await makeBucket(server, roots, 'trail-domain');
  const path = '/delivery/domain';
  const { projectId, eventCategory } = await putDelivery(server, roots, 'trail-domain', root, path);
  assert.deepEqual([projectId, eventCategory], [null, 'DOMAIN']);
  await fetch(`${server.url}/v1_ext/bucket/who-am-i`);
  await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"auth":{}}',
  });
  await s3Client(server, bob).putObject({ Bucket: 'trail-other', Key: 'of-a-project', Body: 'x' });
  const { lastDelivery } = await awaitHours(server, roots, Date.now(), path);
  const objects = await deliveredObjects(server, root, 'trail-domain');
  const events = objects.flatMap((object) => object.events);
  assert.ok(
    objects.every(({ key }) => /^trail\/domain_event\/\d{4}\/\d\d\/\d\d\/[\d-]{8}\.jsonl\.gz$/.test(key)),
  );
  assert.ok(objects.some(({ key }) => key === lastDelivery?.key));
  assert.deepEqual(new Set(events.map((event) => event.eventCategory)), new Set(['DOMAIN']));
  const names = events.map(({ eventName, resourceName }) => `${eventName} ${resourceName}`);
  assert.equal(names.filter((name) => name === 'GetBucketMeta who-am-i').length, 1, names.join());
  assert.ok(names.some((name) => name.startsWith('IssueToken')));
  assert.equal((await trailCall(server, roots, 'DELETE', path)).status, 204);
  const [event] = await awaitEvents(server, roots, `?eventName=DeliverTrail&project=${operators.id}`, 1);
  assert.equal(event?.bucket, 'trail-domain');
});

test('another user’s key serves with its secret, and its owner’s rights are what counts', async () => {
  const body = { bucket: 'trail-other', accessKeyId: bob.iamKey.id, accessKeySecret: bob.iamKey.secret };
  const was = await getDelivery(server, token);
  const answer = await trailCall(server, token, 'PUT', '/delivery', body);
  assert.equal(answer.status, 200, answer.text);
  assert.ok(!answer.text.includes(bob.iamKey.secret));
  assert.ok(
    Date.parse((await getDelivery(server, token)).nextHour) >= Date.parse(was.nextHour),
    'goes on where it was',
  );
  const { lastDelivery } = await awaitHours(server, token);
  const objects = await deliveredObjects(server, alice, 'trail-other');
  assert.ok(objects.some(({ key }) => key === lastDelivery?.key));
  const [event] = await awaitEvents(server, token, `?eventName=DeliverTrail&resourceName=trail-other`, 1);
  assert.equal(event?.user.id, bob.name);
});
