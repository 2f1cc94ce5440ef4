// Uploads by multipart/form-data: stored at once, under the names the form says, or not at all
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, type KosAnswer, makeKosBucket } from '../support/kos.ts';
import { type KosObjects, kosObjects } from '../support/kos-objects.ts';
import { alice, carol, dave, eve, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let objects: KosObjects;
before(async () => {
  server = await startServer();
  await makeKosBucket(server, 'form-box');
  objects = kosObjects(server, 'form-box');
});
after(() => server.stop());

async function answerOf(response: Response): Promise<KosAnswer> {
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json };
}

/** A form as `fetch` writes it, fields in the order given. */
async function send(
  fields: readonly (readonly [string, string | File])[],
  by: TestUser = alice,
): Promise<KosAnswer> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, value.name);
  }
  const headers = { 'x-account-id': apiKeyOf(by) };
  return answerOf(await fetch(`${server.url}${objects.path}`, { method: 'PUT', headers, body: form }));
}

/** A form written by hand. */
async function sendRaw(
  body: string | Buffer,
  contentType = 'multipart/form-data; boundary=b',
): Promise<KosAnswer> {
  const headers = { 'x-account-id': apiKeyOf(alice), 'Content-Type': contentType };
  const bytes = Uint8Array.from(Buffer.from(body));
  return answerOf(await fetch(`${server.url}${objects.path}`, { method: 'PUT', headers, body: bytes }));
}

const file = (name: string, content: string | Uint8Array<ArrayBuffer> = 'content', type = 'text/plain') =>
  new File([content], name, { type });
const textOf = async (key: string) => (await objects.get(key)).text();
const stored = { message: 'File uploaded successfully' };
const part = (head: string, body = '') => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;

test('a file goes under the folder and the name that the form says', async () => {
  const cases: [fields: [string, string][], name: string, key: string][] = [
    [[], 'plain.txt', 'plain.txt'],
    [[['prefix', 'a/b']], 'c.txt', 'a/b/c.txt'],
    [[['prefix', '/a/b/']], 'd.txt', 'a/b/d.txt'],
    [[['prefix', '']], 'e.txt', 'e.txt'],
    [
      [
        ['prefix', 'a'],
        ['objectkey', 'x/y'],
      ],
      'f.txt',
      'a/x/y',
    ],
    [[['objectKey', 'named']], 'g.txt', 'named'],
    [
      [
        ['colour', 'ignored'],
        ['prefix', '한글'],
      ],
      '고양이 "톰".txt',
      '한글/고양이 "톰".txt',
    ],
  ];
  for (const [fields, name, key] of cases) {
    const answer = await send([...fields, ['file', file(name, key)]]);
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(answer.json, { objectKey: key, ...stored });
    assert.equal(await textOf(key), key);
  }
  const metadata = await objects.metadata({ objectkey: 'plain.txt' });
  assert.deepEqual((metadata.json as { contentType: string }).contentType, 'text/plain');
});

test('large, empty and treacherous bytes come through as they are', async () => {
  const large = Buffer.alloc(20 * 1024 * 1024);
  for (let at = 0; at < large.length; at += 4) large.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  assert.equal((await send([['file', file('large', Uint8Array.from(large))]])).status, 201);
  assert.ok(large.equals(Buffer.from(await (await objects.get('large')).arrayBuffer())));
  assert.equal((await send([['file', file('empty', '')]])).status, 201);
  assert.equal(await textOf('empty'), '');
  const near = '\r\n--\r\n--a\r\n\r\n--';
  const raw = await sendRaw(`${part('name="file"; filename="near"', near)}--b--`);
  assert.equal(raw.status, 201, raw.text);
  assert.equal(await textOf('near'), near);
});

test('forms that are damaged or say nothing usable leave nothing', async () => {
  await makeKosBucket(server, 'empty-box');
  const before = await objects.names();
  const whole = `${part('name="file"; filename="f"', 'content')}--b--`;
  const bodies: [body: string, message: RegExp][] = [
    ['', /ends before its last boundary/],
    ['--b--', /no part named file/],
    [`${part('name="prefix"', 'a')}--b--`, /no part named file/],
    [whole.slice(0, -5), /ends before its last boundary/],
    [whole.slice(0, -30), /ends before/],
    [`${whole}trailing`, /goes on behind/],
    [`before${whole}`, /does not begin/],
    [`${part('name="file"; filename="f"', 'content')}${part('name="prefix"', 'a')}--b--`, /must be the last/],
    [`${part('name="file"; filename="f"')}${part('name="file"; filename="g"')}--b--`, /must be the last/],
    [`${part('name="prefix"', 'a')}${part('name="prefix"', 'b')}${whole}`, /two fields prefix/],
    [`${part('name="file"')}--b--`, /filename of the part file is missing/],
    [`${part('name="file"; filename=""')}--b--`, /filename of the part file is missing/],
    [`${part('name="file"; filename="folder/"')}--b--`, /filename of the part file is missing/],
    [`${part('name="prefix"', '\xff')}${whole}`, /not UTF-8/],
    [`${part('filename="f"')}--b--`, /Content-Disposition/],
    [`--b\r\n\r\ncontent\r\n--b--`, /Content-Disposition/],
    [`${part('name="objectkey"', 'a')}${part('name="objectKey"', 'b')}${whole}`, /different/],
    [
      `${Array.from({ length: 17 }, (_, at) => part(`name="f${at}"`, 'x')).join('')}${whole}`,
      /too many fields/,
    ],
    [whole.replace('filename="f"', 'filename="f"\r\nContent-Type: té'), /not UTF-8|is not one/],
  ];
  for (const [body, message] of bodies) {
    assertKosError(await sendRaw(Buffer.from(body, 'latin1')), 400, 'BadRequest', message);
  }
  for (const prefix of ['..', 'a/../..', './a']) {
    assertKosError(
      await send([
        ['prefix', prefix],
        ['file', file('f')],
      ]),
      400,
      'InvalidObjectKey',
    );
  }
  assertKosError(await send([['file', file('..')]]), 400, 'InvalidObjectKey');
  assertKosError(
    await send([
      ['prefix', 'x'.repeat(5000)],
      ['file', file('f')],
    ]),
    413,
    'PayloadTooLarge',
  );
  assertKosError(
    await send([
      ['prefix', 'x'.repeat(1100)],
      ['file', file('f')],
    ]),
    400,
    'InvalidObjectKey',
  );
  assertKosError(await sendRaw(whole, 'multipart/form-data'), 400, 'BadRequest', /boundary/);
  assertKosError(
    await sendRaw(whole, 'multipart/form-data; boundary=other'),
    400,
    'BadRequest',
    /does not begin/,
  );
  assertKosError(await sendRaw(whole, 'multipart/mixed; boundary=b'), 400, 'BadRequest', /application\/json/);
  assert.deepEqual(await objects.names(), before);
});

test('a form of a client that goes away in the middle leaves nothing', async () => {
  const { hostname, port } = new URL(server.url);
  const headers = {
    'x-account-id': apiKeyOf(alice),
    'Content-Type': 'multipart/form-data; boundary=b',
    'Content-Length': '10000000',
  };
  await new Promise<void>((resolve) => {
    const request = http.request({ hostname, port, method: 'PUT', path: objects.path, headers });
    request.on('error', () => resolve());
    request.write(part('name="file"; filename="half"', 'x'.repeat(1_000_000)));
    setTimeout(() => request.destroy(), 200);
  });
  assertKosError(await objects.metadata({ objectkey: 'half' }), 404, 'ObjectNotFound');
});

test('the rights are those of the object that the form makes', async () => {
  const fields = [['file', file('denied')]] as const;
  assertKosError(await send(fields, carol), 403, 'Forbidden');
  assertKosError(await send(fields, dave), 403, 'Forbidden');
  assertKosError(await send(fields, eve), 404, 'BucketNotFound');
  assert.ok(!(await objects.names()).includes('denied'));
  const token = await issueToken(server, alice);
  const events = await awaitEvents(server, token, '?resourceName=form-box/denied', 3);
  assert.deepEqual(events.map(({ eventName, response }) => `${eventName} ${response.status}`).sort(), [
    'UploadObject 403',
    'UploadObject 403',
    'UploadObject 404',
  ]);
});
