/** People made for one test by the administration calls, with a key of each kind, and the doors they knock at. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ListObjectsV2Command, type S3, type S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { rawS3, s3Client } from '../support/s3.ts';
import { alice, type TestProject, type TestUser } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { type Authenticator, authenticator } from '../support/totp.ts';
import { byCredential, byPassword, call } from './identity-call.ts';

/** A user with the tokens of its IAM key and of its password, and what was made from them. */
export interface Person {
  readonly user: TestUser;
  readonly byKey: string;
  readonly byPassword: string;
  /** Of Swift's first kind of authentication. */
  readonly byLogin: string;
  /** Temporary credentials, made from the IAM key's token. */
  readonly temporary: NonNullable<S3ClientConfig['credentials']>;
}

type Reached = Pick<TestServer, 'url'>;

/**
 * `admin`: a service administrator's token. The user gets this one role in `project`, or is let in by what is given instead; an IAM
 * key and an S3 key.
 */
export async function newPerson(
  server: Reached,
  admin: string,
  project: TestProject,
  role: string | ((user: string) => Promise<void>),
): Promise<Person> {
  const name = `p-${randomBytes(6).toString('hex')}`;
  const password = `${name} password`;
  const body = { user: { name, password } };
  const made = await call(server, '/v3/users', { token: admin, body });
  assert.equal(made.status, 201, made.text);
  const { id } = (made.json as { user: { id: string } }).user;
  if (typeof role === 'string') await setRole(server, admin, 'PUT', id, project, role);
  else await role(id);
  const user = { ...alice, id, name, password, project };
  const passwordToken = await tokenOf(server, byPassword({ id, password }, { project: { id: project.id } }));
  const credential = await call(server, `/v3/users/${id}/application_credentials`, {
    token: passwordToken,
    body: { application_credential: { name: 'ci' } },
  });
  const iamKey = (credential.json as { application_credential: TestUser['iamKey'] }).application_credential;
  const byKey = await tokenOf(server, byCredential({ id: iamKey.id, secret: iamKey.secret }));
  const pair = await call(server, `/v3/users/${id}/credentials/OS-EC2`, {
    token: byKey,
    body: { tenant_id: project.id },
  });
  const s3Key = (pair.json as { credential: TestUser['s3Key'] }).credential;
  const whole = { ...user, iamKey, s3Key };
  const { headers } = await login(server, whole);
  return {
    user: whole,
    byKey,
    byPassword: passwordToken,
    byLogin: String(headers['x-auth-token']),
    temporary: await temporaryKey(server, byKey),
  };
}

/** Gives the person an authenticator, which has two codes left before the next would have to be waited for. */
export async function withAuthenticator(
  server: Reached,
  { user, byKey: token }: Pick<Person, 'user' | 'byKey'>,
): Promise<Authenticator> {
  const enrolled = await call(server, `/v3/users/${user.id}/totp`, { token, method: 'POST' });
  assert.equal(enrolled.status, 201, enrolled.text);
  const phone = authenticator((enrolled.json as { totp: { secret: string } }).totp.secret);
  const body = { totp: { passcode: await phone.next() } };
  const confirmed = await call(server, `/v3/users/${user.id}/totp/confirm`, { token, body });
  assert.equal(confirmed.status, 200, confirmed.text);
  return phone;
}

function login(server: Reached, { name, password, project }: TestUser) {
  const headers = { 'X-Auth-User': `${project.name}:${name}`, 'X-Auth-Key': password };
  return swiftRequest(server, 'GET', '/auth/v1.0', { headers });
}

async function temporaryKey(server: Reached, token: string): Promise<Person['temporary']> {
  const wish = { Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: token };
  const headers = { 'content-type': 'application/json' };
  const answer = await rawS3(server, { method: 'POST', target: '/', headers, body: JSON.stringify(wish) });
  assert.equal(answer.status, 200, answer.text);
  return {
    accessKeyId: answer.element('AccessKeyId') ?? '',
    secretAccessKey: answer.element('SecretAccessKey') ?? '',
    sessionToken: answer.element('SessionToken') ?? '',
  };
}

export async function tokenOf(server: Reached, request: object): Promise<string> {
  const issued = await call(server, '/v3/auth/tokens', { body: request });
  assert.equal(issued.status, 201, issued.text);
  return issued.headers.get('x-subject-token') ?? '';
}

export async function setRole(
  server: Reached,
  token: string,
  method: 'PUT' | 'DELETE',
  user: string,
  project: TestProject,
  role: string,
): Promise<void> {
  const path = `/v3/projects/${project.id}/users/${user}/roles/${role}`;
  const answer = await call(server, path, { token, method });
  assert.equal(answer.status, 204, answer.text);
}

/** What each of the doors answers at this moment. */
export interface Doors {
  /** Reading a bucket's list with the S3 key. */
  readonly s3: number;
  /** The same by an address that the S3 key has signed, and by one that the temporary key has. */
  readonly presigned: number;
  readonly temporary: number;
  /** The same by Swift, by the Extension its detail, with the IAM key's token. */
  readonly swift: number;
  readonly ext: number;
  readonly iam: number;
  readonly trail: number;
  /** Swift with the password's token, and with the one of its first kind of authentication. */
  readonly password: number;
  readonly v1: number;
  /** A new token by the IAM key, and by Swift's first kind of authentication. */
  readonly issue: number;
  readonly login: number;
}

export const open: Doors = {
  s3: 200,
  presigned: 200,
  temporary: 200,
  swift: 200,
  ext: 200,
  iam: 200,
  trail: 200,
  password: 200,
  v1: 200,
  issue: 201,
  login: 200,
};
/** A temporary key that has lost its ground is InvalidToken to S3, which is 400 there. */
export const shut: Doors = {
  s3: 403,
  presigned: 403,
  temporary: 400,
  swift: 401,
  ext: 401,
  iam: 401,
  trail: 401,
  password: 401,
  v1: 401,
  issue: 401,
  login: 401,
};

/** Asked several times, each on a connection of its own, so that every process is met: all must say the same. */
export async function knock(server: Reached, person: Person, bucket: string): Promise<Doors> {
  const { user, byKey, byPassword: byWord, byLogin, temporary } = person;
  const presigned = await signedListing(s3Client(server, user), bucket);
  const temporarily = await signedListing(s3Client(server, user, { credentials: temporary }), bucket);
  const account = `/v1/${user.project.id}/${bucket}`;
  const get = (target: string, token: string) =>
    swiftRequest(server, 'GET', target, { headers: { 'X-Auth-Token': token } });
  const doors: Record<keyof Doors, () => Promise<{ status: number }>> = {
    s3: () => rawS3(server, { target: `/${bucket}?list-type=2`, user }),
    presigned: () => rawS3(server, { target: presigned }),
    temporary: () => rawS3(server, { target: temporarily }),
    swift: () => get(`${account}?format=json`, byKey),
    ext: () => get(`/v1_ext/bucket/${bucket}`, byKey),
    iam: () => get('/v3/auth/projects', byKey),
    trail: () => get('/trail/v1/events?limit=1', byKey),
    password: () => get(`${account}?format=json`, byWord),
    v1: () => get(`/v1/AUTH_${user.project.id}/${bucket}?format=json`, byLogin),
    issue: () =>
      swiftRequest(server, 'POST', '/v3/auth/tokens', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(byCredential({ id: user.iamKey.id, secret: user.iamKey.secret })),
      }),
    login: () => login(server, user),
  };
  const answers = await Promise.all(
    Object.entries(doors).map(async ([door, ask]) => {
      const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await ask()).status));
      assert.equal(new Set(statuses).size, 1, `${door} answers ${statuses}`);
      return [door, statuses[0]];
    }),
  );
  return Object.fromEntries(answers) as unknown as Doors;
}

async function signedListing(s3: S3, bucket: string): Promise<string> {
  const url = new URL(await getSignedUrl(s3, new ListObjectsV2Command({ Bucket: bucket })));
  return url.pathname + url.search;
}
