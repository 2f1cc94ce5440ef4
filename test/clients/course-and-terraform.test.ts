// KakaoCloud's ways of working: its courses' scripts (token, EC2 credential, aws and s3cmd with the pair, the JSON listing), and the token
// flow of its Terraform provider.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const identity = (path: string): string => `${server.url}/identity/v3${path}`;

/** As the courses' scripts ask for it: by key id and secret, with curl. */
async function tokenByCurl(): Promise<{ token: string; project: string; user: string }> {
  const { id, secret } = alice.iamKey;
  const credential = { methods: ['application_credential'], application_credential: { id, secret } };
  const ran = await runClient('curl', [
    ...['-s', '-i', '-X', 'POST', identity('/auth/tokens'), '-H', 'Content-Type: application/json'],
    ...['-d', JSON.stringify({ auth: { identity: credential } })],
  ]);
  assert.match(ran.stdout, /^HTTP\/1\.1 201 /);
  const token = /^x-subject-token: (\S+)/im.exec(ran.stdout)?.[1] ?? '';
  const body = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('\r\n\r\n') + 4)) as {
    token: { project: { id: string }; user: { id: string } };
  };
  return { token, project: body.token.project.id, user: body.token.user.id };
}

async function ec2Credential(token: string, user: string, project: string) {
  const answer = await fetch(identity(`/users/${user}/credentials/OS-EC2`), {
    method: 'POST',
    headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ tenant_id: project }),
  });
  assert.equal(answer.status, 201);
  return ((await answer.json()) as { credential: { access: string; secret: string } }).credential;
}

describe('the courses', { skip: skipUnless('curl') || skipUnless('aws') || skipUnless('s3cmd') }, () => {
  let token: string;
  let pair: { access: string; secret: string };
  before(async () => {
    const issued = await tokenByCurl();
    assert.deepEqual([issued.project, issued.user], [demo.id, alice.id]);
    token = issued.token;
    pair = await ec2Credential(token, issued.user, issued.project);
  });

  const aws = async (...args: string[]) => {
    const env = {
      AWS_ACCESS_KEY_ID: pair.access,
      AWS_SECRET_ACCESS_KEY: pair.secret,
      AWS_DEFAULT_REGION: 'kr-central-2',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const ran = await runClient('aws', ['--endpoint-url', server.url, ...args], { env });
    assert.equal(ran.code, 0, `aws ${args.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  };

  test('aws makes a bucket, a folder and objects, copies, moves, lists and removes', async () => {
    const directory = tempDirectory('course');
    const file = join(directory, 'notes.txt');
    writeFileSync(file, 'course notes');
    await aws('s3api', 'create-bucket', '--bucket', 'course-box');
    await aws('s3api', 'put-object', '--bucket', 'course-box', '--key', 'folder/');
    await aws('s3', 'cp', file, 's3://course-box/folder/notes.txt');
    await aws('s3', 'mv', 's3://course-box/folder/notes.txt', 's3://course-box/moved.txt');
    assert.match(await aws('s3', 'ls', 's3://course-box/'), /PRE folder\/\n.* 12 moved\.txt\n/);
    assert.equal(await aws('s3', 'cp', 's3://course-box/moved.txt', '-'), 'course notes');
  });

  test('s3cmd sees the same bucket with the same pair', async () => {
    const host = new URL(server.url).host;
    const ran = await runClient('s3cmd', [
      ...[
        '--no-ssl',
        `--host=${host}`,
        `--host-bucket=${host}`,
        '--region=kr-central-2',
        '--config=/dev/null',
      ],
      ...[`--access_key=${pair.access}`, `--secret_key=${pair.secret}`, 'ls', 's3://course-box/'],
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /s3:\/\/course-box\/moved\.txt/);
  });

  test('the JSON listing is read by name and type, and each name fetched', async () => {
    const storage = `${server.url}/v1/${demo.id}/course-box`;
    const headers = { 'X-Auth-Token': token };
    const listed = await fetch(`${storage}?format=json`, { headers });
    const rows = (await listed.json()) as { name: string; content_type: string }[];
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['folder/', 'moved.txt'],
    );
    assert.ok(rows.every(({ content_type }) => content_type !== ''));
    assert.equal(await (await fetch(`${storage}/moved.txt`, { headers })).text(), 'course notes');
  });

  test('aws opens the bucket for writing to everybody', async () => {
    const everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';
    await aws('s3api', 'put-bucket-acl', '--bucket', 'course-box', '--grant-write', everybody);
    const written = await fetch(`${server.url}/course-box/by-nobody`, { method: 'PUT', body: 'x' });
    assert.equal(written.status, 200);
  });

  test('everything goes again', async () => {
    await aws('s3', 'rb', 's3://course-box', '--force');
    assert.ok(!(await aws('s3', 'ls')).includes('course-box'));
  });
});

describe("the Terraform provider's token flow", () => {
  test('a token is issued, then validated by itself with exactly 200', async () => {
    const { id, secret } = alice.iamKey;
    const issued = await fetch(identity('/auth/tokens'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
      }),
    });
    assert.equal(issued.status, 201);
    const token = issued.headers.get('x-subject-token') ?? '';
    const validated = await fetch(identity('/auth/tokens'), {
      headers: { 'X-Auth-Token': token, 'X-Subject-Token': token },
    });
    assert.equal(validated.status, 200);
    const { token: facts } = (await validated.json()) as {
      token: {
        project: { id: string };
        user: { id: string; domain: { id: string; name: string } };
        expires_at: string;
      };
    };
    assert.deepEqual([facts.project.id, facts.user.id], [demo.id, alice.id]);
    assert.ok(facts.user.domain.id && facts.user.domain.name);
    assert.match(facts.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(facts, ((await issued.json()) as { token: unknown }).token);
  });

  test('a token that has been revoked is not validated', async () => {
    const { token } = await tokenByCurl();
    const headers = { 'X-Auth-Token': token, 'X-Subject-Token': token };
    assert.equal((await fetch(identity('/auth/tokens'), { method: 'DELETE', headers })).status, 204);
    assert.equal((await fetch(identity('/auth/tokens'), { headers })).status, 401);
  });
});
