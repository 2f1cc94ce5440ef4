// SIGKILL while the trail is delivered, again and again: every hour once, every event once, also those of hours without a server.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitHours, deliveredObjects, putDelivery } from '../support/delivery.ts';
import { makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const rounds = 6;
const writers = 6;

/** Puts until the server dies. Notes the keys that were acknowledged. */
async function write(server: TestServer, name: string, acknowledged: string[]): Promise<void> {
  const s3 = s3Client(server, alice);
  try {
    for (let i = 0; ; i += 1) {
      const Key = `${name}-${i}`;
      await s3.putObject({ Bucket: 'written', Key, Body: 'x' });
      acknowledged.push(Key);
    }
  } catch {
    // The server is dead.
  }
}

async function killInDeliveries(env: Readonly<Record<string, string>>): Promise<void> {
  await using server = await startServer({
    env: { ONGGI_TRAIL_HOUR: '1', ONGGI_WORKERS: '2', ONGGI_LOG_LEVEL: 'error', ...env },
  });
  const token = await issueToken(server, alice);
  for (const name of ['written', 'kept']) await makeBucket(server, token, name);
  await putDelivery(server, token, 'kept', alice);
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const running = Array.from({ length: writers }, (_, i) => write(server, `r${round}w${i}`, acknowledged));
    // Hours settle for as long as they last, so deliveries go on all the while; some hours pass without a server.
    await sleep(1500 + Math.random() * 1500);
    await server.kill();
    await Promise.all(running);
    await sleep(round % 2 === 0 ? 2500 : 0);
    await server.restart();
  }
  assert.ok(acknowledged.length > rounds * writers, `only ${acknowledged.length} writes`);
  await awaitHours(server, token);
  const objects = await deliveredObjects(server, alice, 'kept');
  const counts = new Map<string, number>();
  const ids = new Set<string>();
  let lines = 0;
  for (const { events } of objects) {
    for (const { eventId, eventName, resourceName, response } of events) {
      ids.add(eventId);
      lines += 1;
      if (eventName !== 'PutObject') continue;
      const call = `${resourceName} ${response.status}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
  }
  assert.equal(ids.size, lines, 'no event twice');
  const wrong = acknowledged.filter((key) => counts.get(`${key} 200`) !== 1);
  assert.deepEqual(wrong, [], `of ${acknowledged.length} acknowledged writes these were not delivered once`);
}

describe('a server that is killed delivers every event once', () => {
  it('on LMDB', () => killInDeliveries({}));

  it('on PostgreSQL', { skip: postgresMissing() }, async () => {
    const postgres = await startPostgres();
    try {
      await killInDeliveries({ ONGGI_META: `${postgres.url}?schema=delivery` });
    } finally {
      await postgres.stop();
    }
  });
});
