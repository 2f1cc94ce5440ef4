// One-time passwords for deletions, where the account asks for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { newPerson, withAuthenticator } from '../iam/people.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { bob, demo, eve, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import type { Authenticator } from '../support/totp.ts';

let server: TestServer;
let service: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  service = await issueToken(server, root);
});
after(() => server.stop());

interface Administrator {
  readonly user: TestUser;
  readonly phone: Authenticator;
}

/** Of the account, with an authenticator. */
async function newAdministrator(): Promise<Administrator> {
  const person = await newPerson(server, service, demo, 'project-admin');
  return { user: person.user, phone: await withAuthenticator(server, person) };
}

async function mfaDelete(enabled: boolean): Promise<void> {
  const { user, phone } = await newAdministrator();
  const token = await issueToken(server, user);
  const body = { mfa_delete: { enabled, passcode: await phone.next() } };
  const set = await call(server, `/v3/projects/${demo.id}/mfa_delete`, { token, method: 'PUT', body });
  assert.equal(set.status, 200, set.text);
}

test('a bucket goes with a code, once, where the account asks for one', async () => {
  const { user, phone } = await newAdministrator();
  const remove = (path: string, body?: unknown, by = user) =>
    kos(server, path, { method: 'DELETE', by, ...(body !== undefined && { body }) });
  const [one, two, three] = [
    '/kos/v1/buckets/otp-one',
    '/kos/v1/buckets/otp-two',
    '/kos/v1/buckets/otp-three',
  ];
  for (const name of ['otp-one', 'otp-two', 'otp-three']) await makeKosBucket(server, name);
  assert.equal((await remove(three, { otp: 'not looked at' })).status, 204);
  await mfaDelete(true);
  for (const body of [undefined, {}, { otp: null }, { otp: '' }, { otp: '12345' }, { otp: phone.past() }]) {
    assertKosError(await remove(one, body), 400, 'BadRequest', /^otp /);
  }
  assertKosError(await remove(one, { otp: 7 }), 400, 'BadRequest');
  const otp = await phone.next();
  assert.equal((await remove(one, { otp })).status, 204);
  assertKosError(await remove(two, { otp }), 400, 'BadRequest', /used before/);
  assert.equal((await kos(server, two)).status, 200);
  // Who may not delete learns nothing of codes.
  assertKosError(await remove(two, {}, bob), 403, 'Forbidden');
  assertKosError(await remove(two, {}, eve), 404, 'BucketNotFound');
  await mfaDelete(false);
  assert.equal((await remove(two)).status, 204);
});

test('access keys go with a code, one and all', async () => {
  const { user, phone } = await newAdministrator();
  const remove = (path: string, body?: unknown) =>
    kos(server, path, { method: 'DELETE', by: user, ...(body !== undefined && { body }) });
  const keys = '/kos/v1/access_keys';
  const own = `${keys}/${user.s3Key.access}`;
  const all = '/internal/kos/v1/access_keys_all';
  await mfaDelete(true);
  for (const path of [own, all]) {
    for (const body of [undefined, { otp: phone.past() }]) {
      assertKosError(await remove(path, body), 400, 'BadRequest', /^otp /);
    }
  }
  assert.equal((await remove(own, { otp: await phone.next() })).status, 204);
  assertKosError(await remove(own, {}), 404, 'AccessKeyNotFound');
  const made = await kos(server, keys, { method: 'POST', by: user });
  assert.equal(typeof fieldsOf(made).secret_key, 'string');
  assert.equal((await remove(all, { otp: await phone.next() })).status, 204);
  assert.deepEqual((await kos(server, keys, { by: user })).json, []);
  await mfaDelete(false);
});
