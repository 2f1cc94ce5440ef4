// Bytes that cannot be read: an error as the door prints it while nothing of the answer is sent, and the connection goes on
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { type FaultyServer, startFaultyServer } from '../support/faulty-server.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, makeKosBucket } from '../support/kos.ts';
import { fetchDescribed } from '../support/kos-document.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { assertError, rawS3 } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { swiftRequest } from '../support/swift.ts';

let server: FaultyServer;
let token: string;
before(async () => {
  server = await startFaultyServer();
  token = await issueToken(server, alice);
  await makeKosBucket(server, 'unreadable');
  assert.equal((await kosObjects(server, 'unreadable').put('large', 'x'.repeat(300_000))).status, 200);
});
after(() => server.stop());
beforeEach(() => {
  server.blobs.fault = { kind: 'none' };
  server.takeLog();
});

for (const [kind, status, type, ofS3, ofKos] of [
  ['down', 503, 'Unavailable', 'ServiceUnavailable', 'ServiceUnavailable'],
  ['damaged', 500, 'Corrupt', 'InternalError', 'InternalServerError'],
] as const) {
  const assertLogged = () => {
    const lines = server.takeLog();
    const errors = lines.flatMap(({ err }) => (err === undefined ? [] : [err.type]));
    assert.deepEqual(errors, [type]);
    assert.equal(lines.filter((line) => line.status === status).length, 1);
  };

  test(`a store of blobs that is ${kind} is ${status} at every door, and a line in the log`, async () => {
    server.blobs.fault = { kind };
    assertError(await rawS3(server, { target: '/unreadable/large', user: alice }), status, ofS3);
    assertLogged();
    for (const headers of [{ 'X-Auth-Token': token }, { 'X-Auth-Token': token, Range: 'bytes=5-9' }]) {
      const answer = await swiftRequest(server, 'GET', `/v1/${demo.id}/unreadable/large`, { headers });
      assert.equal(answer.status, status, answer.text);
      assertLogged();
    }
    const headers = {
      'x-account-id': apiKeyOf(alice),
      'Content-Type': 'application/json',
      Accept: 'application/octet-stream',
    };
    const body = JSON.stringify({ objectkey: 'large' });
    const path = `${kosObjects(server, 'unreadable').path}/download`;
    const answer = await fetchDescribed(server, 'POST', path, { headers, body });
    const shown = { ...answer, headers: new Headers({ 'content-type': answer.type ?? '' }) };
    assertKosError({ ...shown, json: JSON.parse(answer.text) as unknown }, status, ofKos);
    assertLogged();
  });
}

test('the connection of such an answer is good for the next request', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(server.url);
  const get = () =>
    new Promise<readonly [status: number | undefined, length: number, reused: boolean]>((resolve, reject) => {
      const path = `/v1/${demo.id}/unreadable/large`;
      const headers = { 'X-Auth-Token': token };
      const request = http.get({ agent, hostname, port, path, headers }, (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        response.on('end', () => resolve([response.statusCode, length, request.reusedSocket]));
      });
      request.on('error', reject);
    });
  assert.deepEqual(await get(), [200, 300_000, false]);
  server.blobs.fault = { kind: 'down' };
  const [status] = await get();
  assert.equal(status, 503);
  server.blobs.fault = { kind: 'none' };
  assert.deepEqual(await get(), [200, 300_000, true]);
  agent.destroy();
});
