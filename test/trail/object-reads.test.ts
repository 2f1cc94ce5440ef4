// A bucket says for itself which reads of its objects are recorded, and every worker does so from the next request on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { trailCall } from '../support/delivery.ts';
import { makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents, trailEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;

before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '3' } });
  token = await issueToken(server, alice);
  for (const name of ['reads-set', 'reads-unset']) await makeBucket(server, token, name);
});
after(() => server.stop());

let round = 0;
/** What is recorded of a successful and a failing read in each way, on connections of their own, which meet all workers. */
async function recorded(bucket: string): Promise<string[]> {
  round += 1;
  const key = `k-${round}`;
  await s3Client(server, alice).putObject({ Bucket: bucket, Key: key, Body: 'x' });
  const headers = { 'X-Auth-Token': token, Connection: 'close' };
  const path = `/v1/${demo.id}/${bucket}/${key}`;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      await swiftRequest(server, 'GET', path, { headers });
      await swiftRequest(server, 'HEAD', path, { headers });
      await swiftRequest(server, 'GET', `${path}-absent`, { headers });
    }),
  );
  await sleep(1100);
  const events = [
    ...(await trailEvents(server, token, `?resourceName=${bucket}/${key}&service=swift`)),
    ...(await trailEvents(server, token, `?resourceName=${bucket}/${key}-absent`)),
  ];
  return events.map(({ eventName, response }) => `${eventName} ${response.status}`).sort();
}

const times = (count: number, call: string) => Array.from({ length: count }, () => call);
const failures = times(6, 'GetObject 404');
const successes = [...times(6, 'GetObject 200'), ...times(6, 'HeadObject 200')];

async function set(objectReads: string): Promise<void> {
  const answer = await trailCall(server, token, 'PUT', '/buckets/reads-set', { objectReads });
  assert.deepEqual([answer.status, answer.json], [200, { bucket: 'reads-set', objectReads }]);
  const shown = await trailCall(server, token, 'GET', '/buckets/reads-set');
  assert.deepEqual([shown.status, shown.json], [200, { bucket: 'reads-set', objectReads }]);
}

test('all, none, failures, and as the service is set', async () => {
  const first = await trailCall(server, token, 'GET', '/buckets/reads-set');
  assert.deepEqual(first.json, { bucket: 'reads-set', objectReads: 'service' });
  assert.deepEqual(await recorded('reads-set'), failures, 'the default of the service');
  await set('all');
  assert.deepEqual(await recorded('reads-set'), [...successes, ...failures].sort());
  assert.deepEqual(await recorded('reads-unset'), failures, 'no other bucket');
  await set('none');
  assert.deepEqual(await recorded('reads-set'), []);
  await set('failures');
  assert.deepEqual(await recorded('reads-set'), failures);
  await server.restart();
  await set('service');
  const changes = await awaitEvents(server, token, '?eventName=PutObject&resourceName=reads-set', 4);
  assert.ok(changes.length >= 4, 'everything else is recorded all the while');
});

test('refuses what it does not know, and who may not', async () => {
  const cases: [
    who: typeof alice | undefined,
    name: string,
    body: unknown,
    status: number,
    message: RegExp,
  ][] = [
    [undefined, 'reads-set', { objectReads: 'all' }, 401, /X-Auth-Token/],
    [bob, 'reads-set', { objectReads: 'all' }, 403, /setIamPolicy/],
    [eve, 'reads-set', { objectReads: 'all' }, 403, /setIamPolicy/],
    [alice, 'reads-absent', { objectReads: 'all' }, 404, /no bucket named reads-absent/],
    [alice, 'No', { objectReads: 'all' }, 400, /bucket name/],
    [alice, 'reads-set', { objectReads: 'some' }, 400, /objectReads/],
    [alice, 'reads-set', {}, 400, /objectReads/],
    [alice, 'reads-set', { objectReads: 'all', more: 1 }, 400, /no member more/],
    [alice, 'reads-set', 'x', 400, /not JSON/],
  ];
  for (const [who, name, body, status, message] of cases) {
    const answer = await trailCall(
      server,
      who && (await issueToken(server, who)),
      'PUT',
      `/buckets/${name}`,
      body,
    );
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, message);
  }
  assert.equal((await trailCall(server, token, 'DELETE', '/buckets/reads-set')).status, 405);
});
