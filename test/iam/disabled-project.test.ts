// What a project gave to strangers (public reading, grants to users and groups of elsewhere, signed addresses) ends with its being
// disabled, at once, at every door of both processes; and comes back with it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { rawS3 } from '../support/s3.ts';
import { eve, type TestProject } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { call, startWithTokens } from './identity-call.ts';
import { newPerson } from './people.ts';

let server: TestServer;
let admin: string;
let eves: string;
let project: TestProject;
const bucket = 'open-to-strangers';
const signingKey = 'the-key-of-the-account-81d2';

const ok = async (answer: Promise<{ status: number; text: string }>) => {
  const { status, text } = await answer;
  assert.ok(status < 300, `${status} ${text}`);
};
const grant = (token: string, role: string, member: object) =>
  ok(ext(server, token, `/bucket/${bucket}/policy`, { method: 'POST', body: { role, member } }));

before(async () => {
  ({ server, admin } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
  eves = await issueToken(server, eve);
  const made = await call(server, '/v3/projects', { token: admin, body: { project: { name: 'generous' } } });
  project = {
    id: (made.json as { project: { id: string } }).project.id,
    name: 'generous',
    accountNumber: '',
  };
  const giver = await newPerson(server, admin, project, 'project-admin');
  await makeBucket(server, giver.byKey, bucket);
  const body = { method: 'POST', body: { acl: { public: 'read-only' } } };
  await ok(ext(server, giver.byKey, `/bucket/${bucket}`, body));
  await grant(giver.byKey, 'storage.editor', { type: 'user', id: eve.id });
  const headers = { 'X-Auth-Token': giver.byKey };
  await ok(swiftRequest(server, 'PUT', `/v1/${project.id}/${bucket}/o`, { headers, body: 'hello' }));
  await ok(
    swiftRequest(server, 'POST', `/v1/${project.id}`, {
      headers: { ...headers, 'X-Account-Meta-Temp-URL-Key': signingKey },
    }),
  );
});
after(() => server.stop());

function temporaryAddress(): string {
  const path = `/v1/AUTH_${project.id}/${bucket}/o`;
  const expires = Math.floor(Date.now() / 1000) + 3600;
  const sig = createHmac('sha256', signingKey).update(`GET\n${expires}\n${path}`).digest('hex');
  return `${path}?temp_url_sig=${sig}&temp_url_expires=${expires}`;
}

/** Each asked six times, so that both processes answer. */
async function strangers(): Promise<Record<string, number | undefined>> {
  const headers = { 'X-Auth-Token': eves };
  const asks: Record<string, () => Promise<{ status: number }>> = {
    publicS3: () => rawS3(server, { target: `/${bucket}/o` }),
    publicS3List: () => rawS3(server, { target: `/${bucket}?list-type=2` }),
    publicSwift: () => swiftRequest(server, 'GET', `/v1/${project.id}/${bucket}/o`),
    publicUpstream: () => swiftRequest(server, 'GET', `/v1/AUTH_${project.id}/${bucket}/o`),
    temporary: () => swiftRequest(server, 'GET', temporaryAddress()),
    s3: () => rawS3(server, { target: `/${bucket}/o`, user: eve }),
    s3Head: () => rawS3(server, { method: 'HEAD', target: `/${bucket}`, user: eve }),
    s3Put: () => rawS3(server, { method: 'PUT', target: `/${bucket}/p`, body: 'x', user: eve }),
    s3Copy: () =>
      rawS3(server, {
        method: 'PUT',
        target: '/of-eve/copy',
        headers: { 'x-amz-copy-source': `/${bucket}/o` },
        user: eve,
      }),
    swift: () => swiftRequest(server, 'GET', `/v1/AUTH_${project.id}/${bucket}/o`, { headers }),
    swiftPut: () => swiftRequest(server, 'PUT', `/v1/AUTH_${project.id}/${bucket}/p`, { headers, body: 'x' }),
    ext: () => swiftRequest(server, 'GET', `/v1_ext/bucket/${bucket}`, { headers }),
  };
  const answers = await Promise.all(
    Object.entries(asks).map(async ([name, ask]) => {
      const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await ask()).status));
      assert.equal(new Set(statuses).size, 1, `${name} answers ${statuses}`);
      return [name, statuses[0]];
    }),
  );
  return Object.fromEntries(answers) as Record<string, number>;
}

const enable = (enabled: boolean) =>
  ok(
    call(server, `/v3/projects/${project.id}`, {
      token: admin,
      method: 'PATCH',
      body: { project: { enabled } },
    }),
  );

test('strangers are let in by an enabled project alone', async () => {
  await makeBucket(server, eves, 'of-eve');
  const open = {
    publicS3: 200,
    publicS3List: 200,
    publicSwift: 200,
    publicUpstream: 200,
    temporary: 200,
    s3: 200,
    s3Head: 200,
    s3Put: 200,
    s3Copy: 200,
    swift: 200,
    swiftPut: 201,
    ext: 200,
  };
  assert.deepEqual(await strangers(), open);
  await enable(false);
  assert.deepEqual(await strangers(), {
    publicS3: 403,
    publicS3List: 403,
    publicSwift: 401,
    publicUpstream: 401,
    temporary: 401,
    s3: 403,
    s3Head: 403,
    s3Put: 403,
    s3Copy: 403,
    swift: 403,
    swiftPut: 403,
    ext: 403,
  });
  await enable(true);
  assert.deepEqual(await strangers(), open);
});
