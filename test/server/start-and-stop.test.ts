/** The operating contract: what a start prints, what it refuses, how a server stops, and how workers share the work. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { groupGone } from '../support/process-tree.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice, demo } from '../support/seed.ts';
import { runUntilExit, startServer } from '../support/start-server.ts';
import { adopt, tempDirectory } from '../support/temp.ts';

test('the first start prints working credentials once', async () => {
  const server = await startServer({ seed: false });
  const id = /IAM access key\s+([0-9a-f]{32})\s+secret\s+(\S+)/.exec(server.stdout());
  assert.ok(id, server.stdout());
  const answer = await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: id[1], secret: id[2] },
        },
      },
    }),
  });
  assert.equal(answer.status, 201);
  await server.restart();
  assert.equal(server.stdout().match(/shown once/g)?.length, 1);
  assert.equal(await server.stop(), 0);
});

const refusals: readonly [what: string, env: Record<string, string>, message: RegExp][] = [
  ['a wrong value', { ONGGI_WORKERS: 'x' }, /^onggi: ONGGI_WORKERS: must be a whole number/],
  ['a missing seed file', { ONGGI_SEED: '/nonexistent/seed.yaml' }, /^onggi: seed file .* cannot be read/],
  ['a wrong master key', { ONGGI_MASTER_KEY: 'short' }, /^onggi: ONGGI_MASTER_KEY: must be 32 bytes/],
];
for (const [what, env, message] of refusals) {
  test(`${what} stops the start with one line`, async () => {
    const { code, stdout, stderr } = await runUntilExit({ env });
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  });
}

test('an unknown flag is wrong usage', async () => {
  const { code, stderr } = await runUntilExit({ args: ['--colour', 'red'] });
  assert.equal(code, 2);
  assert.match(stderr, /^onggi: unknown option/);
});

test('an occupied port stops the start, with one worker and with two', async () => {
  const occupant = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => occupant.once('listening', resolve));
  const address = occupant.address();
  assert.ok(address !== null && typeof address === 'object');
  for (const workers of ['1', '2']) {
    const env = { ONGGI_LISTEN: `127.0.0.1:${address.port}`, ONGGI_WORKERS: workers };
    const { code, stderr } = await runUntilExit({ env });
    assert.equal(code, 1);
    assert.match(stderr, /^onggi: cannot listen on 127\.0\.0\.1:\d+: the address is in use$/m);
  }
  occupant.close();
});

test("a second server on the same directory is refused, and so is somebody else's directory", async () => {
  const server = await startServer();
  const second = await runUntilExit({ dataDir: server.dataDir });
  assert.equal(second.code, 1);
  assert.match(second.stderr, /^onggi: data directory .*: in use by another server \(process \d+\)$/m);
  await server.stop();

  const foreign = mkdtempSync(join(tmpdir(), 'onggi-foreign-'));
  writeFileSync(join(foreign, 'notes.txt'), 'mine');
  const third = await runUntilExit({ dataDir: foreign });
  assert.equal(third.code, 1);
  assert.match(third.stderr, /^onggi: data directory .*: holds other files/);
});

test('data that belongs to another master key is refused', async () => {
  const server = await startServer({ meta: 'lmdb' });
  await server.stop();
  const env = { ONGGI_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
  const { code, stderr } = await runUntilExit({ dataDir: server.dataDir, env, meta: 'lmdb' });
  assert.equal(code, 1);
  assert.match(stderr, /^onggi: the metadata store belongs to another master key$/m);
});

test('SIGTERM lets a running upload finish and exits with 0', async () => {
  const server = await startServer();
  const token = await issueToken(server, alice);
  const base = `/v1/${demo.id}/slow`;
  await fetch(server.url + base, { method: 'PUT', headers: { 'X-Auth-Token': token } });
  const upload = rawExchange(
    server.url,
    [
      `PUT ${base}/x HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: ${token}\r\nContent-Length: 10\r\n\r\n12345`,
      700,
      '67890',
    ],
    1500,
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stopped = server.stop();
  const answer = await upload;
  assert.equal(answer.status, 201);
  assert.match(answer.text, /^Connection: close/im);
  assert.equal(await stopped, 0);
});

test('the onggi command passes SIGTERM on', async () => {
  const env = {
    PATH: process.env.PATH,
    ONGGI_LISTEN: '127.0.0.1:0',
    ONGGI_DATA: join(tempDirectory('bin'), 'data'),
  };
  const command = join(import.meta.dirname, '..', '..', 'bin', 'onggi.mjs');
  const child = spawn(process.execPath, [command, 'serve'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  adopt(child);
  for await (const text of child.stdout.setEncoding('utf8')) if (/^onggi ready /m.test(text)) break;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await gone, [0, null]);
  assert.ok(await groupGone(child.pid ?? 0, 1000));
});

test('a server is stopped while its workers are still being replaced', async () => {
  const server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  const [worker] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ');
  process.kill(Number(worker), 'SIGKILL');
  // The replacement is forked half a second later, and takes longer than this to hear messages.
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal(await server.stop(), 0);
});

test('secrets stay out of the log', async () => {
  const server = await startServer({ env: { ONGGI_LOG_LEVEL: 'trace' } });
  const token = await issueToken(server, alice);
  await fetch(`${server.url}/v1/${demo.id}`, { headers: { 'X-Auth-Token': token } });
  await fetch(`${server.url}/b/k?X-Amz-Signature=0123456789abcdef&X-Amz-Credential=hidden`);
  await fetch(`${server.url}/v3/auth/tokens`, {
    method: 'POST',
    body: `{"secret":"${alice.iamKey.secret}"}`,
  });
  await server.stop();
  const printed = server.stdout() + server.stderr();
  assert.match(printed, /"operation":/);
  for (const secret of [token, alice.iamKey.secret, alice.s3Key.secret, alice.password, '0123456789abcdef']) {
    assert.ok(!printed.includes(secret));
  }
});

test('several workers share the port; one that is killed is replaced; all metrics add up', async () => {
  const server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  const children = () =>
    readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ');
  const before = children();
  assert.equal(before.length, 2);
  process.kill(Number(before[0]), 'SIGKILL');
  for (let i = 0; i < 50; i += 1) {
    assert.equal((await fetch(`${server.url}/-/live`)).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(children().length, 2);
  const metrics = await (await fetch(`${server.url}/-/metrics`)).text();
  const live = /onggi_requests_total\{[^}]*operation="GetLiveness"[^}]*\} (\d+)/.exec(metrics);
  assert.ok(Number(live?.[1]) > 0, metrics);
  assert.equal(await server.stop(), 0);
});
