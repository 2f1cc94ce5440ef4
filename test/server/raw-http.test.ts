/** What HTTP itself allows and forbids, whatever the protocol above: framing, smuggling shapes, limits, 100-continue. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
const account = `/v1/${demo.id}`;

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  const made = await fetch(`${server.url}${account}/raw`, {
    method: 'PUT',
    headers: { 'X-Auth-Token': token },
  });
  assert.equal(made.status, 201);
});
after(() => server.stop());

const head = (line: string, ...headers: string[]) =>
  `${line} HTTP/1.1\r\nHost: localhost\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;

async function exists(name: string): Promise<boolean> {
  const answer = await fetch(`${server.url}${account}/raw/${name}`, {
    method: 'HEAD',
    headers: { 'X-Auth-Token': token },
  });
  return answer.status === 200;
}

const smuggling: readonly [what: string, headers: string[], body: string][] = [
  ['two different lengths', ['Content-Length: 5', 'Content-Length: 6'], 'hello!'],
  ['length and chunks together', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['an unknown transfer coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ['chunked not last', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
  ['a length with a sign', ['Content-Length: +5'], 'hello'],
  ['a length that is no number', ['Content-Length: abc'], 'hello'],
  ['a blank before the colon', ['Content-Length : 5'], 'hello'],
  ['a folded header', ['X-Object-Meta-A: one\r\n two'], ''],
  ['a chunk size that is no number', ['Transfer-Encoding: chunked'], 'zz\r\nhello\r\n0\r\n\r\n'],
];
for (const [what, headers, body] of smuggling) {
  test(`refuses ${what} and closes the connection`, async () => {
    const name = `smuggled-${what.replaceAll(' ', '-')}`;
    const answer = await rawExchange(server.url, [
      head(`PUT ${account}/raw/${name}`, `X-Auth-Token: ${token}`, ...headers) + body,
    ]);
    assert.ok(answer.status === 400 || answer.status === 0, `answered ${answer.text}`);
    assert.equal(answer.closed, true);
    assert.equal(await exists(name), false);
  });
}

test('a transfer coding under the chunks is refused, and what it wraps is not taken for the object', async () => {
  for (const coding of ['gzip, chunked', 'identity, chunked', 'x, CHUNKED']) {
    const target = `PUT ${account}/raw/coded`;
    const headers = [`X-Auth-Token: ${token}`, `Transfer-Encoding: ${coding}`, 'Connection: close'];
    const answer = await rawExchange(server.url, [`${head(target, ...headers)}2\r\n\x1f\x8b\r\n0\r\n\r\n`]);
    assert.equal(answer.status, 501, coding);
    assert.equal(await exists('coded'), false, coding);
  }
});

test('a NUL or a line feed in a header value is refused', async () => {
  for (const bad of ['a\0b', 'a\nb']) {
    const answer = await rawExchange(server.url, [head(`GET ${account}`, `X-Auth-Token: ${bad}`)]);
    assert.equal(answer.status, 400);
    assert.equal(answer.closed, true);
  }
});

test('a request without Host is refused', async () => {
  const answer = await rawExchange(server.url, ['GET / HTTP/1.1\r\n\r\n']);
  assert.equal(answer.status, 400);
});

test('a header given twice that may stand once is refused', async () => {
  for (const name of ['Host', 'X-Auth-Token', 'Content-Type', 'Range']) {
    const answer = await rawExchange(server.url, [
      head(`GET ${account}/raw`, `X-Auth-Token: ${token}`, 'Connection: close', `${name}: x`, `${name}: y`),
    ]);
    assert.equal(answer.status, 400, `${name}: ${answer.text}`);
  }
});

test('headers beyond the limit get 431', async () => {
  const answer = await rawExchange(server.url, [head('GET /', `X-Long: ${'x'.repeat(70_000)}`)]);
  assert.equal(answer.status, 431);
});

test('an unknown expectation gets 417', async () => {
  const answer = await rawExchange(server.url, [head('PUT /x/y', 'Expect: miracles', 'Content-Length: 0')]);
  assert.equal(answer.status, 417);
});

test('100 Continue comes only to those who may write', async () => {
  const put = (name: string, value: string) => [
    head(`PUT ${account}/raw/${name}`, `X-Auth-Token: ${value}`, 'Expect: 100-continue', 'Content-Length: 5'),
    200,
    'hello',
  ];
  const allowed = await rawExchange(server.url, put('continued', token));
  assert.deepEqual(allowed.statuses, [100, 201]);
  const refused = await rawExchange(server.url, put('refused', 'nonsense'));
  assert.deepEqual(refused.statuses, [401]);
  assert.equal(await exists('refused'), false);
});

test('an early refusal of a large body can be read by a client that is still sending', async () => {
  const size = 8 * 1024 * 1024;
  const answer = await rawExchange(server.url, [
    head(`PUT ${account}/raw/large`, 'X-Auth-Token: nonsense', `Content-Length: ${size}`),
    Buffer.alloc(size),
  ]);
  assert.equal(answer.status, 401);
});

test('a body that ends early leaves nothing behind', async () => {
  await rawExchange(server.url, [
    head(`PUT ${account}/raw/truncated`, `X-Auth-Token: ${token}`, 'Content-Length: 500000'),
    Buffer.alloc(400_000),
  ]);
  assert.equal(await exists('truncated'), false);
});

test('two requests in one packet get two answers in order', async () => {
  const answer = await rawExchange(server.url, [head('GET /-/live') + head('GET /-/missing')]);
  assert.deepEqual(answer.statuses, [200, 404]);
});

test('the absolute form of a target is served', async () => {
  const answer = await rawExchange(server.url, [head('GET http://localhost/-/live')]);
  assert.equal(answer.status, 200);
});

test('methods nobody serves are refused, not crashed on', async () => {
  for (const method of ['TRACE', 'PATCH', 'PROPFIND', 'LINK']) {
    const answer = await rawExchange(server.url, [head(`${method} /raw/x`, 'Connection: close')]);
    assert.ok(answer.status >= 400 && answer.status < 500, `${method}: ${answer.text}`);
  }
});

test('the server still serves', async () => {
  assert.equal((await fetch(`${server.url}/-/ready`)).status, 200);
});
