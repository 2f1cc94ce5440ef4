/**
 * How long each proof of Krutrim's API lasts, and each address that was signed by it: what ends one ends it for the next request at every worker,
 * and leaves the others alone.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { newPerson, type Person, setRole } from '../iam/people.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { downloadUrlOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { demo, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const bucket = 'life-of-proofs';
let server: TestServer;
let admin: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  admin = await issueToken(server, root);
  await makeKosBucket(server, bucket);
  assert.equal((await kosObjects(server, bucket).put('k', 'x')).status, 200);
});
after(() => server.stop());

const proofNames = ['API key', 'Bearer', 'token', 'password token', 'session'] as const;
type ProofName = (typeof proofNames)[number];

let person: Person;
let proofs: Record<ProofName, Record<string, string>>;
let refreshToken: unknown;
/** By the proof they were signed with. */
let addresses: Record<ProofName, { down: string; up: string }>;

beforeEach(async () => {
  person = await newPerson(server, admin, demo, 'project-member');
  const { user, byKey, byPassword } = person;
  const body = { accessKey: user.s3Key.access, secretKey: user.s3Key.secret };
  const opened = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body, by: user });
  ({ refreshToken } = fieldsOf(opened));
  proofs = {
    'API key': { 'x-account-id': apiKeyOf(user) },
    Bearer: { Authorization: `Bearer ${apiKeyOf(user)}` },
    token: { Authorization: `Bearer ${byKey}` },
    'password token': { Authorization: `Bearer ${byPassword}`, 'x-account-id': demo.id },
    session: { 'x-session-token': String(fieldsOf(opened).sessionToken) },
  };
  const objects = kosObjects(server, bucket);
  const signed = proofNames.map(async (name) => {
    const by = { by: null, headers: proofs[name] };
    const down = downloadUrlOf(await objects.download({ objectkey: 'k' }, by));
    const up = uploadUrlOf(await objects.upload({ objectkey: `by ${name}` }, by));
    return [name, { down, up }] as const;
  });
  addresses = Object.fromEntries(await Promise.all(signed)) as typeof addresses;
  assert.deepEqual(await living(), both(...proofNames));
});

/** Several times, each on a connection of its own, so that every worker is met: all must say the same. */
async function allGood(ask: () => Promise<number>, refused: readonly number[]): Promise<boolean> {
  const statuses = await Promise.all(Array.from({ length: 4 }, ask));
  const [status = 0] = statuses;
  const known = status < 300 || refused.includes(status);
  assert.ok(known && statuses.every((one) => one === status), String(statuses));
  return status < 300;
}

interface Living {
  readonly proofs: readonly ProofName[];
  /** The proofs whose signed addresses are good, to read and to write. */
  readonly signed: readonly ProofName[];
}

async function living(): Promise<Living> {
  const told = { proofs: [] as ProofName[], signed: [] as ProofName[] };
  for (const name of proofNames) {
    const headers = { ...proofs[name], connection: 'close' };
    const path = `/kos/v1/buckets/${bucket}/objects`;
    const ask = async () => (await kos(server, path, { by: null, headers })).status;
    if (await allGood(ask, [401])) told.proofs.push(name);
    const { down, up } = addresses[name];
    const close = { headers: { connection: 'close' } };
    const reads = await allGood(async () => (await fetch(down, close)).status, [400, 403]);
    const put = { ...close, method: 'PUT', body: 'y' };
    const writes = await allGood(async () => (await fetch(up, put)).status, [400, 403]);
    assert.equal(reads, writes, `what ${name} signed`);
    if (reads) told.signed.push(name);
  }
  return told;
}

/** Both alike. */
const both = (...names: readonly ProofName[]): Living => ({ proofs: names, signed: names });
const without = (gone: ProofName) => both(...proofNames.filter((name) => name !== gone));

const change = async (path: string, method: string, body?: unknown, token = admin) => {
  const answer = await call(server, path, { token, method, ...(body !== undefined && { body }) });
  assert.ok(answer.status < 300, answer.text);
};
const at = (path = '') => `/v3/users/${person.user.id}${path}`;
const enabled = (kind: 'user' | 'project', id: string, on: boolean) =>
  change(`/v3/${kind}s/${id}`, 'PATCH', { [kind]: { enabled: on } });
/** Keys are good again, tokens and sessions and what was made from them are not; a session signs with the S3 key itself. */
const afterwards: Living = { proofs: ['API key', 'Bearer'], signed: ['session'] };

test('a disabled user is shut out; enabled again, it has its keys, and neither tokens nor sessions', async () => {
  await enabled('user', person.user.id, false);
  assert.deepEqual(await living(), both());
  await enabled('user', person.user.id, true);
  assert.deepEqual(await living(), afterwards);
  const token = proofs.session['x-session-token'];
  const status = await kos(server, `/kos/v1/sessions/status/${token}`, { by: null });
  assert.equal(fieldsOf(status).isActive, false);
  const path = `/kos/v1/sessions/refresh/${token}`;
  const refreshed = await kos(server, path, { method: 'POST', body: { refreshToken }, by: null });
  assertKosError(refreshed, 401, 'Unauthorized');
  // A new one of the same pair is good.
  const { s3Key } = person.user;
  const body = { accessKey: s3Key.access, secretKey: s3Key.secret };
  const again = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body, by: person.user });
  proofs.session = { 'x-session-token': String(fieldsOf(again).sessionToken) };
  assert.deepEqual((await living()).proofs, [...afterwards.proofs, 'session']);
});

test('a disabled project shuts all out; enabled again, they have their keys, and neither tokens nor sessions', async () => {
  await enabled('project', demo.id, false);
  assert.deepEqual(await living(), both());
  await enabled('project', demo.id, true);
  assert.deepEqual(await living(), afterwards);
});

test('whoever leaves the account has nothing left, also after a return', async () => {
  await setRole(server, admin, 'DELETE', person.user.id, demo, 'project-member');
  assert.deepEqual(await living(), both());
  await setRole(server, admin, 'PUT', person.user.id, demo, 'project-member');
  assert.deepEqual(await living(), both());
});

test('the IAM key takes API key and token with it, and nothing else', async () => {
  await change(
    at(`/application_credentials/${person.user.iamKey.id}`),
    'DELETE',
    undefined,
    person.byPassword,
  );
  assert.deepEqual(await living(), both('password token', 'session'));
});

test('the S3 key takes the session with it, and nothing else', async () => {
  await change(at(`/credentials/OS-EC2/${person.user.s3Key.access}`), 'DELETE');
  assert.deepEqual(await living(), without('session'));
});

test('a revoked token is dead, and what it signed; a key of it lives', async () => {
  const headers = { 'X-Subject-Token': person.byPassword };
  const answer = await call(server, '/v3/auth/tokens', {
    token: person.byPassword,
    method: 'DELETE',
    headers,
  });
  assert.equal(answer.status, 204, answer.text);
  assert.deepEqual(await living(), without('password token'));
});

test('a session that is ended takes along what it signed no more than its key does', async () => {
  const path = `/kos/v1/sessions/deactivate/${proofs.session['x-session-token']}`;
  assert.equal((await kos(server, path, { method: 'DELETE', by: null })).status, 204);
  // Signed with the pair, which lives.
  assert.deepEqual(await living(), { ...without('session'), signed: proofNames });
});
