// Mixed work of several users through all doors and two processes at once: every call noted by its sender is found again as one
// event, and every filter finds those calls and no others, before and after the events are sealed and the server starts anew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, demo, root, type TestUser } from '../support/seed.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { type EventDocument, trailEvents } from '../support/trail.ts';

/** A call as its sender knows it. `mark` went out as the User-Agent, so that call and event find each other. */
interface Call {
  readonly mark: string;
  readonly at: number;
  readonly api: 's3' | 'swift' | 'ext' | 'iam';
  readonly name: string;
  readonly status: number;
  /** Undefined where the proof is wrong. */
  readonly user: TestUser | undefined;
  readonly bucket?: string;
  readonly key?: string;
}

type Made = Omit<Call, 'mark' | 'at' | 'status'>;
type Send = (mark: string) => Promise<{ status: number }>;

const people = [alice, bob, carol] as const;
const buckets = ['mixed-one', 'mixed-two'] as const;
const words = ['alpha', 'beta', 'gamma', 'delta'] as const;
const lanes = 6;
const callsOfLane = 120;
/** Other calls, so that there are enough events for sealing. */
const background = 1200;

let server: TestServer;
let operator: string;
const tokens = new Map<TestUser, string>();
const calls: Call[] = [];
let eventOf: ReadonlyMap<string, EventDocument>;

before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2', ONGGI_TRAIL_OBJECT_READS: 'all' } });
  operator = await issueToken(server, root);
  for (const user of people) tokens.set(user, await issueToken(server, user));
  for (const bucket of buckets) await makeBucket(server, tokens.get(alice) ?? '', bucket);
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
  eventOf = await eventsOfCalls();
});
after(() => server.stop());

async function work(lane: number): Promise<void> {
  const random = new SeededRandom(20 + lane);
  for (let i = 0; i < callsOfLane; i += 1) {
    const [made, send] = anyCall(random, lane);
    const mark = `lane-${lane}/${i}`;
    const at = Date.now();
    calls.push({ ...made, mark, at, status: (await send(mark)).status });
  }
}

function anyCall(random: SeededRandom, lane: number): [Made, Send] {
  const user = random.pick(people);
  const door = random.weighted({ s3: 4, swift: 4, ext: 2, iam: 1 });
  return random.chance(0.1) ? strangersCall(door, random) : doors[door](user, random, lane);
}

const doors: Record<Call['api'], (user: TestUser, random: SeededRandom, lane: number) => [Made, Send]> = {
  s3(user, random, lane) {
    const bucket = random.pick(buckets);
    const key = `lane ${lane}/report-${random.pick(words)}`;
    const [name, method, body] = random.pick([
      ['PutObject', 'PUT', 'x'],
      ['GetObject', 'GET', ''],
      ['HeadObject', 'HEAD', ''],
      ['DeleteObject', 'DELETE', ''],
      ['ListObjectsV2', 'GET', ''],
    ] as const);
    const whole = name === 'ListObjectsV2';
    const target = whole
      ? `/${bucket}?list-type=2`
      : `/${bucket}/${encodeURIComponent(key).replace('%2F', '/')}`;
    return [
      { api: 's3', name, user, bucket, ...(whole ? {} : { key }) },
      (mark) => rawS3(server, { method, target, body, user, headers: { 'user-agent': mark } }),
    ];
  },
  swift(user, random, lane) {
    const bucket = random.pick(buckets);
    const key = `lane-${lane}-draft-${random.pick(words)}`;
    const [name, method] = random.pick([
      ['PutObject', 'PUT'],
      ['GetObject', 'GET'],
      ['DeleteObject', 'DELETE'],
      ['GetContainer', 'GET'],
      ['HeadContainer', 'HEAD'],
    ] as const);
    const whole = name.endsWith('Container');
    const account = random.chance(0.5) ? demo.id : `AUTH_${demo.id}`;
    const target = `/v1/${account}/${bucket}${whole ? '' : `/${key}`}`;
    return [
      { api: 'swift', name, user, bucket, ...(whole ? {} : { key }) },
      (mark) =>
        swiftRequest(server, method, target, {
          headers: { 'X-Auth-Token': tokens.get(user) ?? '', 'User-Agent': mark },
          ...(method === 'PUT' ? { body: 'y' } : {}),
        }),
    ];
  },
  ext(user, random) {
    const bucket = random.pick([...buckets, 'mixed-absent']);
    const [name, path, method, body] = random.pick([
      ['GetBucketMeta', `/bucket/${bucket}`, 'GET', undefined],
      ['GetBucketCors', `/bucket/${bucket}/cors`, 'GET', undefined],
      ['UpdateBucketAcl', `/bucket/${bucket}`, 'POST', { acl: { public: 'deny' } }],
    ] as const);
    return [
      { api: 'ext', name, user, bucket },
      (mark) => ext(server, tokens.get(user), path, { method, body, headers: { 'User-Agent': mark } }),
    ];
  },
  iam(user, random) {
    const mine = random.chance(0.5);
    const path = mine ? '/v3/auth/projects' : `/v3/users/${alice.id}/projects`;
    return [
      { api: 'iam', name: mine ? 'ListAuthProjects' : 'ListUserProjects', user },
      (mark) =>
        swiftRequest(server, 'GET', path, {
          headers: { 'X-Auth-Token': tokens.get(user) ?? '', 'User-Agent': mark },
        }),
    ];
  },
};

/** A call with a proof that is none. */
function strangersCall(door: Call['api'], random: SeededRandom): [Made, Send] {
  const bucket = random.pick(buckets);
  const [name, target] = {
    s3: ['GetObject', `/${bucket}/secret`],
    swift: ['GetObject', `/v1/${demo.id}/${bucket}/secret`],
    ext: ['GetBucketMeta', `/v1_ext/bucket/${bucket}`],
    iam: ['ListAuthProjects', '/v3/auth/projects'],
  }[door] as [string, string];
  const about = door === 'iam' ? {} : { bucket };
  const key = door === 's3' || door === 'swift' ? { key: 'secret' } : {};
  return [
    { api: door, name, user: undefined, ...about, ...key },
    (mark) =>
      swiftRequest(server, 'GET', target, { headers: { 'X-Auth-Token': 'gAAAAABnone', 'User-Agent': mark } }),
  ];
}

/** By mark; each once. Events of reads may take a second. */
async function eventsOfCalls(): Promise<ReadonlyMap<string, EventDocument>> {
  const until = Date.now() + 5000;
  for (;;) {
    const events = (await trailEvents(server, operator, '?limit=1000')).filter(isOurs);
    if (events.length >= calls.length || Date.now() > until) {
      assert.equal(events.length, calls.length);
      return new Map(events.map((event) => [event.userAgent ?? '', event]));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const isOurs = ({ userAgent }: EventDocument) => userAgent?.startsWith('lane-') ?? false;

test('every call is one event, with its name, its answer, its caller and what it was about', () => {
  assert.ok(new Set(calls.map(({ name, status }) => `${name} ${status}`)).size > 15);
  for (const { mark, at, ...call } of calls) {
    const event = eventOf.get(mark);
    assert.ok(event, mark);
    const seen = {
      api: event.api,
      name: event.eventName,
      status: event.response.status,
      user: people.find(({ id }) => id === event.user.uniqueId),
      ...(event.bucket === null ? {} : { bucket: event.bucket }),
      ...(event.resourceType === 'Object' ? { key: event.resourceName } : {}),
    };
    assert.deepEqual(seen, call, mark);
    const late = Date.parse(event.eventTime) - at;
    assert.ok(late >= -50 && late < 5000, `${mark}: ${late} ms`);
  }
});

/** Each filter, and which calls it means. */
const filters: Readonly<Record<string, (call: Call) => boolean>> = {
  'eventName=PutObject': ({ name }) => name === 'PutObject',
  'service=swift': ({ api }) => api === 'swift',
  'service=IAM': ({ api }) => api === 'iam',
  'service=Object%20Storage': ({ api }) => api !== 'iam',
  'serviceName=OpenAPI': () => true,
  'resourceType=Object': ({ key }) => key !== undefined,
  'resourceType=Bucket': ({ key, bucket }) => key === undefined && bucket !== undefined,
  'resourceName=mixed-one': ({ bucket }) => bucket === 'mixed-one',
  'resourceName=mixed-absent': ({ bucket }) => bucket === 'mixed-absent',
  'resourceName=mixed-two/lane%202/report-beta': ({ bucket, key }) =>
    bucket === 'mixed-two' && key === 'lane 2/report-beta',
  [`user=${bob.id}`]: ({ user }) => user === bob,
  [`user=${carol.name}`]: ({ user }) => user === carol,
  'status=404': ({ status }) => status === 404,
  'status=2xx': ({ status }) => status >= 200 && status < 300,
  'status=4xx': ({ status }) => status >= 400 && status < 500,
  'text=report': ({ key }) => key?.includes('report') ?? false,
  'text=gamma%20draft': ({ key }) => key?.endsWith('draft-gamma') ?? false,
  [`user=${carol.name}&status=403&service=s3`]: ({ user, status, api }) =>
    user === carol && status === 403 && api === 's3',
  'eventName=DeleteObject&resourceName=mixed-one&status=204': ({ name, bucket, status }) =>
    name === 'DeleteObject' && bucket === 'mixed-one' && status === 204,
};

async function assertAllFound(): Promise<void> {
  for (const [query, means] of Object.entries(filters)) {
    const wanted = calls.filter(means).map(({ mark }) => mark);
    assert.ok(wanted.length > 0, `${query} means no call`);
    const found = (await trailEvents(server, operator, `?${query}&limit=1000`)).filter(isOurs);
    assert.deepEqual(found.map(({ userAgent }) => userAgent).sort(), wanted.sort(), query);
  }
  const times = calls.map(({ mark }) => Date.parse(eventOf.get(mark)?.eventTime ?? '')).sort((a, b) => a - b);
  const [from, to] = [times[100] ?? 0, times[400] ?? 0];
  const inside = calls.filter(({ mark }) => {
    const time = Date.parse(eventOf.get(mark)?.eventTime ?? '');
    return time >= from && time < to;
  });
  const found = (await trailEvents(server, operator, `?from=${from}&to=${to}&limit=1000`)).filter(isOurs);
  assert.deepEqual(found.map(({ userAgent }) => userAgent).sort(), inside.map(({ mark }) => mark).sort());
}

test('every filter finds its calls and no others', assertAllFound);

test('also after SIGKILL, a new start, and when all are sealed among others', async () => {
  await server.kill();
  await server.restart();
  await assertAllFound();
  const target = `/v1/${demo.id}/mixed-one/background`;
  const headers = { 'X-Auth-Token': tokens.get(alice) ?? '' };
  for (let i = 0; i < background; i += 10) {
    await Promise.all(
      Array.from({ length: 10 }, () => swiftRequest(server, 'PUT', target, { headers, body: 'z' })),
    );
  }
  await assertAllFound();
});
