// Create-, List-, Show- and DeleteEC2Credential: the S3 access keys over the wire.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { issueToken } from '../support/iam.ts';
import { alice, bob, demo, other, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { type Answer, assertError, call, clientInError, forbidden } from './identity-call.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

interface Key {
  access: string;
  secret: string;
}
const base = `/v3/users/${alice.id}/credentials/OS-EC2`;
const create = (body: unknown = { tenant_id: demo.id }, bearer = token) =>
  call(server, base, { token: bearer, body });
const keyOf = (answer: Answer): Key => {
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as { credential: Key }).credential;
};
const list = async (bearer = token) => {
  const answer = await call(server, base, { token: bearer });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { credentials: Key[] }).credentials;
};
const remove = (access: string, bearer = token) =>
  call(server, `${base}/${access}`, { token: bearer, method: 'DELETE' });
const listBuckets = async ({ access, secret }: Key) => {
  const client = new S3Client({
    endpoint: server.url,
    region: 'kr-central-2',
    forcePathStyle: true,
    credentials: { accessKeyId: access, secretAccessKey: secret },
  });
  return client.send(new ListBucketsCommand({})).finally(() => client.destroy());
};

/** Only the seeded key is left. */
beforeEach(async () => {
  for (const { access } of await list()) if (access !== alice.s3Key.access) await remove(access);
});

test('a new key has the documented form and signs S3 requests until it is deleted', async () => {
  const key = keyOf(await create());
  assert.match(key.access, /^[0-9a-f]{32}$/);
  assert.match(key.secret, /^[0-9a-f]{32}$/);
  assert.deepEqual(key, {
    access: key.access,
    secret: key.secret,
    user_id: alice.id,
    tenant_id: demo.id,
    trust_id: null,
    links: { self: `${server.url}/identity${base}/${key.access}` },
  } as object);
  await listBuckets(key);
  await assert.rejects(listBuckets({ ...key, secret: `${key.secret.slice(1)}0` }), {
    name: 'SignatureDoesNotMatch',
  });
  assert.equal((await remove(key.access)).status, 204);
  await assert.rejects(listBuckets(key), { name: 'InvalidAccessKeyId' });
});

test('secrets are never shown again', async () => {
  const key = keyOf(await create());
  const one = await call(server, `${base}/${key.access}`, { token });
  assert.equal(one.status, 200);
  assert.deepEqual(one.json, {
    credential: {
      access: key.access,
      user_id: alice.id,
      tenant_id: demo.id,
      trust_id: null,
      links: { self: `${server.url}/identity${base}/${key.access}` },
    },
  });
  const all = await call(server, base, { token });
  assert.equal(all.text.includes('secret'), false);
  const { credentials, links } = all.json as { credentials: Key[]; links: object };
  assert.deepEqual(credentials.map(({ access }) => access).sort(), [alice.s3Key.access, key.access].sort());
  assert.deepEqual(links, { next: null, self: `${server.url}/identity${base}`, previous: null });
});

test('403: a third key of the project', async () => {
  keyOf(await create());
  assertError(
    await create(),
    403,
    'Unable to create additional S3 access keys, maximum of 2 already exceeded for user.',
  );
});

test('400: no project, another type, no JSON, another Content-Type', async () => {
  for (const body of [{}, { tenant_id: '' }, { tenant_id: 5 }, { tenant_id: null }]) {
    assertError(await create(body), 400, /tenant_id/);
  }
  assertError(await create('{'), 400, `Expecting to find valid JSON in request body. ${clientInError}`);
  const headers = { 'Content-Type': 'text/plain' };
  const typed = await call(server, base, { token, body: { tenant_id: demo.id }, headers });
  assertError(typed, 400, `Expecting to find application/json in Content-Type header. ${clientInError}`);
  assert.equal((await list()).length, 1);
});

test('404 for an unknown project, 403 for another than that of the token', async () => {
  for (const project of ['0'.repeat(32), 'nonsense']) {
    assertError(await create({ tenant_id: project }), 404, `Could not find project: ${project}.`);
  }
  assertError(await create({ tenant_id: other.id }), 403, forbidden('identity:ec2_create_credential'));
});

test("403: another user's keys, whoever asks but a service administrator, who may see and delete them", async () => {
  const stranger = await issueToken(server, bob);
  const policy = (verb: string) => forbidden(`identity:ec2_${verb}`);
  assertError(await create(undefined, stranger), 403, policy('create_credential'));
  assertError(await call(server, base, { token: stranger }), 403, policy('list_credentials'));
  const path = `${base}/${alice.s3Key.access}`;
  assertError(await call(server, path, { token: stranger }), 403, policy('get_credential'));
  assertError(await remove(alice.s3Key.access, stranger), 403, policy('delete_credential'));
  const admin = await issueToken(server, root);
  const key = keyOf(await create());
  assert.equal((await list(admin)).length, 2);
  assert.equal((await remove(key.access, admin)).status, 204);
  assertError(await create(undefined, admin), 403, policy('create_credential'));
});

test('404: an unknown key, or one of another user under the own path', async () => {
  for (const access of ['0'.repeat(32), 'nonsense', bob.s3Key.access]) {
    assertError(
      await call(server, `${base}/${access}`, { token }),
      404,
      `Could not find credential: ${access}.`,
    );
    assertError(await remove(access), 404, `Could not find credential: ${access}.`);
  }
  await listBuckets(bob.s3Key);
});
