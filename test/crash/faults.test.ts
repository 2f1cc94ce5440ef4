// Engines and clients that fail: what each door answers then, and that nothing is left behind or lost.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepOrphans } from '../../src/core/objects/sweep-orphans.ts';
import { ext } from '../support/ext.ts';
import { type FaultyServer, startFaultyServer } from '../support/faulty-server.ts';
import { issueToken } from '../support/iam.ts';
import { type RawAnswer, rawS3 } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { auditCounters } from '../support/store-audit.ts';
import { accountName, swiftRequest } from '../support/swift.ts';

const mebibyte = 1024 ** 2;
const bucket = 'faults';
const idleSeconds = 1;
const old = Buffer.from('what was there before');
const large: Buffer = randomBytes(2 * mebibyte);

let server: FaultyServer;
let token: string;

const s3 = (method: string, target: string, body: Uint8Array | string = '') =>
  rawS3(server, { method, target, body, user: alice });
const swift = (method: string, path: string, body?: Uint8Array | string, dialect?: 'kakaocloud') =>
  swiftRequest(server, method, `/v1/${accountName(demo, dialect ?? 'upstream')}${path}`, {
    headers: { 'X-Auth-Token': token },
    ...(body === undefined ? {} : { body }),
  });

/** Every file below the blob directory. */
async function filesOfBlobs(): Promise<string[]> {
  const entries = await readdir(server.blobDirectory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await holds()) return;
  assert.fail(`${what}: not within 10 seconds`);
}

/** The bytes under `key`, by S3. */
async function stored(key: string): Promise<Buffer> {
  const { status, body, text } = await s3('GET', `/${bucket}/${key}`);
  assert.equal(status, 200, text);
  return body;
}

before(async () => {
  server = await startFaultyServer(idleSeconds);
  token = await issueToken(server, alice);
  assert.equal((await s3('PUT', `/${bucket}`)).status, 200);
  assert.equal((await s3('PUT', `/${bucket}/old`, old)).status, 200);
});
after(() => server.stop());
beforeEach(() => {
  server.meta.fault = 'none';
  server.blobs.fault = { kind: 'none' };
});

describe('a full disk', () => {
  const assertFull = (answer: RawAnswer) => {
    assert.deepEqual([answer.status, answer.element('Code')], [507, 'InsufficientStorage'], answer.text);
  };

  it('is 507 for blobs, through every door; what was there stays, and nothing is left behind', async () => {
    const begun = await s3('POST', `/${bucket}/big?uploads`);
    const upload = begun.element('UploadId');
    for (const room of [0, 300_000, large.length - 1]) {
      server.blobs.fault = { kind: 'full', room };
      assertFull(await s3('PUT', `/${bucket}/old`, large));
      assertFull(await s3('PUT', `/${bucket}/big?uploadId=${upload}&partNumber=1`, large));
      for (const dialect of [undefined, 'kakaocloud'] as const) {
        assert.equal((await swift('PUT', `/${bucket}/old`, large, dialect)).status, 507);
      }
      assert.deepEqual(await filesOfBlobs(), []);
      assert.deepEqual(await stored('old'), old);
    }
    const parts = await s3('GET', `/${bucket}/big?uploadId=${upload}`);
    assert.deepEqual(parts.elements('Part'), []);
    assert.equal((await s3('PUT', `/${bucket}/small`, 'fits into the metadata')).status, 200);
    await auditCounters(server.core);

    server.blobs.fault = { kind: 'none' };
    assert.equal((await s3('PUT', `/${bucket}/big?uploadId=${upload}&partNumber=1`, large)).status, 200);
    assert.equal((await s3('DELETE', `/${bucket}/big?uploadId=${upload}`)).status, 204);
    assert.equal((await swift('PUT', `/${bucket}/space`, large)).status, 201);
    assert.ok(large.equals(await stored('space')));
  });

  it('is 507 for metadata, while reading goes on', async () => {
    server.meta.fault = 'full';
    assertFull(await s3('PUT', `/${bucket}/old`, 'new'));
    assertFull(await s3('PUT', `/${bucket}/old`, large));
    assertFull(await s3('DELETE', `/${bucket}/old`));
    assertFull(await s3('PUT', '/another-bucket'));
    assert.equal((await swift('PUT', `/${bucket}/old`, 'new')).status, 507);
    assert.equal((await swift('POST', `/${bucket}/old`)).status, 507);
    assert.equal(
      (await ext(server, token, '/bucket', { method: 'PUT', body: { name: 'more' } })).status,
      507,
    );
    assert.deepEqual(await stored('old'), old);
    assert.equal((await swift('GET', `/${bucket}/old`)).text, old.toString());

    server.meta.fault = 'none';
    assert.equal((await s3('PUT', `/${bucket}/old`, old)).status, 200);
    await auditCounters(server.core);
    await assertOnlyReferredBlobs();
  });
});

describe('a metadata store that does not answer', () => {
  interface Question {
    readonly name: string;
    readonly ask: () => Promise<{ status: number; retryAfter: string | null | undefined }>;
  }
  const byS3 = (method: string, target: string, body?: string): Question => ({
    name: `S3 ${method} ${target}`,
    ask: async () => {
      const { status, headers } = await s3(method, target, body);
      return { status, retryAfter: headers['retry-after'] };
    },
  });
  const bySwift = (method: string, path: string, dialect?: 'kakaocloud'): Question => ({
    name: `Swift ${method} ${path}`,
    ask: async () => {
      const { status, headers } = await swift(method, path, method === 'PUT' ? 'new' : undefined, dialect);
      return { status, retryAfter: headers['retry-after'] };
    },
  });
  const byFetch = (name: string, path: string, init: RequestInit = {}): Question => ({
    name,
    ask: async () => {
      const answer = await fetch(`${server.url}${path}`, init);
      await answer.text();
      return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
    },
  });
  const credential = { id: alice.iamKey.id, secret: alice.iamKey.secret };
  const identity = { methods: ['application_credential'], application_credential: credential };
  const reads = () => [
    byS3('GET', '/'),
    byS3('GET', `/${bucket}?list-type=2`),
    byS3('GET', `/${bucket}/old`),
    byS3('HEAD', `/${bucket}/old`),
    bySwift('GET', ''),
    bySwift('HEAD', `/${bucket}`),
    bySwift('GET', `/${bucket}/old`),
    bySwift('GET', `/${bucket}/old`, 'kakaocloud'),
    byFetch('Extension', '/v1_ext/bucket', { headers: { 'X-Auth-Token': token } }),
    byFetch('IAM', '/identity/v3/auth/projects', { headers: { 'X-Auth-Token': token } }),
    byFetch('IAM token', '/identity/v3/auth/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth: { identity } }),
    }),
    byFetch('v1 auth', '/auth/v1.0', {
      headers: { 'X-Auth-User': `${demo.name}:${alice.name}`, 'X-Auth-Key': alice.password },
    }),
    byFetch('readiness', '/-/ready'),
  ];
  const writes = () => [
    byS3('PUT', `/${bucket}/old`, old.toString()),
    byS3('PUT', `/${bucket}/written`, 'new'),
    byS3('DELETE', `/${bucket}/written`),
    byS3('PUT', `/${bucket}/written`, 'new again'),
    byS3('POST', `/${bucket}/begun?uploads`),
    bySwift('DELETE', `/${bucket}/written`),
    bySwift('PUT', `/${bucket}/written`),
    bySwift('POST', `/${bucket}/old`),
  ];
  const assertAll503 = async (questions: readonly Question[]) => {
    for (const { name, ask } of questions) {
      const { status, retryAfter } = await ask();
      assert.equal(status, 503, name);
      assert.match(retryAfter ?? '', /^\d+$/, `${name}: Retry-After`);
    }
  };
  const assertAllServed = async (questions: readonly Question[]) => {
    for (const { name, ask } of questions) {
      const { status } = await ask();
      assert.ok(status < 300, `${name}: ${status}`);
    }
  };

  it('is 503 with Retry-After through every door, and all is well once it is back', async () => {
    await assertAllServed([...reads(), ...writes()]);
    server.meta.fault = 'down';
    await assertAll503([...reads(), ...writes()]);
    assert.equal((await fetch(`${server.url}/-/live`)).status, 200);
    server.meta.fault = 'none';
    await assertAllServed([...reads(), ...writes()]);
    assert.deepEqual(await stored('old'), old);
  });

  it('is 503 for writes alone when only commits fail', async () => {
    server.meta.fault = 'read only';
    await assertAll503(writes());
    assert.deepEqual(await stored('old'), old);
    server.meta.fault = 'none';
    await assertAllServed(writes());
  });

  it('may have carried out what it did not answer: whole, counted once, and repeatable', async () => {
    server.meta.fault = 'mute';
    await assertAll503(writes());
    assert.equal((await s3('PUT', `/${bucket}/mute`, large)).status, 503);
    server.meta.fault = 'none';
    assert.ok(large.equals(await stored('mute')));
    assert.equal((await s3('PUT', `/${bucket}/mute`, large)).status, 200);
    assert.ok(large.equals(await stored('mute')));
    await auditCounters(server.core);
  });

  it('leaves no bytes that nobody refers to, once the orphans are swept', async () => {
    server.meta.fault = 'read only';
    assert.equal((await s3('PUT', `/${bucket}/lost`, large)).status, 503);
    server.meta.fault = 'none';
    assert.equal((await s3('GET', `/${bucket}/lost`)).status, 404);
    await assertOnlyReferredBlobs();
  });
});

/** After a sweep, which takes what failed commits left; the collector's own share may still wait in its queue. */
async function assertOnlyReferredBlobs(): Promise<void> {
  await sleep(2);
  await sweepOrphans(server.core, 0);
  const { blobs } = await auditCounters(server.core);
  const orphans = await sweepOrphans(server.core, 0);
  assert.equal(orphans, 0);
  const names = (await filesOfBlobs()).map((path) => path.slice(-32));
  for (const id of blobs.keys()) assert.ok(names.includes(id), `blob ${id} is gone`);
}

describe('a damaged blob', () => {
  const key = 'damaged';
  /** In the middle, where the first blocks are still good. */
  const damagedAt = mebibyte + 5;

  before(async () => {
    const had = new Set(await filesOfBlobs());
    assert.equal((await s3('PUT', `/${bucket}/${key}`, large)).status, 200);
    const [path = ''] = (await filesOfBlobs()).filter((file) => !had.has(file));
    await using file = await open(path, 'r+');
    await file.write(Buffer.from([(large[damagedAt] ?? 0) ^ 1]), 0, 1, damagedAt);
  });

  /** All bytes that came before the connection was cut; undefined when it was not. */
  const readUntilCut = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; body: Buffer; cut: boolean }>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect({ host: hostname, port: Number(port) });
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', (error: NodeJS.ErrnoException) => error.code !== 'ECONNRESET' && reject(error));
      socket.on('close', () => {
        const all = Buffer.concat(chunks);
        const head = all.indexOf('\r\n\r\n');
        const text = all.toString('latin1', 0, head);
        const body = all.subarray(head + 4);
        const announced = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        resolve({ status: Number(text.slice(9, 12)), body, cut: body.length < announced });
      });
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n${lines.join('')}\r\n`,
      );
    });

  it('cuts the connection before the first wrong byte, and says so in the log', async () => {
    const headers = { 'X-Auth-Token': token };
    for (const account of ['upstream', 'kakaocloud'] as const) {
      server.takeLog();
      const path = `/v1/${accountName(demo, account)}/${bucket}/${key}`;
      const { status, body, cut } = await readUntilCut(path, headers);
      assert.equal(status, 200);
      assert.ok(cut, `${body.length} bytes came`);
      assert.ok(body.length <= damagedAt && large.subarray(0, body.length).equals(body));
      const errors = server.takeLog().filter(({ level }) => level >= 50);
      assert.equal(errors.length, 1);
      assert.equal(errors[0]?.err?.type, 'Corrupt');
    }
    await assert.rejects(s3('GET', `/${bucket}/${key}`), { code: 'ECONNRESET' });
    assert.equal(server.takeLog().filter(({ err }) => err?.type === 'Corrupt').length, 1);
  });

  it('leaves HEAD, and ranges that do not touch the damage, as they are', async () => {
    const head = await s3('HEAD', `/${bucket}/${key}`);
    assert.deepEqual([head.status, head.headers['content-length']], [200, String(large.length)]);
    const ranges = [
      [0, 99_999],
      [mebibyte + 200_000, large.length - 1],
    ] as const;
    for (const [from, to] of ranges) {
      const headers = { Range: `bytes=${from}-${to}` };
      const part = await rawS3(server, { target: `/${bucket}/${key}`, headers, user: alice });
      assert.equal(part.status, 206);
      assert.ok(large.subarray(from, to + 1).equals(part.body));
    }
  });

  it('is never copied under a digest that it does not have', async () => {
    const headers = { 'x-amz-copy-source': `/${bucket}/${key}`, 'x-amz-checksum-algorithm': 'SHA256' };
    const target = `/${bucket}/copied`;
    const copied = await rawS3(server, { method: 'PUT', target, headers, user: alice });
    assert.deepEqual([copied.status, copied.element('Code')], [500, 'InternalError']);
    assert.equal((await s3('GET', target)).status, 404);
  });
});

describe('a client that stops half way', () => {
  /** Sends a head that announces all of `large`, half of it, and then what `end` does. */
  const stopHalfWay = (path: string, framing: 'length' | 'chunked', end: 'close' | 'reset') =>
    new Promise<void>((resolve) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on('error', () => {});
      socket.on('close', () => resolve()).resume();
      const half = large.subarray(0, large.length / 2);
      const announced =
        framing === 'length' ? `Content-Length: ${large.length}` : 'Transfer-Encoding: chunked';
      socket.write(
        `PUT /v1/${accountName(demo, 'upstream')}${path} HTTP/1.1\r\nHost: ${hostname}\r\n` +
          `X-Auth-Token: ${token}\r\n${announced}\r\n\r\n`,
      );
      if (framing === 'chunked') socket.write(`${half.length.toString(16)}\r\n`);
      socket.write(half, () => {
        setTimeout(() => (end === 'close' ? socket.end() : socket.resetAndDestroy()), 100);
      });
    });

  it('leaves no object, no blob and no file', async () => {
    const had = await filesOfBlobs();
    for (const framing of ['length', 'chunked'] as const) {
      for (const end of ['close', 'reset'] as const) {
        await stopHalfWay(`/${bucket}/half`, framing, end);
        await stopHalfWay(`/${bucket}/old`, framing, end);
        await until('its file goes', async () => (await filesOfBlobs()).length === had.length);
        assert.equal((await s3('GET', `/${bucket}/half`)).status, 404);
        assert.deepEqual(await stored('old'), old);
      }
    }
    assert.deepEqual(await filesOfBlobs(), had);
    await auditCounters(server.core);
  });

  it('is told so when it only stands still, and leaves nothing either', async () => {
    const had = await filesOfBlobs();
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => {});
    socket.write(
      `PUT /v1/${accountName(demo, 'upstream')}/${bucket}/still HTTP/1.1\r\nHost: ${hostname}\r\n` +
        `X-Auth-Token: ${token}\r\nContent-Length: ${large.length}\r\n\r\n`,
    );
    socket.write(large.subarray(0, large.length / 2));
    await until('it is answered', async () => answer.startsWith('HTTP/1.1 408 '));
    socket.destroy();
    await until('its file goes', async () => (await filesOfBlobs()).length === had.length);
    assert.equal((await s3('GET', `/${bucket}/still`)).status, 404);
  });
});

it('nothing of all this was unexpected', () => {
  const failures = server.takeLog().filter(({ msg }) => msg.includes('unexpected failure'));
  assert.deepEqual(failures, []);
});
