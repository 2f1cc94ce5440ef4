// "Getting started with OpenAPI", replayed: both ways to a token, how its rights change and end, projects, common answers, the trail
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { CoreError } from '../../src/core/errors.ts';
import { renderError } from '../../src/protocols/ext/errors.ts';
import { Documentation } from '../support/documentation.ts';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents } from '../support/trail.ts';
import { type Answer, call } from './identity-call.ts';

const fields = [
  'id',
  'name',
  'domain_id',
  'description',
  'enabled',
  'parent_id',
  'is_domain',
  'tags',
  'options',
];
const openApi = new Documentation('Getting started with OpenAPI', [
  'token by key id: sample',
  'token by key name: sample',
  'token: Content-Type is required',
  'token: lasts 12 hours',
  'rights: role changed',
  'rights: user removed from the project',
  'rights: key deleted',
  'projects: sample',
  ...[...fields, 'links', 'links.self'].map((field) => `projects: ${field}`),
  ...[200, 201, 202, 204, 400, 401, 403, 404, 409, 500].map((status) => `common: ${status}`),
  'common: error body',
  'trail: events by event name and resource type',
  'trail: events by service name OpenAPI',
]);

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'doc-box');
});
after(() => server.stop());

const auth = (credential: object) => ({
  auth: { identity: { methods: ['application_credential'], application_credential: credential } },
});
const issue = (credential: object, headers = {}): Promise<Answer> =>
  call(server, '/v3/auth/tokens', { body: auth(credential), headers });

openApi.shows(
  ['token by key id: sample', 'token by key name: sample', 'token: lasts 12 hours', 'common: 201'],
  'a token by either sample, in the header X-Subject-Token, for 12 hours',
  async () => {
    const { id, name, secret } = alice.iamKey;
    for (const credential of [
      { id, secret },
      { name, secret, user: { id: alice.id } },
    ]) {
      const answer = await issue(credential);
      assert.equal(answer.status, 201, answer.text);
      const issued = answer.headers.get('x-subject-token') ?? '';
      assert.match(issued, /^gAAAAAB/);
      assert.equal((await ext(server, issued, '/bucket')).status, 200);
      const times = (answer.json as { token: { issued_at: string; expires_at: string } }).token;
      assert.equal(Date.parse(times.expires_at) - Date.parse(times.issued_at), 12 * 3600 * 1000);
    }
  },
);

openApi.shows(
  ['token: Content-Type is required'],
  'no token without Content-Type: application/json',
  async () => {
    const { id, secret } = alice.iamKey;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await issue({ id, secret }, { 'Content-Type': type });
      assert.deepEqual([answer.status, answer.headers.get('x-subject-token')], [400, null]);
    }
  },
);

const roleOf = (user: TestUser, role: string) => `/v3/projects/${demo.id}/users/${user.id}/roles/${role}`;
const asRoot = async (path: string, method: string) => {
  const answer = await call(server, path, { method, token: await issueToken(server, root) });
  assert.equal(answer.status, 204, answer.text);
};

async function roleId(name: string): Promise<string> {
  const listed = await call(server, `/v3/roles?name=${name}`, { token: await issueToken(server, root) });
  const { roles } = listed.json as { roles: { id: string; name: string }[] };
  return roles.find((role) => role.name === name)?.id ?? '';
}

openApi.shows(['rights: role changed'], 'a token follows a change of role: member to reader', async () => {
  const held = await issueToken(server, bob);
  await makeBucket(server, held, 'doc-by-member');
  await asRoot(roleOf(bob, await roleId('project-reader')), 'PUT');
  await asRoot(roleOf(bob, await roleId('project-member')), 'DELETE');
  assert.equal((await ext(server, held, '/bucket')).status, 200);
  assertError(
    await ext(server, held, '/bucket', { method: 'PUT', body: { name: 'doc-by-reader' } }),
    403,
    'Forbidden',
  );
});

openApi.shows(
  ['rights: user removed from the project'],
  'a token ends with the last role in the project',
  async () => {
    const held = await issueToken(server, bob);
    await asRoot(roleOf(bob, await roleId('project-reader')), 'DELETE');
    assertError(await ext(server, held, '/bucket'), 401, 'Unauthorized');
  },
);

openApi.shows(
  ['rights: key deleted', 'common: 204'],
  'a token ends with the key that issued it',
  async () => {
    const held = await issueToken(server, carol);
    const path = `/v3/users/${carol.id}/application_credentials/${carol.iamKey.id}`;
    const answer = await call(server, path, { method: 'DELETE', token: held });
    assert.deepEqual([answer.status, answer.text], [204, '']);
    assertError(await ext(server, held, '/bucket'), 401, 'Unauthorized');
  },
);

openApi.shows(
  [
    'projects: sample',
    ...[...fields, 'links', 'links.self'].map((field) => `projects: ${field}`),
    'common: 200',
  ],
  'the projects of a user, every field',
  async () => {
    const answer = await call(server, `/v3/users/${alice.id}/projects`, { token });
    assert.equal(answer.status, 200);
    const base = `${server.url}/identity/v3`;
    assert.deepEqual(answer.json, {
      projects: [
        {
          id: demo.id,
          name: demo.name,
          domain_id: 'default',
          description: '',
          enabled: true,
          parent_id: 'default',
          is_domain: false,
          tags: [],
          options: {},
          links: { self: `${base}/projects/${demo.id}` },
        },
      ],
      links: { next: null, self: `${base}/users/${alice.id}/projects`, previous: null },
    });
  },
);

openApi.shows(
  ['common: 400', 'common: 401', 'common: 403', 'common: 404', 'common: 409', 'common: error body'],
  'the refusals, each in the common body',
  async () => {
    assertError(await ext(server, token, '/bucket', { method: 'PUT', body: '{' }), 400, 'BadRequest');
    assertError(await ext(server, undefined, '/bucket'), 401, 'Unauthorized');
    const stranger = await issueToken(server, root);
    assertError(await ext(server, stranger, '/bucket/doc-box'), 403, 'Forbidden');
    assertError(await ext(server, token, '/bucket/doc-absent'), 404, 'NotFound');
    const again = await ext(server, token, '/bucket', { method: 'PUT', body: { name: 'doc-box' } });
    assertError(again, 409, 'Conflict');
  },
);

openApi.shows(['common: 202'], 'what is accepted', async () => {
  const headers = { 'X-Auth-Token': token };
  await swiftRequest(server, 'PUT', `/v1/${demo.id}/doc-box/o`, { headers, body: 'x' });
  assert.equal((await swiftRequest(server, 'POST', `/v1/${demo.id}/doc-box/o`, { headers })).status, 202);
});

openApi.shows(['common: 500'], 'a failure of the server in the common body, without its cause', async () => {
  const reply = renderError(new CoreError('Internal', { reason: 'a secret detail' }), server.url);
  assert.equal(reply.status, 500);
  assert.match(String(reply.body), /^\{"error":\{"code":"InternalServerError","message":"[^"]+"\}\}$/);
  assert.ok(!String(reply.body).includes('secret'));
});

async function assertFound(query: string): Promise<void> {
  const found = await awaitEvents(server, token, `${query}&resourceName=doc-box`, 1);
  assert.ok(found.length >= 1, query);
  for (const event of found)
    assert.deepEqual([event.eventName, event.resourceType], ['CreateBucket', 'Bucket']);
}

openApi.shows(['trail: events by event name and resource type'], 'the calls are found as events', () =>
  assertFound('?eventName=CreateBucket&resourceType=Bucket'),
);

openApi.shows(['trail: events by service name OpenAPI'], 'they are found by the service name OpenAPI', () =>
  assertFound('?eventName=CreateBucket&serviceName=OpenAPI'),
);

openApi.end();
