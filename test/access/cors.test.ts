// CORS: the rules of a bucket set at one door act at all (reference, section 5.6)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError as assertExtError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertError, assertFails, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, carol, demo, eve, other } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';

const console = 'https://console.example.com';
const app = 'https://app.example.com';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2', ONGGI_CONSOLE_ORIGINS: console } });
  token = await issueToken(server, alice);
});
after(() => server.stop());

const rule = {
  allowed_origins: [app, 'https://*.example.org'],
  allowed_headers: ['X-Auth-Token', 'x-amz-*'],
  allowed_methods: ['PUT', 'GET'],
  expose_headers: ['ETag', 'X-Trans-Id'],
  max_age_seconds: 600,
};

const setRules = async (bucket: string, cors: unknown[], method = 'PUT') => {
  const answer = await ext(server, token, `/bucket/${bucket}/cors`, { method, body: { cors } });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const rulesOf = async (bucket: string) => (await ext(server, token, `/bucket/${bucket}/cors`)).json;
const withRules = async (bucket: string, cors: unknown[] = [rule]) => {
  await makeBucket(server, token, bucket);
  await setRules(bucket, cors);
};

/** The paths on which the rules of `bucket` act. */
const pathsOf = (bucket: string) => [
  `/v1/${demo.id}/${bucket}`,
  `/v1/${demo.id}/${bucket}/a/b`,
  `/v1/AUTH_${demo.id}/${bucket}/a/b`,
  `/${bucket}`,
  `/${bucket}/a/b`,
];

const preflight = (path: string, origin: string, method = 'GET', asked?: string) =>
  swiftRequest(server, 'OPTIONS', path, {
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      ...(asked !== undefined && { 'Access-Control-Request-Headers': asked }),
    },
  });
type Answer = Awaited<ReturnType<typeof preflight>>;

const corsHeaders = (answer: Answer) =>
  Object.fromEntries(Object.entries(answer.headers).filter(([name]) => name.startsWith('access-control-')));
const assertRefused = (answer: Answer, status = 403) => {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(corsHeaders(answer), {});
};

test('answers a preflight without a token, as documented, on every path the rules act on', async () => {
  await withRules('preflights');
  for (const path of pathsOf('preflights')) {
    const answer = await preflight(path, app, 'PUT', 'x-auth-token, X-Amz-Date');
    assert.equal(answer.status, 200, path);
    assert.deepEqual(corsHeaders(answer), {
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'X-Auth-Token, x-amz-*',
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-origin': app,
      'access-control-expose-headers': 'ETag, X-Trans-Id',
      'access-control-max-age': '600',
    });
    assert.equal(answer.headers['content-length'], '0');
    assert.equal(answer.headers.vary, 'Origin');
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
    assert.equal((await preflight(path, 'https://a.example.org', 'HEAD')).status, 200, 'HEAD counts as GET');
  }
});

test('what no rule fits is refused without a CORS header', async () => {
  await withRules('refusals');
  for (const path of pathsOf('refusals')) {
    const status = path.includes('AUTH_') ? 401 : 403;
    assertRefused(await preflight(path, 'https://evil.example.com'), status);
    assertRefused(await preflight(path, 'http://app.example.com'), status);
    assertRefused(await preflight(path, `${app}:443`), status);
    assertRefused(await preflight(path, 'https://example.org'), status);
    assertRefused(await preflight(path, app, 'DELETE'), status);
    assertRefused(await preflight(path, app, 'GET', 'x-auth-token, x-other'), status);
  }
  assertRefused(await preflight('/absent-bucket', app));
  assertRefused(await preflight('/No_Bucket!', app));
  assertRefused(await preflight('/', app));
  assertRefused(await preflight(`/v1/${other.id}/refusals`, app));
  assertRefused(await preflight(`/v1/${demo.id}`, app));
  const s3 = await rawS3(server, {
    method: 'OPTIONS',
    target: '/refusals/k',
    headers: { Origin: 'https://evil.example.com', 'Access-Control-Request-Method': 'GET' },
  });
  assertError(s3, 403, 'AccessForbidden');
});

test('a preflight without its headers is a bad request, or no preflight', async () => {
  await withRules('incomplete');
  assertError(await rawS3(server, { method: 'OPTIONS', target: '/incomplete/k' }), 400, 'BadRequest');
  const headers = { Origin: app };
  assertError(await rawS3(server, { method: 'OPTIONS', target: '/incomplete', headers }), 400, 'BadRequest');
  assertExtError(await ext(server, undefined, '/bucket', { method: 'OPTIONS', headers }), 400, 'BadRequest');
  for (const [account, status] of [
    [demo.id, 403],
    [`AUTH_${demo.id}`, 401],
  ] as const) {
    assertRefused(await swiftRequest(server, 'OPTIONS', `/v1/${account}/incomplete/k`, { headers }), status);
  }
  const swift = await swiftRequest(server, 'OPTIONS', `/v1/${demo.id}/incomplete`);
  assert.deepEqual([swift.status, swift.headers.allow?.includes('GET')], [200, true]);
});

test('an answer to a page says who may see it; every other answer is as ever', async () => {
  await withRules('actual');
  const get = (path: string, headers: Record<string, string>) =>
    swiftRequest(server, 'GET', path, { headers: { 'X-Auth-Token': token, ...headers } });
  const shared = {
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'PUT, GET',
    'access-control-allow-origin': app,
    'access-control-expose-headers': 'ETag, X-Trans-Id',
  };
  const listed = await get(`/v1/${demo.id}/actual`, { Origin: app });
  assert.deepEqual([listed.status, corsHeaders(listed)], [204, shared]);
  assert.equal(listed.headers.vary, 'Accept, Origin');
  // Refusals too: a page must be able to see why.
  for (const path of pathsOf('actual')) {
    const answer = await swiftRequest(server, 'GET', path, { headers: { Origin: app } });
    assert.ok(answer.status === 401 || answer.status === 403, path);
    assert.deepEqual(corsHeaders(answer), shared, path);
    assert.match(answer.headers.vary ?? '', /Origin$/);
    const foreign = await swiftRequest(server, 'GET', path, {
      headers: { Origin: 'https://evil.example.com' },
    });
    assert.deepEqual([foreign.status, corsHeaders(foreign)], [answer.status, {}]);
    const removal = await swiftRequest(server, 'DELETE', path, { headers: { Origin: app } });
    assert.deepEqual(corsHeaders(removal), {});
    assert.deepEqual(corsHeaders(await swiftRequest(server, 'GET', path)), {});
  }
});

test('the console may use every path; where buckets have no rules, it alone may', async () => {
  await makeBucket(server, token, 'ruleless');
  const paths = [
    ...['/v1_ext/bucket', '/v1_ext/bucket/ruleless'],
    ...['/v1_ext/bucket/ruleless/policy', '/v1_ext/bucket/ruleless/policy/id'],
    ...pathsOf('ruleless'),
  ];
  for (const path of paths) {
    const allowed = await preflight(path, console, 'DELETE', 'x-auth-token, content-type');
    assert.equal(allowed.status, 200, path);
    assert.equal(allowed.headers['access-control-allow-headers'], '*');
    assert.equal(allowed.headers['access-control-allow-origin'], console);
    assert.equal(allowed.headers['access-control-max-age'], undefined);
    assertRefused(await preflight(path, app), path.includes('AUTH_') ? 401 : 403);
  }
  const headers = { Origin: console };
  const detail = await ext(server, token, '/bucket/ruleless', { headers });
  assert.equal(detail.headers.get('access-control-allow-origin'), console);
  const other = await ext(server, token, '/bucket/ruleless', { headers: { Origin: app } });
  assert.deepEqual([other.status, other.headers.get('access-control-allow-origin')], [200, null]);
});

test('the Extension and S3 read and write one document', async () => {
  const Bucket = 'one-document';
  await makeBucket(server, token, Bucket);
  const s3 = s3Client(server, alice);
  assert.deepEqual(await rulesOf(Bucket), { cors: [] });
  await assertFails(s3.getBucketCors({ Bucket }), 404, 'NoSuchCORSConfiguration');

  const stored = await setRules(Bucket, [rule], 'POST');
  assert.deepEqual(stored, { cors: [rule] });
  assert.deepEqual(Object.keys((stored as { cors: object[] }).cors[0] ?? {}), [
    'allowed_origins',
    'allowed_headers',
    'allowed_methods',
    'expose_headers',
    'max_age_seconds',
  ]);
  assert.deepEqual(await rulesOf(Bucket), { cors: [rule] });
  assert.deepEqual((await s3.getBucketCors({ Bucket })).CORSRules, [
    {
      AllowedHeaders: rule.allowed_headers,
      AllowedMethods: rule.allowed_methods,
      AllowedOrigins: rule.allowed_origins,
      ExposeHeaders: rule.expose_headers,
      MaxAgeSeconds: 600,
    },
  ]);

  const CORSRules = [{ ID: 'mine', AllowedMethods: ['HEAD'], AllowedOrigins: ['*'] }];
  await s3.putBucketCors({ Bucket, CORSConfiguration: { CORSRules } });
  assert.deepEqual((await s3.getBucketCors({ Bucket })).CORSRules, CORSRules);
  assert.deepEqual(await rulesOf(Bucket), {
    cors: [{ allowed_origins: ['*'], allowed_headers: [], allowed_methods: ['HEAD'], expose_headers: [] }],
  });
  for (let turn = 0; turn < 4; turn += 1) {
    assert.equal((await preflight(`/${Bucket}/k`, 'https://any.example', 'HEAD')).status, 200);
  }
  await s3.deleteBucketCors({ Bucket });
  for (let turn = 0; turn < 4; turn += 1) {
    assertRefused(await preflight(`/${Bucket}/k`, 'https://any.example', 'HEAD'));
  }
  assert.deepEqual(await rulesOf(Bucket), { cors: [] });
  await s3.deleteBucketCors({ Bucket });

  for (const call of [
    { method: 'PUT', body: { cors: [] } },
    { method: 'PUT', body: '' },
    { method: 'PUT' },
    { method: 'POST' },
  ]) {
    await setRules(Bucket, [rule]);
    const emptied = await ext(server, token, `/bucket/${Bucket}/cors`, call);
    assert.deepEqual([emptied.status, emptied.json], [200, { cors: [] }], JSON.stringify(call));
    assert.deepEqual(await rulesOf(Bucket), { cors: [] });
  }
});

test('the limits of every field', async () => {
  await withRules('limits');
  const put = (cors: unknown) => ext(server, token, '/bucket/limits/cors', { method: 'PUT', body: { cors } });
  const long = `https://${'a'.repeat(200)}`;
  const wrong: [unknown, RegExp][] = [
    [Array(11).fill(rule), /10/],
    [undefined, /cors/],
    [null, /cors/],
    [{}, /cors/],
    [[{ ...rule, allowed_origins: undefined }], /allowed_origins/],
    [[{ ...rule, allowed_methods: undefined }], /allowed_methods/],
    [[{ ...rule, allowed_headers: undefined }], /allowed_headers/],
    [[{ ...rule, expose_headers: undefined }], /expose_headers/],
    [[{ ...rule, allowed_origins: [] }], /allowed_origins/],
    [[{ ...rule, allowed_methods: [] }], /allowed_methods/],
    [[{ ...rule, allowed_origins: ['https://*.a.*'] }], /one \*/],
    [[{ ...rule, allowed_origins: ['app.example.com'] }], /scheme/],
    [[{ ...rule, allowed_origins: ['https://a.example.com/path'] }], /allowed_origins/],
    [[{ ...rule, allowed_origins: ['https://a.example.com:port'] }], /scheme/],
    [[{ ...rule, allowed_origins: ['https://a.example.com:100000'] }], /scheme/],
    [[{ ...rule, allowed_origins: [long.slice(0, 201)] }], /200/],
    [[{ ...rule, allowed_methods: ['PATCH'] }], /allowed_methods/],
    [[{ ...rule, allowed_methods: ['HEAD'] }], /allowed_methods/],
    [[{ ...rule, allowed_methods: ['get'] }], /allowed_methods/],
    [[{ ...rule, allowed_headers: ['a b'] }], /allowed_headers/],
    [[{ ...rule, allowed_headers: ['a*b*'] }], /allowed_headers/],
    [[{ ...rule, expose_headers: ['a\r\nb'] }], /expose_headers/],
    [[{ ...rule, max_age_seconds: -1 }], /max_age_seconds/],
    [[{ ...rule, max_age_seconds: 1.5 }], /max_age_seconds/],
    [[{ ...rule, max_age_seconds: '600' }], /max_age_seconds/],
  ];
  for (const [cors, message] of wrong) assertExtError(await put(cors), 400, 'BadRequest', message);
  assertExtError(
    await ext(server, token, '/bucket/limits/cors', {
      method: 'PUT',
      body: JSON.stringify({ cors: [] }),
      headers: { 'Content-Type': 'application/xml' },
    }),
    400,
    'BadRequest',
  );
  assert.deepEqual(await rulesOf('limits'), { cors: [rule] });
  const most = Array(10).fill({ ...rule, allowed_origins: [long.slice(0, 200), '*'], unknown: 1 });
  assert.equal((await put(most)).status, 200);

  const s3 = s3Client(server, alice);
  const configure = (fields: object) =>
    s3.putBucketCors({
      Bucket: 'limits',
      CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ...fields }] },
    });
  await assertFails(configure({ AllowedOrigins: ['*.a.*'] }), 400, 'InvalidRequest');
  await assertFails(configure({ AllowedMethods: ['PATCH'] }), 400, 'InvalidRequest');
  await assertFails(configure({ AllowedOrigins: [] }), 400, 'MalformedXML');
});

test('rights: reading is getIamPolicy, writing setIamPolicy', async () => {
  await withRules('rights');
  const path = '/bucket/rights/cors';
  const put = { method: 'PUT', body: { cors: [rule] } };
  const [bobs, carols, eves] = await Promise.all([bob, carol, eve].map((user) => issueToken(server, user)));
  assert.equal((await ext(server, bobs, path)).status, 200);
  assertExtError(await ext(server, bobs, path, put), 403, 'Forbidden');
  assertExtError(await ext(server, carols, path), 403, 'Forbidden');
  assertExtError(await ext(server, eves, path), 403, 'Forbidden');
  assertExtError(await ext(server, undefined, path), 401, 'Unauthorized');
  assertExtError(await ext(server, token, '/bucket/absent-bucket/cors'), 404, 'NotFound');
  assertExtError(await ext(server, token, '/bucket/absent-bucket/cors', put), 404, 'NotFound');
  assertExtError(await ext(server, token, '/bucket/Bad_Name/cors'), 400, 'BadRequest');
  const Bucket = 'rights';
  await s3Client(server, bob).getBucketCors({ Bucket });
  await assertFails(s3Client(server, bob).deleteBucketCors({ Bucket }), 403, 'AccessDenied');
  await assertFails(s3Client(server, carol).getBucketCors({ Bucket }), 403, 'AccessDenied');
});
