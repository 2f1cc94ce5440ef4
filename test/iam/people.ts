/** People made for one test by the administration calls, with a key of each kind, and the doors they knock at. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rawS3 } from '../support/s3.ts';
import { alice, type TestProject, type TestUser } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { byCredential, byPassword, call } from './identity-call.ts';

/** A user with the tokens of its IAM key and of its password. */
export interface Person {
  readonly user: TestUser;
  readonly byKey: string;
  readonly byPassword: string;
}

type Reached = Pick<TestServer, 'url'>;

/** `admin`: a service administrator's token. The user gets this one role in `project`, an IAM key and an S3 key. */
export async function newPerson(
  server: Reached,
  admin: string,
  project: TestProject,
  role: string,
): Promise<Person> {
  const name = `p-${randomBytes(6).toString('hex')}`;
  const password = `${name} password`;
  const body = { user: { name, password } };
  const made = await call(server, '/v3/users', { token: admin, body });
  assert.equal(made.status, 201, made.text);
  const { id } = (made.json as { user: { id: string } }).user;
  await setRole(server, admin, 'PUT', id, project, role);
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
  return { user: { ...user, iamKey, s3Key }, byKey, byPassword: passwordToken };
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
  /** The same by Swift, by the Extension its detail, with the IAM key's token. */
  readonly swift: number;
  readonly ext: number;
  readonly iam: number;
  /** Swift with the password's token. */
  readonly password: number;
  /** A new token by the IAM key. */
  readonly issue: number;
}

export const open: Doors = { s3: 200, swift: 200, ext: 200, iam: 200, password: 200, issue: 201 };
export const shut: Doors = { s3: 403, swift: 401, ext: 401, iam: 401, password: 401, issue: 401 };

/** Asked several times, each on a connection of its own, so that every process is met: all must say the same. */
export async function knock(server: Reached, person: Person, bucket: string): Promise<Doors> {
  const { user, byKey, byPassword: byWord } = person;
  const account = `/v1/${user.project.id}/${bucket}`;
  const get = (target: string, token: string) =>
    swiftRequest(server, 'GET', target, { headers: { 'X-Auth-Token': token } });
  const doors: Record<keyof Doors, () => Promise<{ status: number }>> = {
    s3: () => rawS3(server, { target: `/${bucket}?list-type=2`, user }),
    swift: () => get(`${account}?format=json`, byKey),
    ext: () => get(`/v1_ext/bucket/${bucket}`, byKey),
    iam: () => get('/v3/auth/projects', byKey),
    password: () => get(`${account}?format=json`, byWord),
    issue: () =>
      swiftRequest(server, 'POST', '/v3/auth/tokens', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(byCredential({ id: user.iamKey.id, secret: user.iamKey.secret })),
      }),
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
