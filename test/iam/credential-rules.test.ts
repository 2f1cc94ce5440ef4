// The rules of credentials (reference, sections 2.4 and 3) through every door, with two processes: what one changes, the next
// request at the other knows.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo, root, type TestProject } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { assertError, byCredential, call } from './identity-call.ts';
import { type Doors, knock, newPerson, open, type Person, setRole, shut, tokenOf } from './people.ts';

let server: TestServer;
let admin: string;
let person: Person;
const bucket = 'rules-of-keys';
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  admin = await issueToken(server, root);
  await makeBucket(server, await issueToken(server, alice), bucket);
});
after(() => server.stop());
beforeEach(async () => {
  person = await newPerson(server, admin, demo, 'project-member');
  assert.deepEqual(await knock(server, person, bucket), open);
});

const at = (path: string) => `/v3/users/${person.user.id}${path}`;
const change = async (path: string, method: string, body?: unknown, token = admin) => {
  const answer = await call(server, path, { token, method, ...(body === undefined ? {} : { body }) });
  assert.ok(answer.status < 300, answer.text);
  return answer;
};
const doors = () => knock(server, person, bucket);

test('whoever leaves the project loses keys, tokens and signatures, and gets none of them back by returning', async () => {
  await setRole(server, admin, 'DELETE', person.user.id, demo, 'project-member');
  assert.deepEqual(await doors(), shut);
  await setRole(server, admin, 'PUT', person.user.id, demo, 'project-member');
  // The password is the user's own, and opens the project again.
  assert.deepEqual(await doors(), { ...shut, login: 200 });
  const keys = await call(server, at('/application_credentials'), { token: admin });
  assert.deepEqual((keys.json as { application_credentials: unknown[] }).application_credentials, []);
});

/** Keys and passwords are good again, tokens and what was made from them are not (Keystone revokes them). */
const afterwards: Doors = { ...shut, s3: 200, presigned: 200, issue: 201, login: 200 };

test('a disabled user is shut out at once; enabled again, it has its keys, not its tokens', async () => {
  await change(at(''), 'PATCH', { user: { enabled: false } });
  assert.deepEqual(await doors(), shut);
  await change(at(''), 'PATCH', { user: { enabled: true } });
  assert.deepEqual(await doors(), afterwards);
  const { id, secret } = person.user.iamKey;
  const renewed = { ...person, byKey: await tokenOf(server, byCredential({ id, secret })) };
  assert.deepEqual(await knock(server, renewed, bucket), {
    ...afterwards,
    swift: 200,
    ext: 200,
    iam: 200,
    trail: 200,
  });
});

test('a deleted user is shut out at once', async () => {
  await change(at(''), 'DELETE');
  assert.deepEqual(await doors(), shut);
});

test('a deleted IAM key takes its own tokens along', async () => {
  await change(at(`/application_credentials/${person.user.iamKey.id}`), 'DELETE');
  assert.deepEqual(await doors(), {
    ...shut,
    s3: 200,
    presigned: 200,
    password: 200,
    v1: 200,
    login: 200,
  });
});

test('a deleted S3 key signs nothing more', async () => {
  await change(at(`/credentials/OS-EC2/${person.user.s3Key.access}`), 'DELETE');
  assert.deepEqual(await doors(), { ...open, s3: 403, presigned: 403 });
});

test('a new password ends the tokens of the old one, not those of keys', async () => {
  await change(at(''), 'PATCH', { user: { password: 'another' } });
  assert.deepEqual(await doors(), { ...open, password: 401, v1: 401, login: 401 });
});

test('a revoked token is dead, the others live', async () => {
  const headers = { 'X-Subject-Token': person.byKey };
  const revoked = await call(server, '/v3/auth/tokens', { token: admin, method: 'DELETE', headers });
  assert.equal(revoked.status, 204);
  assert.deepEqual(await doors(), {
    ...open,
    temporary: 400,
    swift: 401,
    ext: 401,
    iam: 401,
    trail: 401,
  });
});

test('a disabled project shuts all of its users out; enabled again, it lets their keys in', async () => {
  const made = await change('/v3/projects', 'POST', { project: { name: 'short-lived' } });
  const { id } = (made.json as { project: { id: string } }).project;
  const project: TestProject = { id, name: 'short-lived', accountNumber: '' };
  const insider = await newPerson(server, admin, project, 'project-admin');
  await makeBucket(server, insider.byKey, 'short-lived-bucket');
  const inside = () => knock(server, insider, 'short-lived-bucket');
  assert.deepEqual(await inside(), open);
  await change(`/v3/projects/${id}`, 'PATCH', { project: { enabled: false } });
  assert.deepEqual(await inside(), shut);
  await change(`/v3/projects/${id}`, 'PATCH', { project: { enabled: true } });
  assert.deepEqual(await inside(), afterwards);
  assertError(
    await call(server, `/v3/projects/${id}`, { token: admin, method: 'DELETE' }),
    409,
    /short-lived still has buckets/,
  );
  assert.deepEqual(await inside(), afterwards);
  const token = await tokenOf(server, byCredential(insider.user.iamKey));
  const emptied = await ext(server, token, '/bucket/short-lived-bucket', { method: 'DELETE' });
  assert.ok(emptied.status < 300, emptied.text);
  await change(`/v3/projects/${id}`, 'DELETE');
  assert.deepEqual(await inside(), shut);
});

/** Storing one object with each proof. */
async function writing(): Promise<Record<'s3' | 'token' | 'freshToken', number>> {
  const { user, byKey } = person;
  const put = (token: string) =>
    swiftRequest(server, 'PUT', `/v1/${demo.id}/${bucket}/o`, {
      headers: { 'X-Auth-Token': token },
      body: 'x',
    });
  const all = async (one: () => Promise<{ status: number }>) => {
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await one()).status));
    assert.equal(new Set(statuses).size, 1, String(statuses));
    return statuses[0] ?? 0;
  };
  const fresh = await tokenOf(server, byCredential({ id: user.iamKey.id, secret: user.iamKey.secret }));
  return {
    s3: await all(() => rawS3(server, { method: 'PUT', target: `/${bucket}/o`, body: 'x', user })),
    token: await all(() => put(byKey)),
    freshToken: await all(() => put(fresh)),
  };
}

test('rights of a token are the roles at its issue and the roles now; a signature has those of now', async () => {
  assert.deepEqual(await writing(), { s3: 200, token: 201, freshToken: 201 });
  const role = (method: 'PUT' | 'DELETE', name: string) =>
    setRole(server, admin, method, person.user.id, demo, name);
  // From member to reader.
  await role('PUT', 'project-reader');
  await role('DELETE', 'project-member');
  assert.deepEqual(await writing(), { s3: 403, token: 403, freshToken: 403 });
  assert.deepEqual(await doors(), open);
  // A token issued as reader stays one; the older one was issued as member, which it is again.
  const asReader = await tokenOf(
    server,
    byCredential({ id: person.user.iamKey.id, secret: person.user.iamKey.secret }),
  );
  await role('PUT', 'project-admin');
  assert.deepEqual(await writing(), { s3: 200, token: 201, freshToken: 201 });
  person = { ...person, byKey: asReader };
  assert.equal((await writing()).token, 403);
});

test('two keys of a kind, 403 for a third; deleting one makes room', async () => {
  const { byKey } = person;
  const iam = (name: string) =>
    call(server, at('/application_credentials'), {
      token: byKey,
      body: { application_credential: { name } },
    });
  const s3 = () => call(server, at('/credentials/OS-EC2'), { token: byKey, body: { tenant_id: demo.id } });
  assertError(await iam('ci'), 409, /Duplicate entry found with name ci\./);
  assert.equal((await iam('second')).status, 201);
  assertError(await iam('third'), 403, /maximum of 2 already exceeded/);
  const second = await s3();
  assert.equal(second.status, 201);
  assertError(await s3(), 403, /maximum of 2 already exceeded/);
  const { access } = (second.json as { credential: { access: string } }).credential;
  await change(at(`/credentials/OS-EC2/${access}`), 'DELETE', undefined, byKey);
  assert.equal((await s3()).status, 201);
});

test('of many at once, two keys are made', async () => {
  const { byKey } = person;
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      call(server, at('/application_credentials'), {
        token: byKey,
        body: { application_credential: { name: `race ${i}` } },
      }),
    ),
  );
  assert.deepEqual(made.map(({ status }) => status).sort(), [201, 403, 403, 403, 403, 403]);
});

test('secrets are shown once; keys cannot be suspended', async () => {
  const { user, byKey } = person;
  for (const path of [
    '/application_credentials',
    `/application_credentials/${user.iamKey.id}`,
    '/credentials/OS-EC2',
    `/credentials/OS-EC2/${user.s3Key.access}`,
  ]) {
    for (const token of [byKey, admin]) {
      const { status, text } = await call(server, at(path), { token });
      assert.equal(status, 200);
      assert.equal(text.includes(user.iamKey.secret) || text.includes(user.s3Key.secret), false);
      assert.equal(/"secret"/.test(text), false);
    }
  }
  for (const path of [
    `/application_credentials/${user.iamKey.id}`,
    `/credentials/OS-EC2/${user.s3Key.access}`,
  ]) {
    for (const method of ['PATCH', 'PUT', 'POST']) {
      const answer = await call(server, at(path), { token: admin, method, body: { enabled: false } });
      assert.equal(answer.status, 405, `${method} ${path}`);
    }
  }
  assert.deepEqual(await doors(), open);
});
