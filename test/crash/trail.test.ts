// SIGKILL in the middle of writes, deletions and keys being made: what was acknowledged has exactly one event, with its status.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { trailEvents } from '../support/trail.ts';

const rounds = 3;
const writers = 8;
/** Acknowledged calls after which the server is killed; at the latest after so many seconds. */
const enough = 150;
const patience = 30;

/** Puts and deletes, by S3 and Swift, until the server dies. Notes `METHOD key status` of everything that is acknowledged. */
async function write(server: TestServer, token: string, name: string, acknowledged: string[]): Promise<void> {
  const s3 = s3Client(server, alice);
  const headers = { 'X-Auth-Token': token };
  try {
    for (let i = 0; ; i += 1) {
      const key = `${name}-${i}`;
      await s3.putObject({ Bucket: 'kept', Key: key, Body: 'x' });
      acknowledged.push(`PUT ${key} 200`);
      const made = await swiftRequest(server, 'PUT', `/v1/${demo.id}/kept/${key}-swift`, {
        headers,
        body: 'y',
      });
      acknowledged.push(`PUT ${key}-swift ${made.status}`);
      await s3.deleteObject({ Bucket: 'kept', Key: key });
      acknowledged.push(`DELETE ${key} 204`);
    }
  } catch {
    // The server is dead.
  }
}

async function killInWrites(env: Readonly<Record<string, string>>): Promise<void> {
  await using server = await startServer({ env });
  const token = await issueToken(server, alice);
  assert.equal((await ext(server, token, '/bucket', { method: 'PUT', body: { name: 'kept' } })).status, 200);
  for (let round = 0; round < rounds; round += 1) {
    const acknowledged: string[] = [];
    const running = Array.from({ length: writers }, (_, i) =>
      write(server, token, `r${round}w${i}`, acknowledged),
    );
    const until = Date.now() + patience * 1000;
    while (acknowledged.length < enough * (round + 1) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await server.kill();
    await Promise.all(running);
    assert.ok(acknowledged.length > 3 * writers, `only ${acknowledged.length} writes`);
    await server.restart();
    const events = await trailEvents(server, token, '?resourceType=Object&status=2xx&limit=1000');
    const counts = new Map<string, number>();
    for (const { request, resourceName, response } of events) {
      const call = `${request.method} ${resourceName} ${response.status}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    const wrong = acknowledged.filter((call) => counts.get(call) !== 1);
    assert.deepEqual(
      wrong,
      [],
      `of ${acknowledged.length} acknowledged calls these have no event of their own`,
    );
  }
}

describe('a server that is killed has the event of every mutation it acknowledged', () => {
  it('on LMDB', () => killInWrites({}));

  it('on PostgreSQL', { skip: postgresMissing() }, async () => {
    const postgres = await startPostgres();
    try {
      await killInWrites({ ONGGI_META: `${postgres.url}?schema=trail` });
    } finally {
      await postgres.stop();
    }
  });
});
