// A delivery whose bucket, rights or key vanish says so, stops, and makes up for all of it when that is mended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  awaitDelivery,
  awaitHours,
  type Delivery,
  deliveredObjects,
  getDelivery,
  putDelivery,
  trailCall,
} from '../support/delivery.ts';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;
const target = 'trail-errors';
const bobs = { bucket: target, accessKeyId: bob.iamKey.id, accessKeySecret: bob.iamKey.secret };

before(async () => {
  server = await startServer({ env: { ONGGI_TRAIL_HOUR: '1' } });
  token = await issueToken(server, alice);
  await makeBucket(server, token, target);
  await makeBucket(server, token, 'trail-errors-other');
});
after(() => server.stop());

let marks = 0;
/** Makes an event that is recognised again. */
async function mark(): Promise<string> {
  marks += 1;
  const Key = `mark-${marks}`;
  await s3Client(server, alice).putObject({ Bucket: 'trail-errors-other', Key, Body: 'x' });
  return Key;
}

const isError = ({ state }: Delivery) => state === 'error';
const isActive = ({ state }: Delivery) => state === 'active';

/** How often the events of `keys` were delivered. */
async function delivered(keys: readonly string[], bucket = target): Promise<number[]> {
  const objects = await deliveredObjects(server, alice, bucket);
  const names = objects.flatMap(({ events }) =>
    events.filter(({ eventName }) => eventName === 'PutObject').map(({ resourceName }) => resourceName),
  );
  return keys.map((key) => names.filter((name) => name === key).length);
}

/** Breaks, sees the error, mends, sees that nothing is missing or twice. */
async function breakAndMend(
  code: string,
  message: RegExp,
  breakIt: () => Promise<unknown>,
  mend: () => Promise<unknown>,
): Promise<void> {
  const good = await mark();
  await awaitHours(server, token);
  await breakIt();
  const bad = [await mark()];
  const broken = await awaitDelivery(server, token, 'the error state', isError);
  assert.equal(broken.error?.code, code);
  assert.match(broken.error?.message ?? '', message);
  assert.ok(Math.abs(Date.parse(broken.error?.since ?? '') - Date.now()) < 20_000);
  bad.push(await mark());
  await sleep(1500);
  const still = await getDelivery(server, token);
  assert.equal(still.state, 'error');
  assert.equal(still.nextHour, broken.nextHour, 'stands still');
  assert.equal(still.error?.since, broken.error?.since);
  assert.ok((still.error?.lastAttempt ?? '') > (broken.error?.lastAttempt ?? ''), 'tries again');
  const failures = await awaitEvents(server, token, `?eventName=DeliverTrail&errorCode=${code}`, 1);
  assert.equal(failures.length, 1, 'one event says so, not one for each try');
  await mend();
  await awaitDelivery(server, token, 'recovery', isActive);
  await awaitHours(server, token);
  assert.deepEqual(await delivered([good, ...bad]), [1, 1, 1]);
}

test('the bucket', async () => {
  await putDelivery(server, token, target, alice);
  const s3 = s3Client(server, alice);
  let before: string[] = [];
  const good = await mark();
  await awaitHours(server, token);
  assert.deepEqual(await delivered([good]), [1]);
  before = (await deliveredObjects(server, alice, target)).map(({ key }) => key);
  for (const Key of before) await s3.deleteObject({ Bucket: target, Key });
  // A delivery may come in between.
  for (let tries = 0; ; tries += 1) {
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: target });
    for (const { Key } of Contents) await s3.deleteObject({ Bucket: target, Key });
    const gone = await ext(server, token, `/bucket/${target}`, { method: 'DELETE' });
    if (gone.status < 300) break;
    assert.ok(tries < 20, gone.text);
  }
  const bad = await mark();
  const { error } = await awaitDelivery(server, token, 'the error state', isError);
  assert.equal(error?.code, 'BucketGone');
  assert.match(error?.message ?? '', /the bucket trail-errors is gone/);
  await makeBucket(server, token, target);
  await awaitDelivery(server, token, 'recovery', isActive);
  await awaitHours(server, token);
  assert.deepEqual(await delivered([bad]), [1]);
});

test('the rights of the key’s owner', async () => {
  assert.equal((await trailCall(server, token, 'PUT', '/delivery', bobs)).status, 200);
  const policy = `/bucket/${target}/policy`;
  const { policies } = (await ext(server, token, policy)).json as {
    policies: { id: string; role: string; member: { type: string; id: string } }[];
  };
  const members = policies.find(({ role, member }) => /editor/i.test(role) && /role/.test(member.type));
  assert.ok(members, JSON.stringify(policies));
  await breakAndMend(
    'AccessDenied',
    /storage.objects.create on the bucket trail-errors/,
    async () => {
      const gone = await ext(server, token, `${policy}/${members.id}`, { method: 'DELETE' });
      assert.ok(gone.status < 300, gone.text);
    },
    async () => {
      const body = { role: 'storage.objectCreator', member: { type: 'user', id: bob.id } };
      const given = await ext(server, token, policy, { method: 'POST', body });
      assert.ok(given.status < 300, given.text);
    },
  );
});

test('the key, and its owner', async () => {
  const roots = await issueToken(server, root);
  const identity = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/identity/v3${path}`, {
      method,
      headers: { 'X-Auth-Token': roots, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const enable = async (enabled: boolean) =>
    assert.equal((await identity('PATCH', `/users/${bob.id}`, { user: { enabled } })).status, 200);
  await breakAndMend(
    'KeyGone',
    /disabled or gone/,
    () => enable(false),
    () => enable(true),
  );
  const path = `/users/${bob.id}/application_credentials/${bob.iamKey.id}`;
  assert.equal((await identity('DELETE', path)).status, 204);
  const mark1 = await mark();
  const { error } = await awaitDelivery(server, token, 'the error state', isError);
  assert.equal(error?.code, 'KeyGone');
  assert.match(error?.message ?? '', /is deleted/);
  // A key never comes back: another takes its place.
  await putDelivery(server, token, target, alice);
  assert.equal((await getDelivery(server, token)).state, 'active', 'at once');
  await awaitHours(server, token);
  assert.deepEqual(await delivered([mark1]), [1]);
});
