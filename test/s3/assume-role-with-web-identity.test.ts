// AssumeRoleWithWebIdentity: temporary credentials for an API token, in KakaoCloud's form and in AWS's, and how they live
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GetObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { runClient, skipUnless } from '../support/clients.ts';
import { issueToken } from '../support/iam.ts';
import { assertFails, newBucket, s3Client } from '../support/s3.ts';
import { alice, carol, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
let box: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  const owner = s3Client(server, alice);
  box = await newBucket(owner);
  await owner.putObject({ Bucket: box, Key: 'k', Body: 'hello' });
});
after(() => server.stop());

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const element = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

function ask(body: unknown, type = 'application/json'): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(server.url, { method: 'POST', headers: { 'Content-Type': type }, body: text });
}

const wish = (over: object = {}, webToken = token) => ({
  Action: 'AssumeRoleWithWebIdentity',
  WebIdentityToken: webToken,
  ...over,
});

async function assume(over: object = {}, webToken = token): Promise<Credentials> {
  const answer = await ask(wish(over, webToken));
  const xml = await answer.text();
  assert.equal(answer.status, 200, xml);
  return {
    accessKeyId: element(xml, 'AccessKeyId') ?? '',
    secretAccessKey: element(xml, 'SecretAccessKey') ?? '',
    sessionToken: element(xml, 'SessionToken') ?? '',
  };
}

function clientOf(credentials: Partial<Credentials>, on: Pick<TestServer, 'url'> = server): S3 {
  return new S3({
    endpoint: on.url,
    region: 'kr-central-2',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: '', secretAccessKey: '', ...credentials },
  });
}

test("KakaoCloud's JSON form answers every documented element", async () => {
  const before = Date.now();
  const answer = await ask(wish({ DurationSeconds: 900, ProviderId: 'iam.kakaocloud.com' }));
  const xml = await answer.text();
  assert.equal(answer.status, 200, xml);
  assert.match(answer.headers.get('content-type') ?? '', /xml/);
  assert.match(
    xml,
    /<AssumeRoleWithWebIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/,
  );
  assert.equal(element(xml, 'SubjectFromWebIdentityToken'), alice.id);
  assert.equal(element(xml, 'Provider'), 'iam.kakaocloud.com');
  assert.match(element(xml, 'AccessKeyId') ?? '', /^ASIA[A-Z2-7]{16}$/);
  assert.match(element(xml, 'SecretAccessKey') ?? '', /^[A-Za-z0-9+/]{40}$/);
  assert.ok(element(xml, 'SessionToken'));
  assert.equal(element(xml, 'RequestId'), answer.headers.get('x-amz-request-id'));
  const lasts = Date.parse(element(xml, 'Expiration') ?? '') - before;
  assert.ok(lasts > 890_000 && lasts < 910_000, String(lasts));
});

test('the three values together are a key: reads, writes in chunks, presigned addresses', async () => {
  const s3 = clientOf(await assume());
  assert.equal(await (await s3.getObject({ Bucket: box, Key: 'k' })).Body?.transformToString(), 'hello');
  await s3.putObject({ Bucket: box, Key: 'made', Body: 'x'.repeat(100_000) });
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: box, Key: 'made' }), { expiresIn: 60 });
  assert.ok(url.includes('X-Amz-Security-Token='));
  const read = await fetch(url);
  assert.deepEqual([read.status, (await read.text()).length], [200, 100_000]);
  const without = await fetch(url.replace(/X-Amz-Security-Token=[^&]*&/, ''));
  assert.equal(without.status, 403);
});

test('each value counts: none can be left out or taken from another session', async () => {
  const [one, two] = [await assume(), await assume()];
  assert.notEqual(one.accessKeyId, two.accessKeyId);
  const { sessionToken: _, ...bare } = one;
  const list = (credentials: Partial<Credentials>) => clientOf(credentials).listBuckets();
  await assertFails(list(bare), 403, 'InvalidAccessKeyId');
  await assertFails(list({ ...one, sessionToken: two.sessionToken }), 400, 'InvalidToken');
  await assertFails(
    list({ ...one, sessionToken: `${one.sessionToken.slice(0, -6)}AAAA==` }),
    400,
    'InvalidToken',
  );
  await assertFails(list({ ...one, sessionToken: token }), 400, 'InvalidToken');
  await assertFails(list({ ...one, secretAccessKey: two.secretAccessKey }), 403, 'SignatureDoesNotMatch');
  const lasting = { accessKeyId: alice.s3Key.access, secretAccessKey: alice.s3Key.secret };
  await assertFails(list({ ...lasting, sessionToken: one.sessionToken }), 400, 'InvalidToken');
});

test('a session token is no API token', async () => {
  const { sessionToken } = await assume();
  await clientOf(await assume()).listBuckets();
  const answer = await fetch(`${server.url}/v1_ext/bucket`, { headers: { 'X-Auth-Token': sessionToken } });
  assert.equal(answer.status, 401);
});

test("rights are those of the token's user in its project", async () => {
  const reader = clientOf(await assume({}, await issueToken(server, carol)));
  await reader.listObjectsV2({ Bucket: box });
  await assertFails(reader.putObject({ Bucket: box, Key: 'x', Body: 'x' }), 403, 'AccessDenied');
  const stranger = clientOf(await assume({}, await issueToken(server, eve)));
  await assertFails(stranger.listObjectsV2({ Bucket: box }), 403, 'AccessDenied');
  const listed = await clientOf(await assume()).listBuckets();
  assert.equal(listed.Owner?.ID, alice.id);
});

test('revoking the token ends what was made from it, at once', async () => {
  const own = await issueToken(server, alice);
  const s3 = clientOf(await assume({}, own));
  await s3.listBuckets();
  const headers = { 'X-Auth-Token': own, 'X-Subject-Token': own };
  assert.equal((await fetch(`${server.url}/v3/auth/tokens`, { method: 'DELETE', headers })).status, 204);
  await assertFails(s3.listBuckets(), 400, 'InvalidToken');
  assert.equal((await ask(wish({}, own))).status, 401);
});

test('so does deleting the key that issued the token', async () => {
  const path = `${server.url}/v3/users/${eve.id}/application_credentials`;
  const headers = { 'X-Auth-Token': await issueToken(server, eve), 'Content-Type': 'application/json' };
  const body = JSON.stringify({ application_credential: { name: 'short-lived' } });
  const made = (await (await fetch(path, { method: 'POST', headers, body })).json()) as {
    application_credential: { id: string; secret: string };
  };
  const { id, secret } = made.application_credential;
  const s3 = clientOf(
    await assume({}, await issueToken(server, { ...eve, iamKey: { id, name: '', secret } })),
  );
  await s3.listBuckets();
  assert.equal((await fetch(`${path}/${id}`, { method: 'DELETE', headers })).status, 204);
  await assertFails(s3.listBuckets(), 400, 'InvalidToken');
});

test('a session outlives neither its token nor a restart of its own making', async () => {
  await using brief = await startServer({ env: { ONGGI_TOKEN_TTL: '2' } });
  const web = await issueToken(brief, alice);
  const answer = await fetch(brief.url, { method: 'POST', body: JSON.stringify(wish({}, web)) });
  const xml = await answer.text();
  assert.ok(Date.parse(element(xml, 'Expiration') ?? '') <= Date.now() + 2_000, xml);
  const s3 = clientOf(
    {
      accessKeyId: element(xml, 'AccessKeyId') ?? '',
      secretAccessKey: element(xml, 'SecretAccessKey') ?? '',
      sessionToken: element(xml, 'SessionToken') ?? '',
    },
    brief,
  );
  await s3.listBuckets();
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  await assertFails(s3.listBuckets(), 400, 'ExpiredToken');
  assert.equal((await fetch(brief.url, { method: 'POST', body: JSON.stringify(wish({}, web)) })).status, 401);
});

test('every worker and every start takes a session', async () => {
  await using other = await startServer();
  const web = await issueToken(other, alice);
  const answer = await fetch(other.url, { method: 'POST', body: JSON.stringify(wish({}, web)) });
  const xml = await answer.text();
  await other.restart();
  const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
  ].map((name) => element(xml, name));
  await clientOf({ accessKeyId, secretAccessKey, sessionToken }, other).listBuckets();
});

describe('refusals, as the security token service writes them', () => {
  const form = 'application/x-www-form-urlencoded';
  const cases: readonly (readonly [
    what: string,
    status: number,
    code: string,
    body: unknown,
    type?: string,
  ])[] = [
    ['no action', 400, 'InvalidParameter', { WebIdentityToken: 'x' }],
    ['another action', 400, 'InvalidParameter', { Action: 'AssumeRole', WebIdentityToken: 'x' }],
    ['another provider', 400, 'InvalidParameter', wish({ ProviderId: 'accounts.example.com' }, 'x')],
    ['no token', 400, 'InvalidParameter', { Action: 'AssumeRoleWithWebIdentity' }],
    ['a token that is a number', 400, 'InvalidParameter', wish({ WebIdentityToken: 7 })],
    ['too short', 400, 'InvalidParameter', wish({ DurationSeconds: 899 }, 'x')],
    ['too long', 400, 'InvalidParameter', wish({ DurationSeconds: 43_201 }, 'x')],
    ['half a second', 400, 'InvalidParameter', wish({ DurationSeconds: 900.5 }, 'x')],
    ['a duration in words', 400, 'InvalidParameter', wish({ DurationSeconds: '1h' }, 'x')],
    ['not JSON', 400, 'InvalidParameter', '{"Action":'],
    ['a list', 400, 'InvalidParameter', '[]'],
    ['a broken form', 400, 'InvalidParameter', 'Action=%ZZ', form],
    ['a token that is none', 401, 'InvalidIdentityToken', wish({}, 'gAAAAABwrong')],
    [
      'a form with a wrong token',
      401,
      'InvalidIdentityToken',
      'Action=AssumeRoleWithWebIdentity&WebIdentityToken=x',
      form,
    ],
    [
      'a policy that narrows',
      501,
      'NotImplemented',
      'Action=AssumeRoleWithWebIdentity&WebIdentityToken=x&Policy=%7B%7D',
      form,
    ],
  ];
  for (const [what, status, code, body, type] of cases) {
    test(what, async () => {
      const answer = await ask(body, type);
      const xml = await answer.text();
      assert.deepEqual([answer.status, element(xml, 'Code')], [status, code], xml);
      assert.match(xml, /<ErrorResponse /);
      assert.equal(element(xml, 'RequestId'), answer.headers.get('x-amz-request-id'));
    });
  }

  test('a token without a project', async () => {
    const user = { name: alice.name, domain: { id: 'default' }, password: alice.password };
    const body = { auth: { identity: { methods: ['password'], password: { user } }, scope: 'unscoped' } };
    const issued = await fetch(`${server.url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const unscoped = issued.headers.get('x-subject-token');
    assert.ok(unscoped, await issued.text());
    const answer = await ask(wish({}, unscoped));
    assert.deepEqual([answer.status, element(await answer.text(), 'Code')], [403, 'InvalidIdentityToken']);
  });
});

test('no token and no secret reaches the log', async () => {
  const { secretAccessKey, sessionToken } = await assume();
  for (const secret of [token, secretAccessKey, sessionToken]) assert.ok(!server.stderr().includes(secret));
});

test('boto3 assumes the role and works with what it gets', { skip: skipUnless('boto3') }, async () => {
  const script = `
import json, sys, boto3
from botocore.config import Config
data = json.load(sys.stdin)
sts = boto3.client('sts', endpoint_url=data['url'], region_name='kr-central-2', aws_access_key_id='x', aws_secret_access_key='y')
got = sts.assume_role_with_web_identity(RoleArn='arn:aws:iam::000000000000:role/storage', RoleSessionName='course', WebIdentityToken=data['token'], DurationSeconds=1800)
key = got['Credentials']
s3 = boto3.client('s3', endpoint_url=data['url'], region_name='kr-central-2', aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretAccessKey'], aws_session_token=key['SessionToken'], config=Config(s3={'addressing_style': 'path'}))
s3.put_object(Bucket=data['bucket'], Key='boto', Body=b'boto')
url = s3.generate_presigned_url('get_object', Params={'Bucket': data['bucket'], 'Key': 'boto'})
try:
    sts.assume_role_with_web_identity(RoleArn='arn:aws:iam::000000000000:role/storage', RoleSessionName='course', WebIdentityToken='wrong' * 2)
except Exception as error:
    code = error.response['Error']['Code']
print(json.dumps({'subject': got['SubjectFromWebIdentityToken'], 'role': got['AssumedRoleUser']['Arn'], 'body': s3.get_object(Bucket=data['bucket'], Key='boto')['Body'].read().decode(), 'url': url, 'code': code}))`;
  const run = await runClient('python3', ['-c', script], {
    input: JSON.stringify({ url: server.url, token, bucket: box }),
  });
  assert.equal(run.code, 0, run.stderr);
  const { url, ...result } = JSON.parse(run.stdout) as { url: string };
  assert.deepEqual(result, {
    subject: alice.id,
    role: 'arn:aws:iam::000000000000:role/storage',
    body: 'boto',
    code: 'InvalidIdentityToken',
  });
  assert.equal(await (await fetch(url)).text(), 'boto');
});

test('aws assumes the role and works with what it gets', { skip: skipUnless('aws') }, async () => {
  const base = { AWS_EC2_METADATA_DISABLED: 'true', AWS_DEFAULT_REGION: 'kr-central-2' };
  const sts = ['sts', 'assume-role-with-web-identity', '--endpoint-url', server.url, '--output', 'json'];
  const role = ['--role-arn', 'arn:aws:iam::000000000000:role/storage', '--role-session-name', demo.name];
  const assumed = await runClient('aws', [...sts, ...role, '--web-identity-token', token], { env: base });
  assert.equal(assumed.code, 0, assumed.stderr);
  const { Credentials: key } = JSON.parse(assumed.stdout) as { Credentials: Record<string, string> };
  const env = {
    ...base,
    AWS_ACCESS_KEY_ID: key.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: key.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: key.SessionToken ?? '',
  };
  const copied = await runClient('aws', ['s3', 'cp', `s3://${box}/k`, '-', '--endpoint-url', server.url], {
    env,
  });
  assert.deepEqual([copied.code, copied.stdout], [0, 'hello'], copied.stderr);
});
