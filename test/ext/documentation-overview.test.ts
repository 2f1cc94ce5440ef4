// The API overview, replayed: three families of calls at one address, and the roles they need
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Documentation } from '../support/documentation.ts';
import { assertError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, carol, dave, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { SwiftAccount } from '../support/swift.ts';

const overview = new Documentation('API overview', [
  'Swift API',
  'Extension API',
  'S3 compatible API',
  'endpoint: one address for all',
  'role: manager creates and lists buckets',
  'role: viewer lists buckets',
  'role: a bucket role gives rights on its bucket alone',
  'S3 key: for users',
  'S3 key: for service accounts',
]);

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'doc-box');
});
after(() => server.stop());

overview.shows(
  ['Swift API', 'Extension API', 'S3 compatible API', 'endpoint: one address for all', 'S3 key: for users'],
  'what one family stores the others show, at the same address',
  async () => {
    const s3 = s3Client(server, alice);
    await s3.putObject({ Bucket: 'doc-box', Key: 'dir/o', Body: 'hello' });
    assert.equal((await new SwiftAccount(server, demo.id, token).get('/doc-box/dir/o')).text, 'hello');
    const { json } = await ext(server, token, '/bucket/doc-box');
    const { bytes, objectCount } = json as Record<string, unknown>;
    assert.deepEqual([bytes, objectCount], [5, 1]);
  },
);

const identity = async (path: string, method: string, body?: unknown): Promise<Response> =>
  fetch(`${server.url}/identity${path}`, {
    method,
    headers: { 'X-Auth-Token': await issueToken(server, root), 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function giveRole(user: Pick<TestUser, 'id'>, name: string): Promise<void> {
  const { roles } = (await (await identity('/v3/roles', 'GET')).json()) as {
    roles: { id: string; name: string }[];
  };
  const id = roles.find((role) => role.name === name)?.id ?? '';
  assert.equal((await identity(`/v3/projects/${demo.id}/users/${user.id}/roles/${id}`, 'PUT')).status, 204);
}

overview.shows(
  ['role: viewer lists buckets', 'role: manager creates and lists buckets'],
  'the roles on the project: the viewer lists, the manager creates too',
  async () => {
    await giveRole(dave, 'object-storage-viewer');
    const viewer = await issueToken(server, dave);
    assert.equal((await ext(server, viewer, '/bucket')).status, 200);
    assertError(
      await ext(server, viewer, '/bucket', { method: 'PUT', body: { name: 'by-viewer' } }),
      403,
      'Forbidden',
    );
    assertError(await ext(server, viewer, '/bucket/doc-box'), 403, 'Forbidden');
    await giveRole(dave, 'object-storage-manager');
    const manager = await issueToken(server, dave);
    await makeBucket(server, manager, 'by-manager');
    assert.equal((await ext(server, manager, '/bucket')).status, 200);
    assertError(await ext(server, manager, '/bucket/doc-box'), 403, 'Forbidden');
  },
);

overview.shows(
  ['role: a bucket role gives rights on its bucket alone'],
  'a role in one bucket opens that bucket',
  async () => {
    const body = { role: 'storage.editor', member: { type: 'user', id: carol.id } };
    const given = await ext(server, token, '/bucket/doc-box/policy', { method: 'POST', body });
    assert.equal(given.status, 201, given.text);
    await makeBucket(server, token, 'doc-other');
    const reader = new SwiftAccount(server, demo.id, await issueToken(server, carol));
    assert.equal((await reader.put('/doc-box/by-carol', 'x')).status, 201);
    assert.equal((await reader.put('/doc-other/by-carol', 'x')).status, 403);
  },
);

overview.shows(
  ['S3 key: for service accounts'],
  'a service account signs with a key of its own',
  async () => {
    const made = await identity('/v3/users', 'POST', {
      user: { name: 'robot', kind: 'service_account', default_project_id: demo.id },
    });
    const { user } = (await made.json()) as { user: { id: string } };
    assert.equal(made.status, 201);
    await giveRole(user, 'project-member');
    const key = await identity(`/v3/users/${user.id}/credentials/OS-EC2`, 'POST', { tenant_id: demo.id });
    const { credential } = (await key.json()) as { credential: { access: string; secret: string } };
    assert.equal(key.status, 201);
    const robot = s3Client(server, { ...alice, s3Key: credential });
    await robot.putObject({ Bucket: 'doc-other', Key: 'by-robot', Body: 'x' });
  },
);

overview.end();
