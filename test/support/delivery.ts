/** The delivery of the trail as tests configure it, and what it left in a bucket. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { EventDocument } from '../../src/core/trail/event-document.ts';
import { s3Client } from './s3.ts';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

type Place = Pick<TestServer, 'url'>;

export interface Delivery {
  readonly eventCategory: string;
  readonly projectId: string | null;
  readonly bucket: string;
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly state: 'active' | 'error';
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly since: string;
    readonly lastAttempt: string;
  } | null;
  readonly nextHour: string;
  readonly lastDelivery: { readonly hour: string; readonly key: string; readonly events: number } | null;
}

/** `path` follows `/trail/v1`. Bodies are JSON. */
export async function trailCall(
  server: Place,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown; text: string }> {
  const response = await fetch(`${server.url}/trail/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { 'X-Auth-Token': token }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) };
}

export async function putDelivery(
  server: Place,
  token: string,
  bucket: string,
  user: TestUser,
  path = '/delivery',
): Promise<Delivery> {
  const answer = await trailCall(server, token, 'PUT', path, { bucket, accessKeyId: user.iamKey.id });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { delivery: Delivery }).delivery;
}

export async function getDelivery(server: Place, token: string, path = '/delivery'): Promise<Delivery> {
  const answer = await trailCall(server, token, 'GET', path);
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { delivery: Delivery }).delivery;
}

/** Asked until `holds`, for 30 seconds at most. */
export async function awaitDelivery(
  server: Place,
  token: string,
  what: string,
  holds: (delivery: Delivery) => boolean,
  path = '/delivery',
): Promise<Delivery> {
  let delivery = await getDelivery(server, token, path);
  for (const end = Date.now() + 30_000; !holds(delivery); delivery = await getDelivery(server, token, path)) {
    assert.ok(Date.now() < end, `${what}: not within 30 seconds, but ${JSON.stringify(delivery)}`);
    await sleep(50);
  }
  return delivery;
}

/** Every hour up to `time` has been delivered. */
export function awaitHours(
  server: Place,
  token: string,
  time = Date.now(),
  path = '/delivery',
): Promise<Delivery> {
  return awaitDelivery(server, token, 'hours', ({ nextHour }) => Date.parse(nextHour) > time, path);
}

export interface DeliveredObject {
  readonly key: string;
  readonly events: readonly EventDocument[];
}

/** The objects under `trail/` in the order of their keys; the lines of each must be whole, in order, and of its time. */
export async function deliveredObjects(
  server: Place,
  user: TestUser,
  Bucket: string,
): Promise<DeliveredObject[]> {
  const s3 = s3Client(server, user);
  const objects: DeliveredObject[] = [];
  const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: 'trail/' });
  for (const { Key = '' } of Contents) {
    const { Body, ContentType } = await s3.getObject({ Bucket, Key });
    assert.equal(ContentType, 'application/gzip');
    const lines = gunzipSync((await Body?.transformToByteArray()) ?? '')
      .toString()
      .split('\n');
    assert.equal(lines.pop(), '', 'the last line ends');
    const events = lines.map((line) => JSON.parse(line) as EventDocument);
    assert.ok(events.length > 0, `${Key} is empty`);
    const times = events.map(({ eventTime }) => eventTime);
    assert.deepEqual(times, times.toSorted(), `${Key} is in order`);
    objects.push({ key: Key, events });
  }
  return objects;
}
