// CreateBucket: PUT /v1_ext/bucket
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError, assertRecentTime, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

const create = (body: unknown, by: string | undefined = token, headers: Record<string, string> = {}) =>
  ext(server, by, '/bucket', { method: 'PUT', body, headers });

test('answers the documented request field for field', async () => {
  const made = await create({ name: 'my-bucket-new', type: 'STANDARD', use_encryption: false });
  assert.equal(made.status, 200, made.text);
  assert.match(made.headers.get('content-type') ?? '', /^application\/json/);
  const { createdAt, lastModified, ...rest } = made.json as Record<string, unknown>;
  assertRecentTime(createdAt);
  assert.equal(lastModified, createdAt);
  assert.deepEqual(rest, {
    account: demo.id,
    project: demo.id,
    name: 'my-bucket-new',
    type: 'STANDARD',
    bytes: 0,
    objectCount: 0,
    acl: { permissions: null, public: 'deny', public_read_allow_ip_list: null },
    use_encryption: false,
    encryption_type: '',
    storageClass: 'STANDARD',
    storagePolicy: 'default-placement',
  });
});

test('needs a name only, ignores fields it does not know', async () => {
  const made = await create({ name: 'only-name', colour: 'blue', acl: { public: 'read-only' } });
  assert.equal(made.status, 200, made.text);
  assert.equal((made.json as { acl: { public: string } }).acl.public, 'deny');
});

test('takes the type in any spelling', async () => {
  for (const [i, type] of ['Standard', 'standard', 'STANDARD'].entries()) {
    const made = await create({ name: `spelling-${i}`, type });
    assert.equal(made.status, 200, made.text);
    assert.equal((made.json as { type: string }).type, 'STANDARD');
  }
});

test('takes a Content-Type with parameters', async () => {
  const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' };
  assert.equal((await create({ name: 'with-charset' }, token, headers)).status, 200);
});

test('a project member may create, a reader and a user without rights may not', async () => {
  assert.equal((await create({ name: 'by-bob' }, await issueToken(server, bob))).status, 200);
  for (const user of [carol, dave]) {
    assertError(await create({ name: 'by-others' }, await issueToken(server, user)), 403, 'Forbidden');
  }
  assertError(await ext(server, token, '/bucket/by-others'), 404, 'NotFound');
});

test('400 for a body that is not the documented JSON', async (t) => {
  const cases: [string, unknown][] = [
    ['no body', ''],
    ['not JSON', '{"name": "bad-body"'],
    ['not UTF-8', Buffer.from('{"name":"bad-body","note":"\xff"}', 'latin1')],
    ['an array', [{ name: 'bad-body' }]],
    ['a string', '"bad-body"'],
    ['null', 'null'],
    ['a number', '7'],
    ['no name', {}],
    ['a name that is a number', { name: 1234 }],
    ['a name that is null', { name: null }],
    ['a type that is a number', { name: 'bad-body', type: 1 }],
    ['use_encryption that is text', { name: 'bad-body', use_encryption: 'true' }],
    ['encryption_configuration that is text', { name: 'bad-body', encryption_configuration: 'managed' }],
    ['encryption_configuration without type', { name: 'bad-body', encryption_configuration: {} }],
  ];
  for (const [what, body] of cases) {
    await t.test(what, async () => assertError(await create(body), 400, 'BadRequest'));
  }
  assertError(await ext(server, token, '/bucket/bad-body'), 404, 'NotFound');
});

test('400 names the field that is wrong', async () => {
  assertError(await create({}), 400, 'BadRequest', /name/);
  const nested = { name: 'bad-body', encryption_configuration: { type: 1 } };
  assertError(await create(nested), 400, 'BadRequest', /encryption_configuration\.type/);
});

test('400 without Content-Type: application/json', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
    assertError(
      await create({ name: 'bad-type' }, token, { 'Content-Type': type }),
      400,
      'BadRequest',
      /Content-Type/,
    );
  }
});

test('400 for types of other regions', async () => {
  for (const type of ['hot', 'cold', 'glacier', '']) {
    assertError(await create({ name: 'bad-type', type }), 400, 'BadRequest', /type/);
  }
});

test('400 for encryption by a key service, or by anything unknown', async () => {
  for (const type of ['KMS', 'true', 'none', '']) {
    const body = { name: 'bad-encryption', use_encryption: true, encryption_configuration: { type } };
    assertError(await create(body), 400, 'BadRequest', /encryption_configuration\.type/);
  }
});

test('managed encryption is told by creation, detail and list, whichever way it was asked for', async () => {
  const wishes = [
    { use_encryption: true },
    { encryption_configuration: { type: 'managed' } },
    { use_encryption: false, encryption_configuration: { type: 'managed' } },
  ];
  for (const [index, wish] of wishes.entries()) {
    const name = `encrypted-${index}`;
    const made = await create({ name, ...wish });
    assert.equal(made.status, 200, made.text);
    const { json } = await ext(server, token, '/bucket?prefix=encrypted-&limit=100');
    const item = (json as { items: { name: string }[] }).items.find((bucket) => bucket.name === name);
    for (const told of [made.json, (await ext(server, token, `/bucket/${name}`)).json, item]) {
      const { use_encryption, encryption_type } = told as Record<string, unknown>;
      assert.deepEqual([use_encryption, encryption_type], [true, 'managed']);
    }
  }
});

test('400 for names that break a rule', async (t) => {
  const names = [
    '',
    'ab',
    'a'.repeat(64),
    'Upper-case',
    '-begins-with-hyphen',
    'ends-with-dot.',
    'two..dots',
    '192.168.0.1',
    'with space',
    'with/slash',
    '한글이름',
    'v1_ext',
    'identity',
    'info',
  ];
  for (const name of names) {
    await t.test(JSON.stringify(name.slice(0, 30)), async () =>
      assertError(await create({ name }), 400, 'BadRequest', /bucket name/),
    );
  }
});

test('takes names at the limits', async () => {
  for (const name of ['abc', 'a'.repeat(63), 'dots.and-hyphens.09']) {
    assert.equal((await create({ name })).status, 200, name);
  }
});

test('401 without a token, with a wrong one, with an empty one', async () => {
  for (const wrong of [undefined, 'gAAAAABwrong', '']) {
    const refused = await ext(server, wrong, '/bucket', { method: 'PUT', body: { name: 'no-token' } });
    assertError(refused, 401, 'Unauthorized');
    assert.match(refused.headers.get('www-authenticate') ?? '', /\/identity/);
  }
});

test('a wrong token never appears in the answer or the log', async () => {
  const secret = 'gAAAAABnotatokenbutsecret';
  const refused = await create({ name: 'no-token' }, secret);
  assert.ok(!refused.text.includes(secret));
  assert.ok(!server.stderr().includes(secret));
});

test('409 when the name is taken: by the caller, a colleague, another project', async () => {
  await makeBucket(server, token, 'taken-name');
  for (const user of [alice, bob, eve]) {
    assertError(await create({ name: 'taken-name' }, await issueToken(server, user)), 409, 'Conflict');
  }
});

test('of many simultaneous creations of one name exactly one succeeds', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create({ name: 'raced-name' })));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
});

test('413 for a body far beyond any document of this API', async () => {
  const padding = 'x'.repeat(100_000);
  assertError(await create({ name: 'too-large', padding }), 413, 'PayloadTooLarge');
});
