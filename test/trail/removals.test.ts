// Whatever removes an object leaves an event that a search for its name finds: one of many, by a date, by the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;
const account = `/v1/AUTH_${demo.id}`;

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

async function fill(bucket: string, keys: readonly string[]): Promise<void> {
  await makeBucket(server, token, bucket);
  for (const Key of keys) await s3Client(server, alice).putObject({ Bucket: bucket, Key, Body: 'x' });
}

/** `API NAME STATUS USER PROJECT` of the events about an object that are no writes. */
async function about(name: string, count = 1): Promise<string[]> {
  const query = `?resourceName=${encodeURIComponent(name)}&status=204`;
  const events = await awaitEvents(server, token, query, count);
  return events.map(
    ({ api, eventName, response, user, projectId, resourceType }) =>
      `${api} ${eventName} ${response.status} ${user.id} ${projectId === demo.id} ${resourceType}`,
  );
}

test('DeleteObjects: each removed key, and no key that was not there', async () => {
  await fill('removed-s3', ['one', 'two/옹기', 'kept']);
  const Objects = ['one', 'two/옹기', 'absent'].map((Key) => ({ Key }));
  await s3Client(server, alice).deleteObjects({ Bucket: 'removed-s3', Delete: { Objects } });
  for (const key of ['one', 'two/옹기']) {
    const event = `s3 DeleteObject 204 ${alice.name} true Object`;
    assert.deepEqual(await about(`removed-s3/${key}`), [event]);
  }
  assert.deepEqual(await about('removed-s3/absent', 0), []);
  assert.deepEqual(await about('removed-s3/kept', 0), []);
  const calls = await awaitEvents(server, token, '?eventName=DeleteObjects&resourceName=removed-s3', 1);
  assert.equal(calls.length, 1);
});

test('Swift’s bulk deletion, containers included, and all that is in a container', async () => {
  await fill('removed-bulk', ['a', 'b']);
  await fill('removed-dir', ['c', 'd/e']);
  const headers = { 'X-Auth-Token': token };
  const listed = await swiftRequest(server, 'POST', `${account}?bulk-delete`, {
    headers: { ...headers, 'Content-Type': 'text/plain' },
    body: '/removed-bulk/a\n/removed-bulk/b\n/removed-bulk\n',
  });
  assert.equal(listed.status, 200);
  const object = `swift DeleteObject 204 ${alice.name} true Object`;
  assert.deepEqual(await about('removed-bulk/a'), [object]);
  assert.deepEqual(await about('removed-bulk/b'), [object]);
  // The folder, and all that is in it.
  const emptied = await swiftRequest(server, 'DELETE', `/v1/${demo.id}/removed-dir/d?dir-delete`, {
    headers,
  });
  assert.equal(emptied.status, 200);
  assert.deepEqual(await about('removed-dir/d/e'), [object]);
  assert.deepEqual(await about('removed-dir/c', 0), []);
  const container = `swift DeleteContainer 204 ${alice.name} true Bucket`;
  assert.ok((await about('removed-bulk')).includes(container));
});

test('a date of its own: ExpireObject', async () => {
  await makeBucket(server, token, 'removed-date');
  const headers = { 'X-Auth-Token': token, 'X-Delete-After': '1' };
  await swiftRequest(server, 'PUT', `${account}/removed-date/dated`, { headers, body: 'x' });
  for (const end = Date.now() + 15_000; ; ) {
    const query = '?resourceName=removed-date/dated&eventName=ExpireObject';
    const events = await awaitEvents(server, token, query, 1);
    if (events.length > 0) {
      assert.deepEqual(
        events.map(({ serviceName, userAgent, user }) => [serviceName, userAgent, user.type]),
        [['System', 'onggi delete-at', 'system']],
      );
      return;
    }
    assert.ok(Date.now() < end, 'no event');
  }
});
