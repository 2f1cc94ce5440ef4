// Requests as no client should write them: each is refused in the API's own words or does exactly what it says, and none stays half done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiKeyOf, assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { apiDocument } from '../support/kos-document.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { kosState } from '../support/kos-state.ts';
import { type RawAnswer, rawExchange } from '../support/raw-http.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
const box = 'odd-box';
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  await makeKosBucket(server, box);
  assert.equal((await kosObjects(server, box).put('keep', 'kept')).status, 200);
});
after(() => server.stop());

test('tags are texts by whatever name', async () => {
  const path = `/kos/v1/buckets/${box}`;
  for (const name of ['a\nb', 'a\rb', 'a\u2028b', '\u2029', '', '__proto__', 'constructor', 'length']) {
    for (const value of [5, null, true, ['x'], { length: 1 }]) {
      const body = `{"tags":{${JSON.stringify(name)}:${JSON.stringify(value)}}}`;
      assertKosError(await kos(server, path, { method: 'PUT', body }), 400, 'BadRequest', /must be string/);
      const create = `{"name":"untagged",${body.slice(1)}`;
      assertKosError(
        await kos(server, '/kos/v1/buckets', { method: 'POST', body: create }),
        422,
        'ValidationFailed',
        /must be string/,
      );
    }
  }
  assert.deepEqual(fieldsOf(await kos(server, path)).tags, {});
  const tags = '{"__proto__":"x","constructor":"y","a\\u2028b":"z"}';
  const changed = await kos(server, path, { method: 'PUT', body: `{"tags":${tags}}` });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(JSON.stringify(fieldsOf(await kos(server, path)).tags), JSON.stringify(JSON.parse(tags)));
});

test('texts that are not Unicode, and names with control characters, are refused before anything is made', async () => {
  const statements = (sid: string) => [{ sid, effect: 'Deny', actions: 'kos:*', resources: '*' }];
  const half = ['\ud800', 'a\udfff', '\udc00\ud800'];
  const calls: [path: string, body: (text: string) => object, status?: 400 | 422][] = [
    ['/kos/v1/buckets', (text) => ({ name: 'half', description: text }), 422],
    [`/kos/v1/buckets/${box}/lifecycle-rules`, (text) => ({ name: text, expiration_days: 1 })],
    [`/kos/v1/buckets/${box}/objects/download`, (text) => ({ objectkey: text })],
    [`/kos/v1/buckets/${box}/objects/move`, (text) => ({ sourceKey: 'a', destinationKey: text })],
    ['/kos/v1/access_keys', (text) => ({ key_name: text })],
    ['/internal/kos/v1/policy', (text) => ({ statements: statements(text) })],
    ['/internal/kos/v1/policy', (text) => ({ name: 'half', [text]: text })],
  ];
  for (const [path, body, status = 400] of calls) {
    for (const text of half) {
      const answer = await kos(server, path, { method: 'POST', body: body(text) });
      assert.equal(answer.status, status, `${path} ${answer.text}`);
      assert.match(answer.text, /not Unicode/);
    }
  }
  const rules = `/kos/v1/buckets/${box}/lifecycle-rules`;
  for (const name of ['a\0b', 'a\nb', ' a', 'a ', '\u007f']) {
    const body = { name, expiration_days: 1 };
    assertKosError(await kos(server, rules, { method: 'POST', body }), 400, 'BadRequest', /^name must not/);
  }
  assert.deepEqual((await kos(server, rules)).json, []);
  assertKosError(await kos(server, '/kos/v1/buckets/half'), 404, 'BucketNotFound');
});

const proof = `x-account-id: ${apiKeyOf(alice)}\r\n`;
const json = 'Content-Type: application/json\r\n';
/** No operation does anything with it. */
const idle =
  '{"tags":5,"name":5,"objectkey":5,"policyKRNs":5,"refreshToken":5,"accessKey":5,"otp":5,"statements":5,"key_name":5,"s3_read_only_ips":5}';

/** Every operation as it is called, on things that are there or not. */
async function operations(): Promise<{ method: string; path: string; takesBody: boolean }[]> {
  const { paths } = await apiDocument(server);
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: template.replace(/\{bucket\w+\}/, box).replace(/\{\w+\}/, 'absent'),
      takesBody: requestBody !== undefined,
    })),
  );
}

function assertRefused(answer: RawAnswer, said: string): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${said}: ${answer.text}`);
  const body = answer.text.slice(answer.text.lastIndexOf('\r\n\r\n') + 4);
  // What HTTP itself cannot read is refused before it is anybody's.
  if (answer.text.startsWith('HTTP/1.1 400 Bad Request\r\nConnection: close')) return;
  assert.match(body, /^\{"error":\{"code":"\w+","message":"[^"]/, said);
}

/** Sends each of `shapes` to each operation; no answer comes from a server that failed. */
async function sendShapes(
  shapes: Readonly<Record<string, (call: { method: string; path: string }) => string>>,
  check: (answer: RawAnswer, said: string) => void,
  wanted: (call: { method: string; takesBody: boolean }) => boolean = () => true,
): Promise<void> {
  const before = await kosState(server, box);
  for (const call of (await operations()).filter(wanted)) {
    const answers = Object.entries(shapes).map(async ([name, shape]) => {
      const answer = await rawExchange(server.url, [shape(call)]);
      check(answer, `${name}: ${call.method} ${call.path}`);
    });
    await Promise.all(answers);
  }
  assert.equal(await kosState(server, box), before);
}

const close = 'Host: localhost\r\nConnection: close\r\n';
const chunked = (text: string) =>
  `Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const sized = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`;

test('bodies that are framed in odd ways', async () => {
  const head = ({ method, path }: { method: string; path: string }) =>
    `${method} ${path} HTTP/1.1\r\n${close}${proof}`;
  await sendShapes(
    {
      'in chunks': (call) => head(call) + json + chunked(idle),
      'in chunks, of no type': (call) => head(call) + chunked(idle),
      'two types': (call) => head(call) + json + json + sized(idle),
      'another type': (call) => `${head(call)}Content-Type: text/xml\r\n${sized(idle)}`,
      'a form': (call) => `${head(call)}Content-Type: multipart/form-data; boundary=b\r\n${sized(idle)}`,
      'two lengths': (call) => `${head(call)}${json}Content-Length: 5\r\n${sized(idle)}`,
      'length and chunks': (call) => `${head(call)}${json}Content-Length: 5\r\n${chunked(idle)}`,
      'a negative length': (call) => `${head(call)}${json}Content-Length: -1\r\n\r\n${idle}`,
      'a huge length': (call) => `${head(call)}${json}Content-Length: 99999999999999\r\n\r\n${idle}`,
      'broken chunks': (call) => `${head(call)}${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n${idle}`,
      compressed: (call) => `${head(call)}${json}Content-Encoding: gzip\r\n${sized('\x1f\x8b\x08\x00')}`,
      'nothing of what is announced': (call) =>
        `${head(call)}${json}Expect: 200-ok\r\nContent-Length: 5\r\n\r\n`,
    },
    (answer, said) => {
      // 417 has no body.
      if (answer.status !== 417) assertRefused(answer, said);
    },
    ({ method, takesBody }) => takesBody && method !== 'DELETE',
  );
});

test('methods and proofs that no operation has', async () => {
  await sendShapes(
    {
      TRACE: ({ path }) => `TRACE ${path} HTTP/1.1\r\n${close}${proof}\r\n`,
      PATCH: ({ path }) => `PATCH ${path} HTTP/1.1\r\n${close}${proof}${sized(idle)}`,
      'a method of its own': ({ path }) => `PROPFIND ${path} HTTP/1.1\r\n${close}${proof}\r\n`,
      'no method': ({ path }) => `FROB ${path} HTTP/1.1\r\n${close}${proof}\r\n`,
      OPTIONS: ({ path }) => `OPTIONS ${path} HTTP/1.1\r\n${close}${proof}\r\n`,
    },
    (answer, said) => {
      assertRefused(answer, said);
      assert.ok(!answer.text.includes(alice.iamKey.secret), said);
    },
  );
  await sendShapes(
    {
      'no proof': ({ method, path }) => `${method} ${path} HTTP/1.1\r\n${close}\r\n`,
      'control characters': ({ method, path }) =>
        `${method} ${path} HTTP/1.1\r\n${close}x-account-id: \x01\x02\r\n\r\n`,
      'a folded proof': ({ method, path }) =>
        `${method} ${path} HTTP/1.1\r\n${close}x-account-id: a\r\n b\r\n\r\n`,
      'bytes of no text': ({ method, path }) =>
        `${method} ${path} HTTP/1.1\r\n${close}x-account-id: \xff\xfe\xc3\r\n\r\n`,
      'a long proof': ({ method, path }) =>
        `${method} ${path} HTTP/1.1\r\n${close}x-account-id: ${'a'.repeat(50_000)}\r\n\r\n`,
      'a long key': ({ method, path }) =>
        `${method} ${path} HTTP/1.1\r\n${close}x-account-id: ${'1'.repeat(32)}.${'s'.repeat(513)}\r\n\r\n`,
      'no host': ({ method, path }) => `${method} ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`,
    },
    assertRefused,
    ({ method, takesBody }) => !(method === 'GET' && !takesBody),
  );
});

test('paths that lead elsewhere', async () => {
  const before = await kosState(server, box);
  const paths = [
    `/kos/v1/buckets/${box}/../${box}`,
    `/kos/v1/buckets/${box}%2F..%2F..`,
    `/kos/v1/buckets/${box}%00`,
    `/kos/v1/buckets/${box}%2500`,
    `/kos/v1/buckets/%ff`,
    `/kos/v1/buckets/%`,
    `/kos/v1/buckets/%u0041`,
    `/kos/v1//buckets/${box}`,
    `/kos/v1/buckets/${box}/`,
    `/kos/v1/buckets/`,
    `/kos/v1/buckets/policy`,
    `/kos/v1/buckets/policy/`,
    `/kos/v1/buckets/policy/policy`,
    `/kos/v1/buckets/kos`,
    `/kos/v1/buckets/${'a'.repeat(1025)}`,
    `/kos/v1/buckets/${'%61'.repeat(20_000)}`,
    `/kos/v1/buckets/krn:${':'.repeat(1000)}`,
    `/kos/v1/buckets/krn:kos:a:default:default:bucket:*`,
    `/kos/v1/buckets/krn:kos:a:default:default:policy:${box}`,
    `/kos/v1/buckets/krn:kos:a:default:default:bucket:..`,
    `/kos/v1/buckets/krn:s3:a:default:default:bucket:${box}`,
    `/kos/v1/buckets/${box}/lifecycle-rules/..`,
    `/kos/v1/buckets/${box}/lifecycle-rules/%2e%2e`,
    `/kos/v1/access_keys/..%2f..%2f`,
    `/kos/v1/sessions/status/`,
    `/kos/v1/sessions/status/${'a'.repeat(2000)}`,
    `/internal/kos/v1/policy/attach`,
    '/kos',
    '/internal',
  ];
  for (const path of paths) {
    for (const method of ['DELETE', 'PUT']) {
      const answer = await rawExchange(server.url, [
        `${method} ${path} HTTP/1.1\r\n${close}${proof}${json}${sized('{"tags":5}')}`,
      ]);
      assertRefused(answer, `${method} ${path}`);
    }
  }
  assert.equal(await kosState(server, box), before);
});

test('bodies of ten mebibytes and names as long are refused, and nothing waits for them', async () => {
  const large = 'x'.repeat(10 * 1024 * 1024);
  const before = await kosState(server, box);
  for (const { method, path, takesBody } of await operations()) {
    if (!takesBody) continue;
    const body = `{"name":"${large}","objectkey":"${large}"}`;
    const started = Date.now();
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'x-account-id': apiKeyOf(alice), 'Content-Type': 'application/json' },
      body: method === 'POST' ? new Blob([body]).stream() : body,
      ...(method === 'POST' && { duplex: 'half' as const }),
    });
    assert.equal(answer.status, 413, `${method} ${path}: ${await answer.text()}`);
    assert.ok(Date.now() - started < 4000, `${method} ${path}`);
  }
  assert.equal(await kosState(server, box), before);
});

test('whatever a name is, the addresses that are handed out lead to it and nowhere else', async () => {
  const name = 'names-box';
  await makeKosBucket(server, name);
  const objects = kosObjects(server, name);
  const keys = [
    '/lead',
    'a//b',
    '//',
    '//x',
    ' ',
    ' lead',
    'trail ',
    '%2e%2e/x',
    '%2e',
    '%00',
    'a\\b',
    'a\nb',
    'a\r\nb',
    'a\tb',
    'a?b',
    'a#b',
    'a&b=c',
    'a+b',
    'a;b',
    'a:b',
    "a'b",
    '"',
    '<&>',
    '...',
    '.a',
    'a/.b',
    '~',
    '*',
    '@',
    '한글',
    '😀',
    '\u202e',
    'a\u0001b',
    'kos/v1',
    'x'.repeat(1024),
  ];
  for (const key of keys) {
    const text = `text of ${key}`;
    assert.equal((await objects.put(key, text)).status, 200, key);
    assert.equal(await (await objects.get(key)).text(), text, key);
    const metadata = fieldsOf(await objects.metadata({ objectkey: key }));
    assert.deepEqual([metadata.key, metadata.size_bytes], [key, Buffer.byteLength(text)]);
  }
  for (const key of keys) assert.equal((await objects.remove({ objectkey: key })).status, 200, key);
  assert.deepEqual(await objects.names(), []);
});
