// A running server seals its events into chunks, and nobody who searches notices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listChunks } from '../../src/core/trail/chunk-source.ts';
import { issueToken } from '../support/iam.ts';
import { withStore } from '../support/offline-store.ts';
import { alice, root } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';
import { awaitEvents, trailEvents } from '../support/trail.ts';

const calls = 1200;

test('events are found before and after they are sealed, and after a restart', async () => {
  await using server = await startServer({ meta: 'lmdb', env: { ONGGI_LOG_LEVEL: 'error' } });
  let next = 0;
  const caller = async () => {
    for (let i = next++; i < calls; i = next++) {
      await (await fetch(`${server.url}/v1_ext/bucket/absent-${i}`)).arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 16 }, caller));
  const token = await issueToken(server, root);
  const query = '?status=401&text=GetBucketMeta&limit=1000';
  const before = await awaitEvents(server, token, query, calls);
  assert.equal(before.length, calls);
  const fresh = '?limit=1000&resourceName=absent-7';
  assert.equal((await trailEvents(server, token, fresh)).length, 1);
  // Sealing waits until events are two seconds old, and looks every one.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  assert.deepEqual(await trailEvents(server, token, query), before);
  assert.equal((await trailEvents(server, token, fresh)).length, 1);
  await server.stop();
  const sealed = await withStore({ dataDir: server.dataDir }, async (core) =>
    (await listChunks(core)).reduce((sum, { record }) => sum + record.count, 0),
  );
  assert.ok(sealed >= 1024, `${sealed} events are sealed`);
  await server.restart();
  const again = await issueToken(server, alice);
  assert.equal((await trailEvents(server, again, '?user=nobody')).length, 0);
  assert.deepEqual(await trailEvents(server, await issueToken(server, root), query), before);
});
