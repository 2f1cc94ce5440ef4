// What callers try with things of other accounts and with rights they do not have: everything stays as it was, and nobody learns what is there.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, type KosCall, kos, makeKosBucket } from '../support/kos.ts';
import { formOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { rawExchange } from '../support/raw-http.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, other, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents, trailEvents } from '../support/trail.ts';

let server: TestServer;
let krn: string;
const box = 'box-of-demo';
const policies = '/internal/kos/v1/policy';
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  krn = await makeKosBucket(server, box);
  assert.equal((await kosObjects(server, box).put('private', 'top secret')).status, 200);
});
after(() => server.stop());

const post = (path: string, body: unknown, call: KosCall = {}) =>
  kos(server, path, { method: 'POST', body, ...call });

/** A policy of the user's account. */
async function policyOf(user: TestUser, ...statements: object[]): Promise<string> {
  const made = await post(policies, { statements }, { by: user });
  assert.equal(made.status, 201, made.text);
  return String(fieldsOf(made).policyKRN);
}

/** Carries out `act` while a policy denies `user`, or everybody in the account, something. */
async function whileDenied(
  user: TestUser | undefined,
  actions: string,
  act: () => Promise<void>,
): Promise<void> {
  const policyKRNs = [await policyOf(alice, { effect: 'Deny', actions, resources: '*' })];
  assert.equal((await post(`${policies}/attach`, { policyKRNs, kcid: user?.id ?? null })).status, 200);
  try {
    await act();
  } finally {
    assert.equal((await post(`${policies}/detach`, { policyKRNs, kcid: user?.id ?? null })).status, 200);
  }
}

/** Carries out `act` while `user` is disabled. */
async function whileDisabled(user: TestUser, act: () => Promise<void>): Promise<void> {
  const headers = { 'X-Auth-Token': await issueToken(server, root), 'Content-Type': 'application/json' };
  const enable = async (enabled: boolean) => {
    const body = JSON.stringify({ user: { enabled } });
    const path = `${server.url}/identity/v3/users/${user.id}`;
    const answer = await fetch(path, { method: 'PATCH', headers, body });
    assert.equal(answer.status, 200, await answer.text());
  };
  await enable(false);
  try {
    await act();
  } finally {
    await enable(true);
  }
}

/** A request whose body stops in the middle until `finish`, which answers the status. */
function slowly(method: string, path: string, headers: Record<string, string>, body: string) {
  const { hostname, port } = new URL(server.url);
  const length = String(Buffer.byteLength(body));
  const request = http.request({
    hostname,
    port,
    method,
    path,
    headers: { 'Content-Length': length, ...headers },
  });
  const status = new Promise<number>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
  });
  request.write(body.slice(0, 4));
  return {
    finish: () => {
      request.end(body.slice(4));
      return status;
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('the id in the KRN of another account tells nothing, in answers and in the trail', async () => {
  const secret = 'name-nobody-knows';
  const id = String((await makeKosBucket(server, secret)).split(':').at(-1));
  const path = `/kos/v1/buckets/krn:kos:x:default:default:bucket:${id}`;
  const before = (await kos(server, `/kos/v1/buckets/${secret}`)).text;
  for (const call of [{}, { method: 'PUT', body: { anonymous_access: true } }, { method: 'DELETE' }]) {
    const answer = await kos(server, path, { ...call, by: eve });
    assertKosError(answer, 404, 'BucketNotFound');
    assert.ok(!answer.text.includes(secret));
  }
  const token = await issueToken(server, eve);
  const events = await awaitEvents(server, token, '?eventName=DeleteBucket', 1);
  assert.equal(events.length, 1);
  const told = JSON.stringify(await trailEvents(server, token));
  assert.ok(!told.includes(secret), 'the trail names the bucket');
  assert.ok(!told.includes(demo.id), 'the trail names its account');
  assert.equal((await kos(server, `/kos/v1/buckets/${secret}`)).text, before);
});

test('a call that is slow does not act on the bucket that took the name of its own', async () => {
  const name = 'handed-over';
  await makeKosBucket(server, name, {}, eve);
  const own = { 'x-account-id': apiKeyOf(eve), 'Content-Type': 'application/json' };
  const token = { 'X-Auth-Token': await issueToken(server, eve) };
  const rule = JSON.stringify({ name: 'evil', expiration_days: 1 });
  const pending = [
    slowly('PUT', `/kos/v1/buckets/${name}`, own, '{"tags":{"a":"evil"},"versioning":true}'),
    slowly('POST', `/kos/v1/buckets/policy/${name}`, own, '{"s3_read_write_ips":["192.0.2.1"]}'),
    slowly('POST', `/kos/v1/buckets/${name}/lifecycle-rules`, own, rule),
    slowly('PUT', `/v1/${other.id}/${name}/evil`, token, 'evil bytes'),
  ];
  await pause(300);
  assert.equal((await kos(server, `/kos/v1/buckets/${name}`, { method: 'DELETE', by: eve })).status, 204);
  await makeKosBucket(server, name);
  const before = (await kos(server, `/kos/v1/buckets/${name}`)).text;
  assert.deepEqual(await Promise.all(pending.map((one) => one.finish())), [404, 404, 404, 404]);
  assert.equal((await kos(server, `/kos/v1/buckets/${name}`)).text, before);
  assert.deepEqual(await kosObjects(server, name).names(), []);
  assertKosError(await kos(server, `/kos/v1/buckets/policy/${name}`), 404, 'PolicyNotFound');
  assert.deepEqual((await kos(server, `/kos/v1/buckets/${name}/lifecycle-rules`)).json, []);
});

test('who has lost its rights while a document trickled in no longer has them', async () => {
  const name = 'trickled-into';
  await makeKosBucket(server, name);
  const before = (await kos(server, `/kos/v1/buckets/${name}`)).text;
  const own = { 'x-account-id': apiKeyOf(bob), 'Content-Type': 'application/json' };
  const change = () => slowly('PUT', `/kos/v1/buckets/${name}`, own, '{"tags":{"a":"late"}}');
  const [denied, disabled] = [change(), change()];
  await pause(1200);
  await whileDenied(bob, 'kos:UpdateBucket', async () => assert.equal(await denied.finish(), 403));
  await whileDisabled(bob, async () => assert.equal(await disabled.finish(), 401));
  assert.equal((await kos(server, `/kos/v1/buckets/${name}`)).text, before);
  const patient = change();
  await pause(1200);
  assert.equal(await patient.finish(), 200);
});

test('who may not share a bucket makes none that is shared, at any door', async () => {
  await whileDenied(bob, 'kos:PutBucketPolicy', async () => {
    const body = { name: 'shared-by-kos', anonymous_access: true };
    assertKosError(await post('/kos/v1/buckets', body, { by: bob }), 403, 'Forbidden');
    for (const headers of [{ 'x-amz-acl': 'public-read' }, { 'x-amz-grant-read': `id=${dave.id}` }]) {
      const answer = await rawS3(server, { method: 'PUT', target: '/shared-by-s3', user: bob, headers });
      assert.equal(answer.status, 403, answer.text);
    }
    const token = await issueToken(server, bob);
    const read = { 'X-Auth-Token': token, 'X-Container-Read': '.r:*,.rlistings' };
    const write = { 'X-Auth-Token': token, 'X-Container-Write': `*:${dave.id}` };
    for (const headers of [read, write]) {
      const answer = await swiftRequest(server, 'PUT', `/v1/${demo.id}/shared-by-swift`, { headers });
      assert.equal(answer.status, 403);
    }
    for (const name of ['shared-by-kos', 'shared-by-s3', 'shared-by-swift']) {
      assertKosError(await kos(server, `/kos/v1/buckets/${name}`), 404, 'BucketNotFound');
    }
    const plain = { name: 'unshared', anonymous_access: false };
    assert.equal((await post('/kos/v1/buckets', plain, { by: bob })).status, 201);
  });
});

test('what a policy denies is not to be had by a membership elsewhere', async () => {
  const admin = await issueToken(server, root);
  const role = `${server.url}/identity/v3/projects/${other.id}/users/${bob.id}/roles`;
  const roles = await fetch(`${server.url}/identity/v3/roles`, { headers: { 'X-Auth-Token': admin } });
  const all = ((await roles.json()) as { roles: { id: string; name: string }[] }).roles;
  const member = all.find(({ name }) => name === 'project-member')?.id;
  const given = await fetch(`${role}/${member}`, { method: 'PUT', headers: { 'X-Auth-Token': admin } });
  assert.equal(given.status, 204, await given.text());
  const identity = {
    methods: ['password'],
    password: { user: { id: bob.id, password: bob.password } },
  };
  const asked = await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { id: other.id } } } }),
  });
  assert.equal(asked.status, 201, await asked.text());
  const token = { 'X-Auth-Token': asked.headers.get('x-subject-token') ?? '' };
  const mine = { 'X-Auth-Token': await issueToken(server, alice) };
  const path = `/v1/${demo.id}/${box}`;
  const shared = { ...mine, 'X-Container-Read': `${other.id}:${bob.id}` };
  assert.ok((await swiftRequest(server, 'POST', path, { headers: shared })).status < 300);
  const read = async () => (await swiftRequest(server, 'GET', `${path}/private`, { headers: token })).status;
  assert.equal(await read(), 200);
  await whileDenied(bob, 'kos:GetObject', async () => assert.equal(await read(), 403));
  await whileDenied(carol, 'kos:GetObject', async () => assert.equal(await read(), 200));
  await whileDenied(undefined, 'kos:GetObject', async () => assert.equal(await read(), 403));
  assert.equal(await read(), 200);
  const unshared = { ...mine, 'X-Remove-Container-Read': 'x' };
  assert.ok((await swiftRequest(server, 'POST', path, { headers: unshared })).status < 300);
});

test('readers, strangers and people without rights change no object', async () => {
  const objects = kosObjects(server, box);
  const before = await objects.list();
  for (const [by, status, code] of [
    [carol, 403, 'Forbidden'],
    [dave, 403, 'Forbidden'],
    [eve, 404, 'BucketNotFound'],
    [root, 404, 'BucketNotFound'],
  ] as const) {
    const form = formOf('stolen');
    const answers = [
      await objects.move({ sourceKey: 'private', destinationKey: 'stolen' }, { by }),
      await objects.move({ sourceKey: 'private', destinationKey: 'stolen', action: 'copy' }, { by }),
      await objects.move({ sourceKey: 'absent', destinationKey: 'private' }, { by }),
      await objects.rename({ oldKey: 'private', newKey: 'stolen' }, { by }),
      await objects.rename({ oldKey: 'absent', newKey: 'private' }, { by }),
      await objects.upload({ objectkey: 'stolen' }, { by }),
      await objects.upload({ prefix: 'stolen' }, { by }),
      await objects.upload(form.body, { by, headers: form.headers }),
      await objects.remove({ objectkey: 'private' }, { by }),
      await objects.remove({ objectkey: 'absent' }, { by }),
    ];
    for (const answer of answers) assertKosError(answer, status, code);
  }
  assert.deepEqual(await objects.list(), before);
});

test('an address for one upload is good for nothing else', async () => {
  const objects = kosObjects(server, box);
  const url = new URL(uploadUrlOf(await objects.upload({ objectkey: 'drop' })));
  const before = await objects.list();
  for (const headers of [
    { 'x-amz-copy-source': `/${box}/private` },
    { 'x-amz-acl': 'public-read' },
    { 'x-amz-tagging': 'a=b' },
    { 'x-amz-meta-a': 'b' },
  ]) {
    assert.equal((await fetch(url, { method: 'PUT', headers: { ...headers }, body: 'x' })).status, 403);
  }
  const drop = `/${box}/drop`;
  const paths = [
    `/${box}/private`,
    `${drop}/../private`,
    `${drop}%2F..%2Fprivate`,
    `/${drop}`,
    `/${box}//drop`,
    `${drop}/`,
    `${drop}#x`,
    `${drop}%00`,
    `${drop}%2500`,
    `/${box}/DROP`,
    `/${box}`,
    `/kos/v1/buckets/${box}/objects`,
    `http://evil.example${drop}`,
  ];
  for (const path of paths) {
    const head = `PUT ${path}${url.search} HTTP/1.1\r\nHost: ${path.startsWith('http') ? 'evil.example' : url.host}\r\n`;
    const answer = await rawExchange(server.url, [`${head}Content-Length: 1\r\nConnection: close\r\n\r\nZ`]);
    assert.ok([400, 401, 403].includes(answer.status), `${path}: ${answer.status}`);
  }
  for (const method of ['GET', 'HEAD', 'DELETE']) assert.equal((await fetch(url, { method })).status, 403);
  for (const more of ['&uploads', '&acl', '&tagging', '&versionId=null', '&partNumber=1&uploadId=x']) {
    const answer = await fetch(`${url}${more}`, { method: 'PUT', body: 'x' });
    assert.ok([403, 405, 501].includes(answer.status), `${more}: ${answer.status}`);
  }
  assert.deepEqual(await objects.list(), before);
});

test('addresses and sessions of a user end with the user, in the middle of its uploads too', async () => {
  const objects = kosObjects(server, box);
  const { access: accessKey, secret: secretKey } = bob.s3Key;
  const opened = await post('/kos/v1/sessions/activate', { accessKey, secretKey }, { by: bob });
  const session = { 'x-session-token': String(fieldsOf(opened).sessionToken) };
  const byKey = uploadUrlOf(await objects.upload({ objectkey: 'late-1' }, { by: bob }));
  const bySession = uploadUrlOf(
    await objects.upload({ objectkey: 'late-2' }, { by: null, headers: session }),
  );
  const form = formOf('late-3');
  const half = slowly('PUT', objects.path, { ...session, ...form.headers }, form.body);
  await pause(200);
  await whileDisabled(bob, async () => {
    for (const url of [byKey, bySession]) {
      const { status } = await fetch(url, { method: 'PUT', body: 'x' });
      assert.ok([400, 403].includes(status), `${status}`);
    }
    const calls = [{ by: bob }, { by: null, headers: session }];
    for (const call of calls) {
      assertKosError(await objects.upload({ objectkey: 'late-4' }, call), 401, 'Unauthorized');
    }
    // What was begun with rights of its time may end either way, and stays whole.
    assert.ok([201, 401, 403].includes(await half.finish()));
    assert.deepEqual(
      (await objects.names()).filter((name) => /late-[124]/.test(name)),
      [],
    );
  });
});

test('keys, rules, policies and sessions of another account are as if they were not there', async () => {
  const own = await policyOf(alice, { effect: 'Deny', actions: 'kos:*', resources: '*' });
  const path = `${policies}/${own}`;
  assertKosError(await kos(server, path, { by: eve }), 404, 'PolicyNotFound');
  assertKosError(
    await kos(server, path, { method: 'PUT', body: { statements: [] }, by: eve }),
    404,
    'PolicyNotFound',
  );
  assertKosError(await kos(server, path, { method: 'DELETE', by: eve }), 404, 'PolicyNotFound');
  const disguised = own.split(':').with(3, 'default').with(4, 'default').join(':');
  for (const policyKRNs of [[own], [disguised], [disguised, own]]) {
    assertKosError(await post(`${policies}/attach`, { policyKRNs }, { by: eve }), 404, 'PolicyNotFound');
  }
  // A policy may not speak of what is another account's, and is for users of its own account alone.
  const statements = [{ effect: 'Allow', actions: 'kos:*', resources: krn }];
  assertKosError(
    await post(policies, { statements }, { by: eve }),
    400,
    'BadRequest',
    /resource must be of the account/,
  );
  const ofEve = await policyOf(eve, {
    effect: 'Allow',
    actions: 'kos:*',
    resources: [
      `krn:kos:x:default:default:bucket:${box}`,
      krn.replace(/^(krn:kos:[^:]+:).*:/, '$1default:default:bucket:'),
    ],
  });
  const attachment = { policyKRNs: [ofEve] };
  assertKosError(
    await post(`${policies}/attach`, { ...attachment, kcid: alice.id }, { by: eve }),
    404,
    'UserNotFound',
  );
  assert.equal((await post(`${policies}/attach`, attachment, { by: eve })).status, 200);
  for (const bucket of [box, krn, krn.replace(demo.id, other.id)]) {
    const answer = await kos(server, `/kos/v1/buckets/${bucket}`, { by: eve });
    assertKosError(answer, 404, 'BucketNotFound');
  }
  assert.equal((await rawS3(server, { method: 'GET', target: `/${box}/private`, user: eve })).status, 403);
  assert.equal((await post(`${policies}/detach`, attachment, { by: eve })).status, 200);

  const keys = `/kos/v1/access_keys/${alice.s3Key.access}`;
  for (const by of [bob, eve, root]) {
    assertKosError(await kos(server, keys, { method: 'DELETE', by }), 404, 'AccessKeyNotFound');
  }
  const rules = `/kos/v1/buckets/${box}/lifecycle-rules`;
  const rule = await post(rules, { name: 'keep', expiration_days: 3650 });
  const ruleId = String(fieldsOf(rule).id);
  await makeKosBucket(server, 'box-of-other', {}, eve);
  for (const bucket of [box, krn]) {
    const foreign = `/kos/v1/buckets/${bucket}/lifecycle-rules/${ruleId}`;
    assertKosError(await kos(server, foreign, { method: 'DELETE', by: eve }), 404, 'BucketNotFound');
  }
  const mixed = `/kos/v1/buckets/box-of-other/lifecycle-rules/${ruleId}`;
  assertKosError(await kos(server, mixed, { method: 'DELETE', by: eve }), 404, 'LifecycleRuleNotFound');
  assert.deepEqual((await kos(server, rules)).json, [rule.json]);
  assert.equal((await kos(server, `${rules}/${ruleId}`, { method: 'DELETE' })).status, 204);
  assert.equal((await kos(server, path, { method: 'DELETE' })).status, 204);

  const pair = { accessKey: eve.s3Key.access, secretKey: eve.s3Key.secret };
  assertKosError(await post('/kos/v1/sessions/activate', pair), 403, 'Forbidden');
  const named = { by: null, headers: { 'x-account-id': demo.id } };
  assertKosError(await post('/kos/v1/sessions/activate', pair, named), 403, 'Forbidden');
});

test('what a call says of itself beside its proof must be true', async () => {
  const path = `/kos/v1/buckets/${box}`;
  const bearer = `Bearer ${apiKeyOf(eve)}`;
  const lies: Record<string, string>[] = [
    { 'x-account-id': demo.id },
    { 'x-account-id': demo.accountNumber, Authorization: bearer },
    { 'x-account-id': demo.id, Authorization: bearer },
    { 'x-account-id': apiKeyOf(alice), Authorization: bearer },
    { 'x-account-id': apiKeyOf(eve), 'K-Customer-ID': alice.id },
    { 'x-account-id': apiKeyOf(alice).slice(0, -1) },
    { 'x-account-id': `${apiKeyOf(alice)} x` },
    { 'x-account-id': `${alice.iamKey.id}.` },
    { 'x-account-id': apiKeyOf(alice), 'x-session-token': 'nonsense' },
    { 'x-session-token': apiKeyOf(alice) },
    { Authorization: apiKeyOf(alice) },
    { Authorization: `Basic ${Buffer.from(apiKeyOf(alice)).toString('base64')}` },
    { 'x-auth-token': await issueToken(server, alice) },
  ];
  for (const headers of lies) {
    const answer = await kos(server, path, { by: null, headers });
    assert.equal(answer.status, 401, JSON.stringify(headers));
    assertKosError(answer, 401, 'Unauthorized');
  }
  // Twice the same header is not once: neither of the two counts.
  for (const [name, first, second] of [
    ['x-account-id', apiKeyOf(alice), apiKeyOf(alice)],
    ['x-account-id', apiKeyOf(alice), apiKeyOf(eve)],
    ['x-session-token', 'a', 'b'],
  ] as const) {
    const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${name}: ${first}\r\n${name}: ${second}\r\n\r\n`;
    assert.equal((await rawExchange(server.url, [head])).status, 401);
  }
});

test('no header makes a caller come from another address than it does', async () => {
  const path = `/kos/v1/buckets/policy/${box}`;
  const made = await post(path, { s3_read_write_ips: ['192.0.2.7'] });
  assert.equal(made.status, 201, made.text);
  const objects = kosObjects(server, box);
  const token = await issueToken(server, alice);
  for (const [name, value] of [
    ['X-Forwarded-For', '192.0.2.7'],
    ['X-Forwarded-For', '127.0.0.1, 192.0.2.7'],
    ['X-Real-IP', '192.0.2.7'],
    ['X-Client-IP', '192.0.2.7'],
    ['Forwarded', 'for=192.0.2.7'],
  ] as const) {
    const headers = { [name]: value };
    assertKosError(await objects.listing('', { headers }), 403, 'Forbidden');
    assertKosError(await objects.remove({ objectkey: 'private' }, { headers }), 403, 'Forbidden');
    const bySwift = { headers: { ...headers, 'X-Auth-Token': token } };
    assert.equal((await swiftRequest(server, 'GET', `/v1/${demo.id}/${box}/private`, bySwift)).status, 403);
  }
  assert.equal((await kos(server, path, { method: 'DELETE' })).status, 204);
  assert.ok((await objects.names()).includes('private'));
});

test('twenty at the same moment make no more access keys than one after the other', async () => {
  const call = { method: 'POST', by: carol };
  const all = await Promise.all(Array.from({ length: 20 }, () => kos(server, '/kos/v1/access_keys', call)));
  // The seed has given one.
  assert.deepEqual(all.map(({ status }) => status).sort(), [201, ...Array<number>(19).fill(409)]);
  assert.equal(((await kos(server, '/kos/v1/access_keys', { by: carol })).json as unknown[]).length, 2);
});

test('policies that take long to hold against a key are not taken, and the longest hold up nobody', async () => {
  const pattern = `*${'a'.repeat(250)}b${'a'.repeat(250)}*`;
  const denying = (count: number) => ({
    effect: 'Deny',
    actions: 'kos:GetObject',
    resources: Array<string>(count).fill(`*/${pattern}`),
  });
  const all = Array.from({ length: 4 }, () => denying(30));
  assertKosError(
    await post(policies, { statements: all }),
    400,
    'BadRequest',
    /at most 8192 characters of patterns/,
  );
  const like = { operator: 'StringLike', key: 'key', values: Array<string>(17).fill(pattern) };
  assertKosError(await post(policies, { conditions: [like] }), 400, 'BadRequest', /at most 8192 characters/);
  const policyKRNs: string[] = [];
  for (let n = 0; n < 20; n += 1) policyKRNs.push(await policyOf(alice, denying(16)));
  assert.equal((await post(`${policies}/attach`, { policyKRNs })).status, 200);
  const begun = performance.now();
  const read = await rawS3(server, { method: 'GET', target: `/${box}/${'a'.repeat(1000)}`, user: alice });
  assert.equal(read.status, 404);
  assert.ok(performance.now() - begun < 5000);
  assert.equal((await post(`${policies}/detach`, { policyKRNs })).status, 200);
});

test('the log has none of the secrets that went by', () => {
  const log = server.stdout() + server.stderr();
  for (const { name, iamKey, s3Key, password } of [alice, bob, carol, dave, eve, root]) {
    for (const secret of [iamKey.secret, s3Key.secret, password]) assert.ok(!log.includes(secret), name);
  }
  assert.ok(!/X-Amz-Signature/i.test(log));
});
