/**
 * Forms as nobody should send them: with odd names, cut anywhere, changed in any byte, slow, and with lengths that lie. Each is stored as it says or leaves
 * nothing: no object, no file. ONGGI_TEST_SEED repeats a run's choices, ONGGI_TEST_FORM_RUNS is how many forms are damaged.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { apiKeyOf, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { fetchDescribed } from '../support/kos-document.ts';
import { type KosObjects, kosObjects } from '../support/kos-objects.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice } from '../support/seed.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const seed = Number(process.env.ONGGI_TEST_SEED ?? Date.now() % 1_000_000);
const runs = Number(process.env.ONGGI_TEST_FORM_RUNS ?? 120);
const box = 'form-attacks';

let server: TestServer;
let objects: KosObjects;
before(async () => {
  server = await startServer();
  await makeKosBucket(server, box);
  objects = kosObjects(server, box);
});
after(() => server.stop());

const type = 'multipart/form-data; boundary=b';
const part = (head: string, body: string) =>
  `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const file = (head: string, body = 'content') => `${part(`name="file"; ${head}`, body)}--b--\r\n`;

async function send(body: string | Buffer, contentType = type) {
  const headers = { 'x-account-id': apiKeyOf(alice), 'Content-Type': contentType };
  return fetchDescribed(server, 'PUT', objects.path, { headers, body: Uint8Array.from(Buffer.from(body)) });
}

/** Files of bytes, finished or not: what is stored is small enough to need none, or is counted. */
function files(): string[] {
  const all = readdirSync(server.dataDir, { recursive: true, withFileTypes: true });
  const paths = all.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => /^\/(tmp|blobs)\//.test(path.slice(server.dataDir.length)));
}

async function usage() {
  const { usedCapacity } = fieldsOf(await kos(server, `/kos/v1/buckets/${box}`));
  return { usedCapacity, names: (await objects.list()).map(({ key, size }) => `${key} ${size}`) };
}

test('names of files are taken as the client means them, or refused', async () => {
  const names: [head: string, key: string | undefined][] = [
    ['filename="a \\"quoted\\" name"', 'a "quoted" name'],
    ['filename="a %22coded%22 name"', 'a "coded" name'],
    ['filename="line%0D%0Aend"', 'line\r\nend'],
    ['filename=plain', 'plain'],
    ['filename="c"; filename*=UTF-8\'\'%ED%95%9C%EA%B8%80', 'c'],
    ['filename="../../etc/passwd"', 'passwd'],
    ['filename="C:\\\\Windows\\\\win.ini"', 'win.ini'],
    ['filename="C:\\Windows\\system.ini"', 'system.ini'],
    ['filename="/absolute"', 'absolute'],
    ['filename="%2e%2e%2fpasswd"', '%2e%2e%2fpasswd'],
    ['filename="한글 \u202e.txt"', '한글 \u202e.txt'],
    ['filename="__proto__"', '__proto__'],
    [`filename="${'n'.repeat(1024)}"`, 'n'.repeat(1024)],
    ["filename*=UTF-8''only-extended", undefined],
    ['filename=""', undefined],
    ['filename="."', undefined],
    ['filename=".."', undefined],
    ['filename="a/.."', undefined],
    ['filename="a\\\\.."', undefined],
    ['filename="a\0b"', undefined],
    [`filename="${'n'.repeat(1025)}"`, undefined],
    [`filename="${'n'.repeat(9000)}"`, undefined],
    ['filename="a"; filename="b"', undefined],
    ['filename="open', undefined],
    ['filename="a"; name="prefix"', undefined],
    ['filename=a b', undefined],
    ['filename="a";', undefined],
  ];
  for (const [head, key] of names) {
    const before = await usage();
    const answer = await send(file(head));
    if (key === undefined) {
      assert.equal(answer.status, 400, `${head}: ${answer.text}`);
      assert.deepEqual(await usage(), before, head);
      continue;
    }
    assert.equal(answer.status, 201, `${head}: ${answer.text}`);
    assert.equal((JSON.parse(answer.text) as { objectKey: string }).objectKey, key);
    assert.equal(await (await objects.get(key)).text(), 'content', head);
    assert.equal((await objects.remove({ objectkey: key })).status, 200);
  }
  for (const prefix of ['..', '../other', 'a/./b', '/../', '.']) {
    const body = part('name="prefix"', prefix) + file('filename="f"');
    assert.equal((await send(body)).status, 400, prefix);
  }
  assert.deepEqual(await usage(), { usedCapacity: 0, names: [] });
});

test('a form that is damaged in any place is stored as it then says, or leaves nothing', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const random = new SeededRandom(seed);
  const whole = Buffer.from(
    part('name="prefix"', 'p') + part('name="objectkey"', 'k') + file('filename="f.txt"', '\r\n--\r\n--a'),
  );
  const counts: Record<number, number> = {};
  for (let run = 0; run < runs; run += 1) {
    const damaged = damage(whole, random);
    const answer = await send(damaged.body, damaged.type);
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    const said = `${answer.status} ${answer.text} for ${JSON.stringify(damaged.body.toString('latin1'))}`;
    assert.ok([201, 400, 413].includes(answer.status), said);
    const { names } = await usage();
    if (answer.status !== 201) {
      assert.deepEqual(names, [], said);
      continue;
    }
    const { objectKey } = JSON.parse(answer.text) as { objectKey: string };
    const metadata = await objects.metadata({ objectkey: objectKey });
    assert.equal(metadata.status, 200, said);
    assert.equal((await objects.remove({ objectkey: objectKey })).status, 200, said);
    assert.deepEqual(await usage(), { usedCapacity: 0, names: [] }, said);
  }
  t.diagnostic(JSON.stringify(counts));
});

/** One or two changes: a byte, a stretch taken out or doubled, an end too soon, another boundary announced. */
function damage(whole: Buffer, random: SeededRandom): { body: Buffer; type: string } {
  let body = Buffer.from(whole);
  let announced = type;
  for (let changes = random.between(1, 2); changes > 0; changes -= 1) {
    const [from, to] = [random.between(0, body.length - 1), random.between(0, body.length)].sort(
      (a, b) => a - b,
    ) as [number, number];
    switch (random.pick(['byte', 'out', 'double', 'end', 'insert', 'boundary'])) {
      case 'byte':
        body[from] = random.pick([0, 10, 13, 34, 45, 59, 61, 92, 98, 255]);
        break;
      case 'out':
        body = Buffer.concat([body.subarray(0, from), body.subarray(Math.min(to, from + 9))]);
        break;
      case 'double':
        body = Buffer.concat([body.subarray(0, to), body.subarray(from)]);
        break;
      case 'end':
        body = body.subarray(0, Math.max(from, 1));
        break;
      case 'insert':
        body = Buffer.concat([
          body.subarray(0, from),
          Buffer.from(random.pick(['--b', '\r\n', '\r\n--b--', '"', ';'])),
          body.subarray(from),
        ]);
        break;
      default:
        announced = random.pick([
          '; boundary=',
          '; boundary="b',
          '; boundary=b\u00e9',
          '; Boundary=B',
          '',
          ';boundary="b"',
          '; boundary=b; boundary=c',
        ]);
        announced = `multipart/form-data${announced}`;
    }
    if (body.length === 0) body = Buffer.from('-');
  }
  return { body, type: announced };
}

/** Sends `text`, and goes away a moment later. */
function cutOff(text: string): Promise<void> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(text, () => setTimeout(() => socket.destroy(), 30));
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

test('a connection that ends anywhere in a form leaves no object and no file, and one that is slow its object', async () => {
  const large = 'x'.repeat(300_000);
  const whole = part('name="objectkey"', 'half') + file('filename="f"', large);
  const head = (length: number) =>
    `PUT ${objects.path} HTTP/1.1\r\nHost: localhost\r\nx-account-id: ${apiKeyOf(alice)}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  const before = files();
  for (const at of [0, 1, 30, 60, 100, 150, 200, 70_000, 150_000, 299_000, whole.length - 3]) {
    await cutOff(head(whole.length) + whole.slice(0, at));
  }
  // Shorter than it is announced to be.
  const short = await rawExchange(server.url, [head(whole.length - 10) + whole], 300);
  assert.equal(short.statuses[0], 400, short.text.slice(0, 500));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(await usage(), { usedCapacity: 0, names: [] });
  assert.deepEqual(files(), before);
  // In small pieces with pauses between them it is stored all the same.
  const pieces = whole.match(/.{1,60000}/gs) ?? [];
  const patient = await rawExchange(
    server.url,
    [head(whole.length), ...pieces.flatMap((piece) => [piece, 100])],
    2500,
  );
  assert.equal(patient.status, 201, patient.text);
  assert.deepEqual(await usage(), { usedCapacity: large.length, names: [`half ${large.length}`] });
  assert.ok(files().length > before.length, 'the files of objects are not where they are looked for');
});
