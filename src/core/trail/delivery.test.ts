// Deliveries against the memory engines: every event once whoever delivers, and whatever comes in between.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  beforeCommit,
  bucketName,
  type MemoryCore,
  makeSlow,
  memoryCore,
  noSignal,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { collect as collectBytes } from '../../base/streams/collect.ts';
import { Unavailable } from '../../engines/errors.ts';
import { createBucket } from '../buckets/create.ts';
import { createIamKey } from '../identity/iam-keys.ts';
import { setRoles } from '../identity/memberships.ts';
import { createUser } from '../identity/users.ts';
import { readObject } from '../objects/get.ts';
import { listObjects } from '../objects/list.ts';
import { configureDelivery, readDelivery, removeDelivery } from './delivery.ts';
import { eventsOf } from './delivery-body.ts';
import { type DeliveryRunner, deliveryRunner, settlingTime } from './delivery-run.ts';
import { eventFormat, positionOf, type TrailEvent } from './event.ts';
import type { EventDocument } from './event-document.ts';
import { freshKey } from './keys.ts';
import { sealEvents } from './seal.ts';
import { searchTrail } from './search.ts';

const hour = 3_600_000;
const settled = settlingTime(hour);
const bucket = bucketName('kept');
let core: MemoryCore;
let iamKey: string;

let serial = 0;
function eventAt(time: number, project: string | undefined = testProject): TrailEvent {
  serial += 1;
  return {
    id: serial.toString(16).padStart(32, '0'),
    time,
    api: 's3',
    name: 'PutObject',
    resource: { type: 'Object', name: `n-${serial}`, bucket: 'elsewhere', project },
    address: '10.0.0.1',
    method: 'PUT',
    path: '/',
    query: '',
    status: 200,
  };
}

async function record(events: readonly TrailEvent[]): Promise<void> {
  const puts = events.map((event) => [freshKey(positionOf(event)), eventFormat.encode(event)] as const);
  await core.meta.commit({ puts });
}

const runner = (keptFor = 90 * 24 * hour): DeliveryRunner => deliveryRunner(core, keptFor);
const turn = (one: DeliveryRunner) => one.turn(noSignal);

async function delivered(): Promise<Map<string, EventDocument[]>> {
  const objects = new Map<string, EventDocument[]>();
  const { entries } = await listObjects(core, { bucket, prefix: '', delimiter: '', limit: 1000 });
  for (const entry of entries) {
    if (entry.kind !== 'object') continue;
    const { open } = await readObject(core, { bucket, key: entry.info.key, conditions: {} });
    const bytes = await bytesOf(open({ start: 0, end: entry.info.size }));
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
    objects.set(
      entry.info.key,
      lines.map((line) => JSON.parse(line) as EventDocument),
    );
  }
  return objects;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** As long as something is due. */
async function finish(one: DeliveryRunner): Promise<number> {
  for (let turns = 0; ; turns += 1) {
    if ((await turn(one)).length === 0) return turns;
    assert.ok(turns < 200, 'never ends');
  }
}

async function bytesOf(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : await collectBytes(body, 1e8);
}

async function idsDelivered(): Promise<string[]> {
  return [...(await delivered()).values()].flat().map(({ eventId }) => eventId);
}

beforeEach(async () => {
  core = await memoryCore();
  await createUser(core, { id: testActor.userId, name: testActor.userName });
  await setRoles(core, testActor.userId, testProject, ['project-admin']);
  iamKey = (await createIamKey(core, { userId: testActor.userId, projectId: testProject, name: 'k' })).key.id;
  await createBucket(core, testActor, { name: bucket });
  await configureDelivery(core, testActor, { project: testProject, bucket, iamKey });
});

describe('delivery', () => {
  test('waits until the hour is over and settled; hours without events leave no object', async () => {
    const start = core.clock();
    const [early, late] = [eventAt(start - 60_000), eventAt(start + 60_000)];
    await record([early, late]);
    const one = runner();
    assert.deepEqual(await turn(one), []);
    // The clock stands at 03:12:14.
    core.advance(hour - (start % hour) + settled - 1);
    assert.deepEqual(await turn(one), [], 'not settled');
    core.advance(1);
    const [outcome] = await turn(one);
    assert.equal(outcome?.kind, 'delivered');
    assert.deepEqual(await turn(one), [], 'once');
    const objects = await delivered();
    assert.deepEqual([...objects.keys()], [`trail/project_event/2026/11/21/03-${testProject}.jsonl.gz`]);
    assert.deepEqual(await idsDelivered(), [early.id, late.id]);
    core.advance(5 * hour);
    assert.equal(await finish(one), 5);
    assert.equal((await delivered()).size, 1);
    const { next, last } = (await readDelivery(core, testProject)) ?? {};
    assert.deepEqual([next, last?.events], [start - (start % hour) + 6 * hour, 2]);
  });

  test('many runners at once, and the events sealed or not: each event once', async () => {
    const events = Array.from({ length: 5000 }, (_, i) => eventAt(core.clock() + i * 2000));
    for (let at = 0; at < events.length; at += 500) await record(events.slice(at, at + 500));
    core.advance(5 * hour);
    await sealEvents(core);
    makeSlow(core, 7);
    await Promise.all([finish(runner()), finish(runner()), finish(runner())]);
    await finish(runner());
    const ids = await idsDelivered();
    assert.equal(ids.length, events.length);
    assert.deepEqual(new Set(ids), new Set(events.map(({ id }) => id)));
    const own = await searchTrail(core, { eventName: 'DeliverTrail', limit: 100 });
    assert.equal(own.events.length, (await delivered()).size, 'each delivery has one event');
  });

  test('a configuration that changes while an hour is written: nothing is written, and the next turn does as it says', async () => {
    await record([eventAt(core.clock())]);
    core.advance(2 * hour);
    const other = bucketName('other');
    await createBucket(core, testActor, { name: other });
    const isObject = (commit: { puts?: readonly (readonly [Uint8Array, Uint8Array])[] }) =>
      commit.puts?.some(([key]) => key[0] === 0x20) === true;
    beforeCommit(core, isObject, () =>
      configureDelivery(core, testActor, { project: testProject, bucket: other, iamKey }),
    );
    assert.deepEqual(await turn(runner()), [{ kind: 'overtaken' }]);
    assert.equal((await delivered()).size, 0);
    const [outcome] = await turn(runner());
    assert.equal(outcome?.kind === 'delivered' && outcome.record.last?.events, 1);
    assert.equal((await delivered()).size, 0, 'it went to the other bucket');
    await record([eventAt(core.clock())]);
    core.advance(2 * hour);
    beforeCommit(core, isObject, () => removeDelivery(core, testProject));
    for (let turns = 0; turns < 3; turns += 1) await turn(runner());
    assert.equal(await readDelivery(core, testProject), undefined);
  });

  test('a store that cannot be reached is no error of the configuration; what was on its way gets time', async () => {
    await record([eventAt(core.clock())]);
    core.advance(2 * hour);
    const one = runner();
    const { range } = core.meta;
    core.meta.range = () => Promise.reject(new Unavailable('down'));
    await assert.rejects(turn(one), Unavailable);
    core.meta.range = range;
    assert.deepEqual(await turn(one), []);
    core.advance(settled);
    assert.equal((await turn(one))[0]?.kind, 'delivered');
  });

  test('after an error longer than events are kept it goes on with what there is', async () => {
    core.advance(40 * hour);
    const kept = eventAt(core.clock() - hour);
    await record([kept]);
    const one = runner(3 * hour);
    const first = await turn(one);
    assert.equal(first[0]?.kind, 'delivered');
    await finish(one);
    core.advance(hour);
    await finish(one);
    assert.deepEqual(await idsDelivered(), [kept.id]);
  });

  test('the configuration of a project that is gone goes', async () => {
    const gone = '5f0d1c3b2a984e7d8c6b5a4938271605' as typeof testProject;
    await configureDelivery(core, testActor, { project: gone, bucket, iamKey });
    core.advance(2 * hour);
    await turn(runner());
    assert.equal(await readDelivery(core, gone), undefined);
    assert.ok(await readDelivery(core, testProject));
  });

  test('a millisecond may have more events than a page, and no project’s go apart', async () => {
    const time = core.clock();
    const crowd = Array.from({ length: 4500 }, () => eventAt(time));
    const none = Array.from({ length: 3 }, (_, i) => ({ ...eventAt(time + i), resource: undefined }));
    for (let at = 0; at < crowd.length; at += 500) await record(crowd.slice(at, at + 500));
    await record(none);
    const stretch = { from: time - 500, to: time + 500 };
    const batches = await all(eventsOf(core, { ...stretch, project: testProject }));
    const ids = batches.flat().map(({ id }) => id);
    assert.ok(ids.join() === crowd.map(({ id }) => id).join(), `${ids.length} events`);
    const apart = await all(eventsOf(core, stretch));
    assert.deepEqual(
      apart.flat().map(({ id }) => id),
      none.map(({ id }) => id),
    );
  });
});
