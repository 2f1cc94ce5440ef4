// Workers that lose their supervisor, and processes that end in the middle of their commits.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken } from '../support/iam.ts';
import { withStore } from '../support/offline-store.ts';
import { groupGone } from '../support/process-tree.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { tempDirectory } from '../support/temp.ts';

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

describe('a process that ends of a defect', () => {
  it('holds nobody up, whatever it was writing', async () => {
    const dataDir = join(tempDirectory('defect'), 'data');
    await withStore({ dataDir }, async ({ meta }) => {
      for (let turn = 0; turn < 5; turn += 1) {
        const program = join(import.meta.dirname, 'defective-writer.ts');
        const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'ignore', 'pipe'] });
        const told = text(child.stderr);
        const ended = once(child, 'exit');
        const ends = await Promise.race([ended.then(() => true), sleep(20_000, false)]);
        child.kill('SIGKILL');
        assert.ok(ends, `it does not end: ${await told}`);
        assert.match(await told, /Error: a defect/);
        await meta.commit({ puts: [[Buffer.from('key'), Buffer.from(`after ${turn}`)]] });
      }
    });
  });
});
