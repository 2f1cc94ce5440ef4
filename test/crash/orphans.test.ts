// What workers do when the process that watches them is killed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken } from '../support/iam.ts';
import { groupGone } from '../support/process-tree.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';

describe('workers without their supervisor', () => {
  it('finish the requests they have, store them, and end', async () => {
    const server = await startServer({ env: { ONGGI_WORKERS: '2' } });
    const token = await issueToken(server, alice);
    const container = `/v1/AUTH_${demo.id}/orphans`;
    const headers = { 'X-Auth-Token': token };
    assert.equal((await swiftRequest(server, 'PUT', container, { headers })).status, 201);
    const body = Buffer.alloc(300_000, 'half here, half there ');
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    const closed = once(socket, 'close');
    socket.write(
      `PUT ${container}/late HTTP/1.1\r\nHost: ${hostname}\r\nX-Auth-Token: ${token}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 150_000));
    await sleep(300);
    process.kill(server.pid, 'SIGKILL');
    await sleep(300);
    socket.write(body.subarray(150_000));
    await closed;
    assert.match(answer, /^HTTP\/1\.1 201 /);
    assert.ok(await groupGone(server.pid, 10_000), 'the workers end');
    await server.restart();
    const stored = await swiftRequest(server, 'GET', `${container}/late`, { headers });
    assert.deepEqual([stored.status, body.equals(stored.bytes)], [200, true]);
    assert.equal(await server.stop(), 0);
  });
});
