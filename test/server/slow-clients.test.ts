/**
 * Large bodies and clients that take their time. The server sends and receives through memory it uses again and again: what one
 * client has not taken yet must not change under it, whatever the server does meanwhile.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken } from '../support/iam.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** More than the system buffers between two sockets, so that the server has to wait for a slow reader. */
const size = 16 * MIB;

let server: TestServer;
let token: string;
const container = `/v1/${demo.id}/slow`;
const objects = new Map<string, { readonly bytes: Buffer; readonly digest: string }>();

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await send('PUT', container, {});
  for (const name of ['a', 'b', 'c', 'd']) {
    const bytes = Buffer.concat(Array.from({ length: size / MIB }, () => randomBytes(MIB)));
    objects.set(name, { bytes, digest: sha256(bytes) });
    const answer = await send('PUT', `${container}/${name}`, {}, [bytes]);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.etag, createHash('md5').update(bytes).digest('hex'));
  }
});
after(() => server.stop());

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends the body piece by piece (a number is a pause in milliseconds) and forgets the answer's body. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  pieces: readonly (Uint8Array | number)[] = [],
): Promise<{ status: number | undefined; headers: http.IncomingHttpHeaders }> {
  const length = pieces.reduce<number>(
    (sum, piece) => sum + (typeof piece === 'number' ? 0 : piece.length),
    0,
  );
  const framing = 'Transfer-Encoding' in headers ? {} : { 'Content-Length': String(length) };
  const request = http.request(server.url + path, {
    method,
    headers: { 'X-Auth-Token': token, ...framing, ...headers },
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece);
    else if (!request.write(piece)) await new Promise((resolve) => request.once('drain', resolve));
  }
  request.end();
  const answer = await answered;
  answer.resume();
  return { status: answer.statusCode, headers: answer.headers };
}

/** Reads an answer's body over a bare socket, with a pause after every `step` bytes. */
function readSlowly(path: string, headers: string[], step: number, pause: number): Promise<Buffer> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${hostname}`, `X-Auth-Token: ${token}`, ...headers];
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let since = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      since += chunk.length;
      if (since < step) return;
      since = 0;
      socket.pause();
      setTimeout(() => socket.resume(), pause);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const answer = Buffer.concat(chunks);
      const head = answer.indexOf('\r\n\r\n');
      assert.match(answer.toString('latin1', 0, head), /^HTTP\/1\.1 20[06] /);
      resolve(answer.subarray(head + 4));
    });
  });
}

function known(name: string): { readonly bytes: Buffer; readonly digest: string } {
  const found = objects.get(name);
  assert.ok(found);
  return found;
}

test('slow readers get the bytes of their own object, beside fast ones', { timeout: 120_000 }, async () => {
  const slow = ['a', 'b', 'c', 'd', 'a', 'b'].map(async (name, n) => {
    const body = await readSlowly(`${container}/${name}`, [], (200 + 70 * n) * KIB, 5 + n);
    assert.equal(sha256(body), known(name).digest, `slow reader ${n}`);
  });
  let slowAreDone = false;
  const fast = (async () => {
    for (let n = 0; !slowAreDone || n < 4; n++) {
      const name = 'abcd'.charAt(n % 4);
      const body = await readSlowly(`${container}/${name}`, [], size, 0);
      assert.equal(sha256(body), known(name).digest, `fast reader ${n}`);
    }
  })();
  await Promise.all(slow).finally(() => {
    slowAreDone = true;
  });
  await fast;
});

test('slow readers of ranges, one and several', { timeout: 60_000 }, async () => {
  const { bytes } = known('c');
  const [start, end] = [MIB - 1, 14 * MIB + 77];
  const one = readSlowly(`${container}/c`, [`Range: bytes=${start}-${end - 1}`], 300 * KIB, 5);
  const several = readSlowly(
    `${container}/c`,
    [`Range: bytes=5-${6 * MIB},${7 * MIB}-${15 * MIB}`],
    300 * KIB,
    5,
  );
  assert.equal(Buffer.compare(await one, bytes.subarray(start, end)), 0);
  const body = await several;
  for (const part of [bytes.subarray(5, 6 * MIB + 1), bytes.subarray(7 * MIB, 15 * MIB + 1)]) {
    assert.ok(body.includes(part));
  }
});

test('readers who leave in the middle change nothing for those who stay', { timeout: 60_000 }, async () => {
  const { hostname, port } = new URL(server.url);
  const staying = readSlowly(`${container}/d`, [], 256 * KIB, 10);
  for (let n = 0; n < 10; n++) {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`GET ${container}/a HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    assert.equal(sha256(await readSlowly(`${container}/b`, [], size, 0)), known('b').digest);
  }
  assert.equal(sha256(await staying), known('d').digest);
});

test('bodies that come in bursts, drops and pieces are stored as sent', { timeout: 60_000 }, async () => {
  const cut = (bytes: Buffer, step: number, pause: number) => {
    const pieces: (Buffer | number)[] = [];
    for (let at = 0; at < bytes.length; at += step) pieces.push(bytes.subarray(at, at + step), pause);
    return pieces;
  };
  const uploads = [
    { bytes: randomBytes(0), step: 1, pause: 1 },
    { bytes: randomBytes(100), step: 10, pause: 2 },
    { bytes: randomBytes(40 * KIB), step: 1000, pause: 1 },
    { bytes: randomBytes(512 * KIB), step: 512 * KIB, pause: 0 },
    { bytes: randomBytes(512 * KIB + 1), step: 70_000, pause: 3 },
    { bytes: randomBytes(5 * MIB + 3), step: 333_333, pause: 10 },
    { bytes: randomBytes(9 * MIB), step: 3 * MIB, pause: 100 },
  ];
  const framings: Record<string, string>[] = [{}, { 'Transfer-Encoding': 'chunked' }];
  const jobs = uploads.flatMap((upload, n) =>
    framings.map((headers, m) => ({ ...upload, headers, name: `up-${n}-${m}` })),
  );
  await Promise.all(
    jobs.map(async ({ name, bytes, step, pause, headers }) => {
      const { status, headers: told } = await send(
        'PUT',
        `${container}/${name}`,
        headers,
        cut(bytes, step, pause),
      );
      assert.equal(status, 201, name);
      assert.equal(told.etag, createHash('md5').update(bytes).digest('hex'), name);
      const body = await readSlowly(`${container}/${name}`, [], 3 * MIB, 1);
      assert.equal(Buffer.compare(body, bytes), 0, name);
    }),
  );
});

test('an upload in signed or checked chunks is stored without its framing', { timeout: 60_000 }, async () => {
  const s3 = s3Client(server, alice);
  const Bucket = await newBucket(s3);
  const bytes = randomBytes(3 * MIB + 11);
  await s3.putObject({
    Bucket,
    Key: 'k',
    Body: Readable.from([bytes.subarray(0, 100_001), bytes.subarray(100_001)]),
    ContentLength: bytes.length,
    ChecksumAlgorithm: 'CRC64NVME',
  });
  const read = await s3.getObject({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
  assert.equal(read.ETag, `"${createHash('md5').update(bytes).digest('hex')}"`);
  assert.equal(Buffer.compare((await read.Body?.transformToByteArray()) ?? new Uint8Array(), bytes), 0);
  s3.destroy();
});

test('a client that leaves in the middle of its upload leaves nothing', { timeout: 60_000 }, async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `PUT ${container}/left HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\nContent-Length: ${4 * MIB}\r\n\r\n`,
  );
  socket.write(randomBytes(3 * MIB));
  await sleep(300);
  socket.destroy();
  const answer = await send('HEAD', `${container}/left`, {});
  assert.equal(answer.status, 404);
});
