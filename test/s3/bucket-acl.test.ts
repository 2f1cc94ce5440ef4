// PutBucketAcl and GetBucketAcl (reference, section 7.1), the ACL headers of CreateBucket, and the ACLs objects do not have
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { runClient, skipUnless } from '../support/clients.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
let s3: S3;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
  s3 = s3Client(server, alice);
});
after(() => server.stop());

const groups = 'http://acs.amazonaws.com/groups/global';
const allUsers = `uri="${groups}/AllUsers"`;

/** The ACL as `who permission`, users by their display names. */
const aclOf = async (Bucket: string): Promise<string[]> => {
  const { Grants = [], Owner } = await s3.getBucketAcl({ Bucket });
  assert.deepEqual(Owner, { ID: alice.id, DisplayName: 'Alice' });
  return Grants.map(({ Grantee, Permission }) => {
    const who = Grantee?.Type === 'Group' ? Grantee.URI?.split('/').at(-1) : Grantee?.DisplayName;
    return `${who} ${Permission}`;
  });
};
/** All grants as the Extension shows them. */
const grantsOf = async (bucket: string): Promise<string[]> => {
  const answer = await ext(server, token, `/bucket/${bucket}/policy`);
  const { policies } = answer.json as { policies: { role: string; member: { type: string; id: string } }[] };
  return policies.map(({ role, member }) => `${role} ${member.type} ${member.id}`.trim());
};
const extAcl = async (bucket: string) =>
  ((await ext(server, token, `/bucket/${bucket}`)).json as { acl: { public: string } }).acl.public;
const anonymous = async (bucket: string, method = 'GET', key = '') =>
  (await fetch(`${server.url}/${bucket}${key}`, { method, ...(method === 'PUT' && { body: 'x' }) })).status;

const projectGrants = [
  'storage.editor role_group project-member',
  'storage.viewer role_group project-reader',
];

test('canned ACLs replace the part an ACL can show, and nothing else', async () => {
  const Bucket = await newBucket(s3);
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL']);
  const canned = [
    ['public-read', ['AllUsers READ'], 200, 403, 'read-only'],
    ['public-read-write', ['AllUsers READ', 'AllUsers WRITE'], 200, 200, 'read-only'],
    ['authenticated-read', ['AuthenticatedUsers READ'], 403, 403, 'deny'],
  ] as const;
  for (const [ACL, grants, list, put, seen] of canned) {
    await s3.putBucketAcl({ Bucket, ACL });
    assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', ...grants]);
    assert.deepEqual(
      [await anonymous(Bucket), await anonymous(Bucket, 'PUT', '/k'), await extAcl(Bucket)],
      [list, put, seen],
      ACL,
    );
    assert.deepEqual((await grantsOf(Bucket)).slice(1, 3), projectGrants);
  }
  const daves = s3Client(server, dave);
  await daves.listObjectsV2({ Bucket });
  await assertFails(s3Client(server, eve).listObjectsV2({ Bucket }), 403, 'AccessDenied');

  await s3Client(server, bob).listObjectsV2({ Bucket });
  await s3.putBucketAcl({ Bucket, ACL: 'private' });
  assert.deepEqual(await grantsOf(Bucket), [`storage.owner user ${alice.id}`]);
  for (const user of [bob, carol, dave]) {
    await assertFails(s3Client(server, user).listObjectsV2({ Bucket }), 403, 'AccessDenied');
  }
  await s3.listObjectsV2({ Bucket });
});

test('private also takes back the list of addresses', async () => {
  const Bucket = await newBucket(s3);
  const acl = { public: 'read-only', public_read_allow_ip_list: ['192.0.2.1'] };
  await ext(server, token, `/bucket/${Bucket}`, { method: 'POST', body: { acl } });
  await s3.putBucketAcl({ Bucket, ACL: 'private' });
  await s3.putBucketAcl({ Bucket, ACL: 'public-read' });
  assert.equal(await anonymous(Bucket), 200);
});

test('grant headers: every permission is the role the contract names', async () => {
  const Bucket = await newBucket(s3);
  await s3.putBucketAcl({
    Bucket,
    GrantFullControl: `id="${bob.id}"`,
    GrantRead: `id="${carol.id}", ${allUsers}`,
    GrantReadACP: `id=${dave.id}`,
    GrantWrite: allUsers,
    GrantWriteACP: `id="${eve.id}"`,
  });
  assert.deepEqual(
    (await grantsOf(Bucket)).slice(3).sort(),
    [
      `storage.admin user ${bob.id}`,
      'storage.objectCreator all_users',
      'storage.objectReader all_users',
      `storage.objectReader user ${carol.id}`,
      `storage.policyReader user ${dave.id}`,
      `storage.policyWriter user ${eve.id}`,
    ].sort(),
  );
  // Eve is of another project, and was named all the same.
  await s3Client(server, eve).putBucketAcl({ Bucket, GrantRead: `id="${eve.id}"` });
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', 'Eve READ']);
  await s3Client(server, eve).listObjectsV2({ Bucket });
  await assertFails(s3Client(server, eve).getBucketAcl({ Bucket }), 403, 'AccessDenied');
});

test('a document: what was read can be put back, POST is as good as PUT, and hyphens as underscores', async () => {
  const Bucket = await newBucket(s3);
  await s3.putBucketAcl({
    Bucket,
    GrantRead: `uri="${groups}/AuthenticatedUsers"`,
    GrantWriteACP: `id="${bob.id}"`,
  });
  const { Grants, Owner } = await s3.getBucketAcl({ Bucket });
  const before = await grantsOf(Bucket);
  await s3.putBucketAcl({ Bucket, AccessControlPolicy: { Grants, Owner } });
  assert.deepEqual(await grantsOf(Bucket), before);

  const grant = (grantee: string, permission: string) =>
    `<Grant><Grantee>${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
  const document = (grants: string) =>
    `<AccessControlPolicy><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
  const send = (body: string, headers = {}, method = 'POST') =>
    rawS3(server, { method, target: `/${Bucket}?acl`, headers, body, user: alice });
  const body = document(
    grant(`<ID>${bob.id}</ID>`, 'READ-ACP') + grant(`<URI>${groups}/AllUsers</URI>`, 'WRITE_ACP'),
  );
  const md5 = createHash('md5').update(body).digest('base64');
  const done = await send(body, { 'content-md5': md5, 'content-type': 'application/xml' });
  assert.deepEqual([done.status, done.text], [200, ''], done.text);
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', 'Bob READ_ACP', 'AllUsers WRITE_ACP']);

  assertError(await send(body, { 'content-md5': 'nonsense' }), 400, 'InvalidDigest');
  const other = createHash('md5').update('other').digest('base64');
  assertError(await send(body, { 'content-md5': other }), 400, 'BadDigest');
  for (const wrong of [
    'nonsense',
    '<AccessControlPolicy/>',
    document('<Grant/>'),
    document(grant('', 'READ')),
    document(grant(`<ID>${bob.id}</ID>`, 'EVERYTHING')),
    document(grant(`<ID>${bob.id}</ID><URI>${groups}/AllUsers</URI>`, 'READ')),
    document(`<Other/>`),
  ]) {
    assertError(await send(wrong, {}, 'PUT'), 400, 'MalformedACLError');
  }
  assertError(await send(document(grant(`<ID>${'f'.repeat(32)}</ID>`, 'READ'))), 400, 'InvalidArgument');
  assertError(await send(document(grant('<URI>http://example.com</URI>', 'READ'))), 400, 'InvalidArgument');
  const mail = '<EmailAddress>a@example.com</EmailAddress>';
  assertError(await send(document(grant(mail, 'READ'))), 400, 'InvalidArgument');
  assertError(await send(body, { 'x-amz-acl': 'private' }), 400, 'UnexpectedContent');
  assertError(await send('', {}), 400, 'MissingSecurityHeader');
  assertError(
    await send('', { 'x-amz-acl': 'private', 'x-amz-grant-read': allUsers }),
    400,
    'InvalidRequest',
  );
  for (const [name, value] of [
    ['x-amz-acl', 'nonsense'],
    ['x-amz-grant-read', 'alice'],
    ['x-amz-grant-read', 'emailAddress="a@example.com"'],
    ['x-amz-grant-read', 'uri="http://example.com"'],
    ['x-amz-grant-read', `id="${'f'.repeat(32)}"`],
    ['x-amz-grant-everything', allUsers],
  ] as const) {
    assertError(await send('', { [name]: value }), 400, 'InvalidArgument');
  }
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', 'Bob READ_ACP', 'AllUsers WRITE_ACP']);
});

test('who may read and change an ACL', async () => {
  const Bucket = await newBucket(s3);
  await s3Client(server, bob).getBucketAcl({ Bucket });
  await assertFails(s3Client(server, bob).putBucketAcl({ Bucket, ACL: 'private' }), 403, 'AccessDenied');
  await assertFails(s3Client(server, carol).getBucketAcl({ Bucket }), 403, 'AccessDenied');
  assertError(await rawS3(server, { target: `/${Bucket}?acl` }), 403, 'AccessDenied');
  assertError(await rawS3(server, { method: 'PUT', target: `/${Bucket}?acl` }), 403, 'AccessDenied');
  await assertFails(s3.getBucketAcl({ Bucket: 'absent-bucket' }), 404, 'NoSuchBucket');
  await assertFails(s3.putBucketAcl({ Bucket: 'absent-bucket', ACL: 'private' }), 404, 'NoSuchBucket');
});

test('a bucket is made with an ACL', async () => {
  await s3.createBucket({ Bucket: 'made-public', ACL: 'public-read' });
  assert.equal(await anonymous('made-public'), 200);
  assert.deepEqual((await grantsOf('made-public')).slice(1, 3), projectGrants);
  await s3.createBucket({ Bucket: 'made-private', ACL: 'private' });
  assert.equal((await grantsOf('made-private')).length, 3);
  await s3.createBucket({ Bucket: 'made-granted', GrantRead: `id="${eve.id}"` });
  await s3Client(server, eve).listObjectsV2({ Bucket: 'made-granted' });
  const nobody = s3.createBucket({ Bucket: 'made-wrong', GrantRead: `id="nobody"` });
  await assertFails(nobody, 400, 'InvalidArgument');
  await assertFails(s3.headBucket({ Bucket: 'made-wrong' }), 404, 'NotFound');
});

test('objects have the ACL of nobody but the owner of their bucket', async () => {
  const Bucket = await newBucket(s3);
  await s3.putObject({ Bucket, Key: 'k', Body: 'x' });
  const { Grants = [], Owner } = await s3.getObjectAcl({ Bucket, Key: 'k' });
  assert.equal(Owner?.ID, alice.id);
  assert.deepEqual(
    Grants.map(({ Grantee, Permission }) => [Grantee?.ID, Permission]),
    [[alice.id, 'FULL_CONTROL']],
  );
  for (const ACL of ['private', 'bucket-owner-full-control'] as const) {
    await s3.putObjectAcl({ Bucket, Key: 'k', ACL });
  }
  await assertFails(s3.putObjectAcl({ Bucket, Key: 'k', ACL: 'public-read' }), 501, 'NotImplemented');
  await assertFails(s3.putObjectAcl({ Bucket, Key: 'k', GrantRead: allUsers }), 501, 'NotImplemented');
  const policy = { AccessControlPolicy: { Owner, Grants } };
  await assertFails(s3.putObjectAcl({ Bucket, Key: 'k', ...policy }), 501, 'NotImplemented');
  await assertFails(s3.putObjectAcl({ Bucket, Key: 'absent', ACL: 'private' }), 404, 'NoSuchKey');
  await assertFails(s3.getObjectAcl({ Bucket, Key: 'absent' }), 404, 'NoSuchKey');
});

test('aws s3api put-bucket-acl --grant-write', { skip: skipUnless('aws') }, async () => {
  const Bucket = await newBucket(s3);
  const args = ['--endpoint-url', server.url, 's3api', 'put-bucket-acl', '--bucket', Bucket];
  const run = await runClient('aws', [...args, '--grant-write', `uri=${groups}/AllUsers`], {
    env: {
      AWS_ACCESS_KEY_ID: alice.s3Key.access,
      AWS_SECRET_ACCESS_KEY: alice.s3Key.secret,
      AWS_DEFAULT_REGION: 'kr-central-2',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', 'AllUsers WRITE']);
  assert.deepEqual([await anonymous(Bucket, 'PUT', '/k'), await anonymous(Bucket)], [200, 403]);
  const seen = await fetch(`${server.url}/v1/${demo.id}/${Bucket}/k`, { headers: { 'X-Auth-Token': token } });
  assert.equal(await seen.text(), 'x');
});

test('s3cmd setacl --acl-public and --acl-private', { skip: skipUnless('s3cmd') }, async () => {
  const Bucket = await newBucket(s3);
  const { host } = new URL(server.url);
  const setAcl = (flag: string) =>
    runClient('s3cmd', [
      ...['--config=/dev/null', '--no-ssl', `--host=${host}`, `--host-bucket=${host}`],
      ...[`--access_key=${alice.s3Key.access}`, `--secret_key=${alice.s3Key.secret}`],
      ...['setacl', flag, `s3://${Bucket}`],
    ]);
  const opened = await setAcl('--acl-public');
  assert.equal(opened.code, 0, opened.stderr);
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL', 'AllUsers READ']);
  assert.equal((await setAcl('--acl-private')).code, 0);
  assert.deepEqual(await aclOf(Bucket), ['Alice FULL_CONTROL']);
});
