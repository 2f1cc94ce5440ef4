// The credentials' document, replayed: IAM access keys and S3 access keys, their number, their one showing, their end
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Documentation } from '../support/documentation.ts';
import { issueToken } from '../support/iam.ts';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { type Answer, call } from './identity-call.ts';

const kinds = ['IAM key', 'S3 key'] as const;
const credentials = new Documentation('Credentials', [
  'console: password again before credentials are shown',
  ...kinds.flatMap((kind) => [
    `${kind}: create, shown once`,
    `${kind}: at most 2 in a project`,
    `${kind}: void when the user leaves the project`,
  ]),
  'IAM key: rights of the role in its project',
  'IAM key: cannot be suspended',
  'S3 key: rights follow the role',
]);

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const pathOf = (kind: (typeof kinds)[number], user: TestUser, id = ''): string =>
  `/v3/users/${user.id}/${kind === 'IAM key' ? 'application_credentials' : 'credentials/OS-EC2'}${id === '' ? '' : `/${id}`}`;

async function create(kind: (typeof kinds)[number], user: TestUser, name: string): Promise<Answer> {
  const body = kind === 'IAM key' ? { application_credential: { name } } : { tenant_id: demo.id };
  return call(server, pathOf(kind, user), { token: await issueToken(server, user), body });
}

for (const kind of kinds) {
  credentials.shows(
    [`${kind}: create, shown once`, `${kind}: at most 2 in a project`],
    `${kind}: the second is made and shown with its secret, the third refused`,
    async () => {
      const made = await create(kind, alice, 'second');
      assert.equal(made.status, 201, made.text);
      const [body] = Object.values(made.json as Record<string, Record<string, string>>);
      const { secret = '', ...rest } = body ?? {};
      assert.ok(secret.length >= 32);
      const token = await issueToken(server, alice);
      for (const path of [pathOf(kind, alice), pathOf(kind, alice, rest.id ?? rest.access)]) {
        const shown = await call(server, path, { token });
        assert.equal(shown.status, 200, shown.text);
        assert.ok(shown.text.includes(rest.id ?? rest.access ?? '?'));
        assert.ok(!shown.text.includes(secret) && !shown.text.includes('"secret"'));
      }
      assert.equal((await create(kind, alice, 'third')).status, 403);
      assert.ok(!server.stderr().includes(secret));
    },
  );
}

credentials.shows(['IAM key: cannot be suspended'], 'IAM key: nothing changes a key', async () => {
  const token = await issueToken(server, alice);
  for (const method of ['PATCH', 'PUT', 'POST']) {
    const path = pathOf('IAM key', alice, alice.iamKey.id);
    const answer = await call(server, path, {
      token,
      method,
      body: { application_credential: { enabled: false } },
    });
    assert.ok(answer.status === 404 || answer.status === 405, `${method} ${answer.status}`);
  }
  await issueToken(server, alice);
});

credentials.shows(
  ['IAM key: rights of the role in its project', 'S3 key: rights follow the role'],
  'keys have the rights of the user and no more',
  async () => {
    const owner = s3Client(server, alice);
    await owner.createBucket({ Bucket: 'doc-box' });
    await s3Client(server, bob).putObject({ Bucket: 'doc-box', Key: 'k', Body: 'x' });
    await s3Client(server, carol).listObjectsV2({ Bucket: 'doc-box' });
    await assertFails(
      s3Client(server, carol).putObject({ Bucket: 'doc-box', Key: 'k', Body: 'x' }),
      403,
      'AccessDenied',
    );
    await assertFails(s3Client(server, dave).listBuckets(), 403, 'AccessDenied');
    const issued = await call(server, '/v3/auth/tokens', {
      headers: { 'X-Subject-Token': await issueToken(server, carol) },
      token: await issueToken(server, carol),
    });
    const { project, roles } = (
      issued.json as { token: { project: { id: string }; roles: { name: string }[] } }
    ).token;
    assert.deepEqual([project.id, roles.map(({ name }) => name)], [demo.id, ['project-reader']]);
  },
);

credentials.shows(
  kinds.map((kind) => `${kind}: void when the user leaves the project`),
  'both kinds end with the membership',
  async () => {
    const admin = await issueToken(server, root);
    const { roles } = (await call(server, '/v3/roles', { token: admin })).json as {
      roles: { id: string; name: string }[];
    };
    const member = roles.find(({ name }) => name === 'project-member')?.id ?? '';
    const path = `/v3/projects/${demo.id}/users/${bob.id}/roles/${member}`;
    assert.equal((await call(server, path, { method: 'DELETE', token: admin })).status, 204);
    await assertFails(s3Client(server, bob).listBuckets(), 403, 'InvalidAccessKeyId');
    await assert.rejects(issueToken(server, bob), /401/);
  },
);

credentials.owed(
  'console',
  ['console: password again before credentials are shown'],
  'the console asks for the password again',
  async () => {
    const page = await fetch(`${server.url}/-/console/credentials`);
    assert.equal(page.status, 401);
  },
);

credentials.end();
