// Every door makes events: one for each call, success or refusal, with the facts of the reference's section 8 and no secret.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, root, users } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { accountName, swiftRequest, v1Login } from '../support/swift.ts';
import { awaitEvents, type EventDocument, trailAnswer, trailEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;
const short = (event: EventDocument) =>
  [event.api, event.eventName, event.response.status, event.response.errorCode, event.user.id].join(' ');

before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

test('S3: mutations, listings and refusals, each once; a successful read of an object not', async () => {
  const s3 = s3Client(server, alice);
  await s3.createBucket({ Bucket: 'trail-s3' });
  await s3.putObject({ Bucket: 'trail-s3', Key: 'a/b 옹기.txt', Body: 'x' });
  await s3.putObject({ Bucket: 'trail-s3', Key: 'second', Body: 'x' });
  const read = await s3.getObject({ Bucket: 'trail-s3', Key: 'second' });
  await read.Body?.transformToString();
  await s3.listObjectsV2({ Bucket: 'trail-s3' });
  await assertFails(s3.getObject({ Bucket: 'trail-s3', Key: 'absent' }), 404, 'NoSuchKey');
  await assertFails(
    s3Client(server, eve).putObject({ Bucket: 'trail-s3', Key: 'k', Body: 'x' }),
    403,
    'AccessDenied',
  );
  await s3.deleteObjects({
    Bucket: 'trail-s3',
    Delete: { Objects: [{ Key: 'second' }, { Key: 'a/b 옹기.txt' }] },
  });
  await s3.deleteBucket({ Bucket: 'trail-s3' });
  const events = await awaitEvents(server, token, '?resourceName=trail-s3', 10);
  // Each object that DeleteObjects removed has an event of its own, in any order among them and with the call's.
  const removed = events.filter(({ eventName }) => eventName === 'DeleteObject');
  assert.deepEqual(removed.map(short), Array(2).fill('s3 DeleteObject 204  alice@example.com'));
  assert.deepEqual(removed.map(({ resourceName }) => resourceName).sort(), ['a/b 옹기.txt', 'second']);
  const calls = events.filter(({ eventName }) => eventName !== 'DeleteObject');
  assert.deepEqual(calls.toReversed().map(short), [
    's3 CreateBucket 200  alice@example.com',
    's3 PutObject 200  alice@example.com',
    's3 PutObject 200  alice@example.com',
    's3 ListObjectsV2 200  alice@example.com',
    's3 GetObject 404 NoSuchKey alice@example.com',
    's3 PutObject 403 AccessDenied eve@example.com',
    's3 DeleteObjects 200  alice@example.com',
    's3 DeleteBucket 204  alice@example.com',
  ]);
  const first = events.at(-2);
  assert.ok(first);
  const { eventId, eventTime, resourceId, userAgent, ...rest } = first;
  assert.match(eventId, /^[0-9a-f]{32}$/);
  assert.ok(Math.abs(Date.parse(eventTime) - Date.now()) < 60_000);
  assert.equal(resourceId, null);
  assert.match(userAgent ?? '', /aws-sdk-js/);
  assert.deepEqual(rest, {
    eventCategory: 'PROJECT',
    eventName: 'PutObject',
    serviceName: 'OpenAPI',
    service: 'Object Storage',
    api: 's3',
    resourceType: 'Object',
    resourceName: 'a/b 옹기.txt',
    bucket: 'trail-s3',
    user: {
      id: alice.name,
      uniqueId: alice.id,
      type: 'user',
      accessKeyId: alice.s3Key.access,
      tokenId: null,
      projectId: demo.id,
    },
    projectId: demo.id,
    domainId: 'default',
    sourceIp: '127.0.0.1',
    requestId: eventId,
    request: {
      method: 'PUT',
      path: '/trail-s3/a/b%20%EC%98%B9%EA%B8%B0.txt',
      query: 'x-id=PutObject',
    },
    response: { status: 200, errorCode: null },
  });
  const bucketId = events.find(({ eventName }) => eventName === 'ListObjectsV2')?.resourceId;
  assert.match(bucketId ?? '', /^[0-9a-f]{32}$/);
});

test('Swift, in both dialects, with the status that was answered', async () => {
  const mine = accountName(demo, 'kakaocloud');
  const headers = { 'X-Auth-Token': token };
  await swiftRequest(server, 'PUT', `/v1/${mine}/trail-swift`, { headers });
  await swiftRequest(server, 'PUT', `/v1/${mine}/trail-swift`, { headers });
  await swiftRequest(server, 'PUT', `/v1/${mine}/trail-swift/o`, { headers, body: 'x' });
  await swiftRequest(server, 'GET', `/v1/${mine}/trail-swift/o`, { headers });
  await swiftRequest(server, 'HEAD', `/v1/AUTH_${demo.id}/trail-swift`, { headers });
  await swiftRequest(server, 'GET', `/v1/${mine}/trail-swift/o`, { headers: { 'X-Auth-Token': 'wrong' } });
  await swiftRequest(server, 'DELETE', `/v1/${mine}/trail-swift/o`, { headers });
  const events = await awaitEvents(server, token, '?resourceName=trail-swift', 6);
  assert.deepEqual(events.toReversed().map(short), [
    'swift PutContainer 201  alice@example.com',
    'swift PutContainer 202  alice@example.com',
    'swift PutObject 201  alice@example.com',
    'swift HeadContainer 204  alice@example.com',
    'swift GetObject 401 Unauthenticated ',
    'swift DeleteObject 204  alice@example.com',
  ]);
  assert.deepEqual(new Set(events.map(({ projectId }) => projectId)), new Set([demo.id]));
});

test('Extension: creation by a name in the body, refusals, wrong bodies, unknown paths', async () => {
  await ext(server, token, '/bucket', { method: 'PUT', body: { name: 'trail-ext' } });
  await ext(server, token, '/bucket', { method: 'PUT', body: { name: 'trail-ext' } });
  await ext(server, token, '/bucket/trail-ext');
  await ext(server, undefined, '/bucket/trail-ext');
  await ext(server, token, '/bucket/trail-ext', { method: 'DELETE' });
  const events = await awaitEvents(server, token, '?resourceName=trail-ext&resourceType=Bucket', 5);
  assert.deepEqual(events.toReversed().map(short).slice(0, 3), [
    'ext CreateBucket 200  alice@example.com',
    'ext CreateBucket 409 BucketExists alice@example.com',
    'ext GetBucketMeta 200  alice@example.com',
  ]);
  const all = await trailEvents(server, await issueToken(server, root), '?resourceName=trail-ext');
  assert.ok(all.map(short).includes('ext GetBucketMeta 401 Unauthenticated '));
});

test('identity: tokens by every proof, keys by name and id, refusals', async () => {
  const carols = await issueToken(server, carol);
  const path = `/identity/v3/users/${carol.id}`;
  const made = await fetch(`${server.url}${path}/application_credentials`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': carols },
    body: JSON.stringify({ application_credential: { name: 'trail-key' } }),
  });
  const { application_credential: key } = (await made.json()) as { application_credential: { id: string } };
  await v1Login(server, { ...carol, password: 'wrong' }).catch(() => undefined);
  await fetch(`${server.url}${path}/application_credentials/${key.id}`, {
    method: 'DELETE',
    headers: { 'X-Auth-Token': carols },
  });
  // The id of a new key is known only when it is made: it follows within a second.
  await awaitEvents(server, token, `?user=${carol.name}&resourceName=${key.id}`, 2);
  const events = await trailEvents(server, token, `?user=${carol.name}`);
  assert.deepEqual(
    events.toReversed().map((e) => [short(e), e.resourceType, e.resourceName]),
    [
      ['iam IssueToken 201  carol@example.com', 'Token', null],
      ['iam CreateApplicationCredential 201  carol@example.com', 'IamAccessKey', 'trail-key'],
      ['iam DeleteApplicationCredential 204  carol@example.com', 'IamAccessKey', null],
    ],
  );
  assert.deepEqual(
    events.slice(0, 2).map(({ resourceId }) => resourceId),
    [key.id, key.id],
  );
  const refused = await awaitEvents(
    server,
    await issueToken(server, root),
    '?status=401&service=swift&eventName=IssueToken',
    1,
  );
  assert.ok(refused.some(({ eventName }) => eventName === 'IssueToken'));
});

test('an event says which project it belongs to, and who may not see it does not', async () => {
  const s3 = s3Client(server, eve);
  await s3.createBucket({ Bucket: 'trail-of-eve' });
  const eves = await issueToken(server, eve);
  const seen = await awaitEvents(server, eves, '?eventName=CreateBucket', 1);
  assert.deepEqual(seen.map(short), ['s3 CreateBucket 200  eve@example.com']);
  assert.deepEqual(await trailEvents(server, token, '?resourceName=trail-of-eve'), []);
  assert.equal((await trailAnswer(server, eves, `?project=${demo.id}`)).status, 403);
  assert.equal((await trailAnswer(server, await issueToken(server, dave))).status, 403);
  assert.equal((await trailAnswer(server, undefined)).status, 401);
  assert.equal((await trailAnswer(server, 'nonsense')).status, 401);
  const roots = await issueToken(server, root);
  assert.equal((await trailEvents(server, roots, '?resourceName=trail-of-eve')).length, 1);
  assert.equal((await trailEvents(server, roots, `?resourceName=trail-of-eve&project=${demo.id}`)).length, 0);
});

test('no secret of any credential reaches the trail', async () => {
  const s3 = s3Client(server, bob);
  await s3.createBucket({ Bucket: 'trail-secrets' });
  await s3.putObject({ Bucket: 'trail-secrets', Key: 'o', Body: 'x' });
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'trail-secrets', Key: 'absent' }));
  assert.equal((await fetch(url)).status, 404);
  const signature = new URL(url).searchParams.get('X-Amz-Signature');
  assert.ok(signature);
  const planted = 'p1anted-5ecret';
  const queries = [
    'X-Amz-Security-Token',
    'x%2damz%2dsignature',
    'Signature',
    'AWSAccessKeyId',
    'temp_url_sig',
    'X-Auth-Token',
    'token',
    'password',
    'x-session-token',
  ].map((name) => `${name}=${planted}`);
  await fetch(`${server.url}/trail-secrets/o?${queries.join('&')}&prefix=kept`, {
    headers: {
      Authorization: `Bearer ${planted}`,
      Cookie: planted,
      'X-Auth-Token': planted,
      'X-Auth-Key': planted,
    },
  });
  const bobs = await issueToken(server, bob);
  await v1Login(server, bob);
  await fetch(`${server.url}/identity/v3/auth/tokens`, {
    headers: { 'X-Auth-Token': bobs, 'X-Subject-Token': bobs },
  });
  await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'x', secret: planted },
        },
      },
    }),
  });
  const made = await fetch(`${server.url}/identity/v3/users/${bob.id}/credentials/OS-EC2`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': bobs },
    body: JSON.stringify({ tenant_id: demo.id }),
  });
  const { credential } = (await made.json()) as { credential: { access: string; secret: string } };
  const roots = await issueToken(server, root);
  const events = await awaitEvents(server, roots, `?resourceName=${credential.access}`, 1);
  assert.equal(events.length, 1);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const everything = JSON.stringify(await trailEvents(server, roots, '?'));
  const secrets = [
    planted,
    signature,
    credential.secret,
    token,
    bobs,
    roots,
    ...users.flatMap((user) => [user.password, user.iamKey.secret, user.s3Key.secret]),
  ];
  for (const secret of secrets) {
    assert.ok(!everything.includes(secret), `${secret} is in the trail`);
    assert.ok(!everything.includes(encodeURIComponent(secret)), `${secret} is in the trail`);
  }
  assert.match(everything, /X-Amz-Expires=\d+/);
  assert.match(everything, /"query":"prefix=kept"/);
  assert.match(everything, new RegExp(`X-Amz-Credential=${bob.s3Key.access}&`));
});

test('what is recorded of object reads is a setting', async () => {
  for (const [choice, expected] of [
    ['none', []],
    ['all', ['GetObject 200', 'GetObject 404', 'HeadObject 200']],
  ] as const) {
    await using other = await startServer({ env: { ONGGI_TRAIL_OBJECT_READS: choice } });
    const s3 = s3Client(other, alice);
    await s3.createBucket({ Bucket: 'reads' });
    await s3.putObject({ Bucket: 'reads', Key: 'o', Body: 'x' });
    await (await s3.getObject({ Bucket: 'reads', Key: 'o' })).Body?.transformToString();
    await s3.headObject({ Bucket: 'reads', Key: 'o' });
    await s3.getObject({ Bucket: 'reads', Key: 'absent' }).catch(() => undefined);
    await s3.listObjects({ Bucket: 'reads' });
    const its = await issueToken(other, alice);
    await awaitEvents(other, its, '?eventName=ListObjects', 1);
    const events = await trailEvents(other, its, '?resourceType=Object');
    const reads = events
      .filter(({ eventName }) => eventName !== 'PutObject')
      .map(({ eventName, response }) => `${eventName} ${response.status}`);
    assert.deepEqual(reads.toSorted(), expected);
  }
});

test('events written just before a stop are there after it', async () => {
  await using other = await startServer();
  await ext(other, undefined, '/bucket/nobody-there');
  await other.restart();
  const roots = await issueToken(other, root);
  const events = await trailEvents(other, roots, '?resourceName=nobody-there');
  assert.deepEqual(events.map(short), ['ext GetBucketMeta 401 Unauthenticated ']);
});
