// The Bucket API's document, replayed: every sample is sent, every field of its answer looked at, every status row produced
import assert from 'node:assert/strict';
import { Documentation } from '../support/documentation.ts';
import { assertError, assertRecentTime, type ExtAnswer, ext, makeBucket } from '../support/ext.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, type TestUser } from '../support/seed.ts';
import { type SwiftAnswer, swiftRequest } from '../support/swift.ts';
import { sampled, statuses, useBucketApi } from './bucket-replay.ts';

const bucketApi = new Documentation('Bucket API', [
  ...sampled('create', 200, 400, 401, 403, 409),
  ...sampled('detail', 200, 400, 401, 403),
  ...sampled('list', 200, 401, 403),
  ...['offset', 'limit', 'prefix', 'include', 'type', 'by', 'direct'].map((name) => `list: ${name}`),
  ...sampled('access', 200, 401, 403, 404),
  'access: null removes',
  'access: deny',
  ...sampled('S3 ACL', 200, 401, 403, 404),
  ...['private', 'public-read', 'public-read-write', 'authenticated-read'].map((name) => `S3 ACL: ${name}`),
  ...['full-control', 'read', 'read-acp', 'write', 'write-acp'].map((name) => `S3 ACL: x-amz-grant-${name}`),
  ...['FULL_CONTROL', 'WRITE', 'WRITE-ACP', 'READ', 'READ-ACP'].map((name) => `S3 ACL: ${name}`),
  ...sampled('delete', 204, 401, 404, 409),
  ...sampled('bulk delete', 200, 400, 401, 403, 409),
  ...sampled('empty bucket', 200, 400, 401, 403),
  ...sampled('empty folder', 200, 400, 401, 403),
  ...sampled('metadata', 200, 401, 403, 404),
  'metadata: HEAD',
  ...sampled('change metadata', 200, 401),
]);

const api = useBucketApi();
const { tokenOf, call, swift, assertRefused } = api;

const timed = ['createdAt', 'lastModified'];
/** All fields, times aside, which must be of now. */
function fieldsOf(answer: ExtAnswer): Record<string, unknown> {
  const fields = answer.json as Record<string, unknown>;
  for (const name of timed) assertRecentTime(fields[name]);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !timed.includes(name)));
}

const common = {
  project: demo.id,
  type: 'STANDARD',
  bytes: 0,
  objectCount: 0,
  storageClass: 'STANDARD',
};
const placed = { ...common, storagePolicy: 'default-placement' };
const closed = { public: 'deny', public_read_allow_ip_list: null };
const plain = { use_encryption: false, encryption_type: '' };

const creation = {
  name: 'my-bucket-new',
  type: 'STANDARD',
  use_encryption: true,
  encryption_configuration: { type: 'managed' },
};

bucketApi.shows(['create: sample', 'create: 200'], 'create: the sample', async () => {
  const made = await call('/bucket', { method: 'PUT', body: creation });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual(fieldsOf(made), {
    ...placed,
    account: demo.id,
    name: 'my-bucket-new',
    use_encryption: true,
    encryption_type: 'managed',
    acl: { permissions: null, ...closed },
  });
});

bucketApi.shows(statuses('create', 400, 401, 403, 409), 'create: its refusals', async () => {
  const create = (body: unknown, by: TestUser = alice) => call('/bucket', { method: 'PUT', body }, by);
  const kms = { encryption_configuration: { type: 'true' } };
  for (const wrong of [{}, { name: 'no' }, { name: 'ok-name', type: 'hot' }, { name: 'ok-name', ...kms }]) {
    assertError(await create(wrong), 400, 'BadRequest');
  }
  assertError(
    await ext(api.server, 'wrong', '/bucket', { method: 'PUT', body: creation }),
    401,
    'Unauthorized',
  );
  assertError(await create({ name: 'by-carol' }, carol), 403, 'Forbidden');
  assertError(await create(creation), 409, 'Conflict');
});

bucketApi.shows(['detail: sample', 'detail: 200'], 'detail: the sample', async () => {
  const answer = await call('/bucket/doc-box');
  assert.equal(answer.status, 200);
  assert.deepEqual(fieldsOf(answer), { ...placed, ...plain, name: 'doc-box', acl: closed });
});

bucketApi.shows(statuses('detail', 400, 401, 403), 'detail: its refusals', async () => {
  assertError(await call('/bucket/Bad_Name!'), 400, 'BadRequest');
  await assertRefused((name) => `/bucket/${name}`, {}, dave);
});

const listed = (answer: ExtAnswer) =>
  (answer.json as { items: { name: string }[] }).items.map(({ name }) => name);

bucketApi.shows(['list: sample', 'list: 200'], 'list: the sample', async () => {
  const answer = await call('/bucket?limit=100');
  const { items, ...page } = answer.json as { items: Record<string, unknown>[] };
  assert.deepEqual([answer.status, page], [200, { totalCount: 4, offset: 0, count: 4 }]);
  const box = items.find(({ name }) => name === 'doc-box') ?? {};
  for (const name of timed) assertRecentTime(box[name]);
  const { createdAt: _, lastModified: __, ...fields } = box;
  assert.deepEqual(fields, { ...common, ...plain, name: 'doc-box' });
});

bucketApi.shows(
  ['offset', 'limit', 'prefix', 'include', 'type', 'by', 'direct'].map((name) => `list: ${name}`),
  'list: every parameter',
  async () => {
    const all = ['doc-acl', 'doc-box', 'doc-cors', 'my-bucket-new'];
    assert.deepEqual(listed(await call('/bucket?offset=1&limit=2')), all.slice(1, 3));
    assert.deepEqual(listed(await call('/bucket?limit=1000')), all);
    assert.deepEqual(listed(await call('/bucket?prefix=doc-')), all.slice(0, 3));
    assert.deepEqual(listed(await call('/bucket?include=-b')), ['doc-box', 'my-bucket-new']);
    assertError(await call('/bucket?prefix=doc&include=box'), 400, 'BadRequest');
    for (const [type, found] of [
      ['hot', []],
      ['cold', []],
      ['STANDARD', all],
    ] as const) {
      assert.deepEqual(listed(await call(`/bucket?type=${type}`)), found);
    }
    assert.equal((await swift(alice).put('/doc-box/o', 'four')).status, 201);
    assert.deepEqual(listed(await call('/bucket?by=bytes_used&direct=desc')).slice(0, 1), ['doc-box']);
    assert.equal((await swift(alice).delete('/doc-box/o')).status, 204);
    assert.equal(listed(await call('/bucket?by=created_at&direct=asc')).at(-1), 'my-bucket-new');
    assert.deepEqual(listed(await call('/bucket?by=bucket_type')), all);
    assert.deepEqual(listed(await call('/bucket?by=bucket_name&direct=desc')), all.toReversed());
  },
);

bucketApi.shows(statuses('list', 401, 403), 'list: its refusals', async () => {
  assertError(await ext(api.server, undefined, '/bucket'), 401, 'Unauthorized');
  assertError(await call('/bucket', {}, dave), 403, 'Forbidden');
});

const access = (acl: unknown, name = 'doc-box') => ({ method: 'POST', body: { name, acl } });

bucketApi.shows(
  ['access: sample', 'access: 200', 'access: deny', 'access: null removes'],
  'access: the sample, and back',
  async () => {
    const list = ['1.1.1.1', '2.2.2.0/24'];
    const open = { public: 'read-only', public_read_allow_ip_list: list };
    for (const [acl, shown] of [
      [open, open],
      [{ public: 'deny' }, closed],
      [open, open],
      [null, closed],
    ] as const) {
      const answer = await call('/bucket/doc-box', access(acl));
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(fieldsOf(answer), {
        ...placed,
        ...plain,
        account: demo.id,
        name: 'doc-box',
        acl: shown,
      });
      assert.deepEqual(((await call('/bucket/doc-box')).json as { acl: unknown }).acl, shown);
    }
  },
);

bucketApi.shows(statuses('access', 401, 403, 404), 'access: its refusals', async () => {
  await assertRefused(
    (name) => `/bucket/${name}`,
    { method: 'POST', body: { acl: { public: 'deny' } } },
    bob,
  );
  assertError(
    await call('/bucket/doc-box', access({ public_read_allow_ip_list: ['1.2.3.4/33'] })),
    400,
    'BadRequest',
  );
});

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
const aclXml = (grantee: string, permission: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><AccessControlList>` +
  `<Grant><Grantee>${grantee}</Grantee><Permission>${permission}</Permission></Grant></AccessControlList></AccessControlPolicy>`;
const setAcl = (
  {
    headers = {},
    body = '',
    user = alice,
    name = 'doc-acl',
  }: { headers?: Record<string, string>; body?: string; user?: TestUser; name?: string },
  method = 'POST',
) =>
  rawS3(api.server, {
    method,
    target: `/${name}?acl`,
    user,
    body,
    headers: { 'Content-Type': 'application/xml', ...headers },
  });
const rolesOf = async () => {
  const { json } = await call('/bucket/doc-acl/policy');
  return (json as { policies: { role: string; member: { type: string; id: string } }[] }).policies.map(
    ({ role, member }) => `${role} ${member.type === 'user' ? member.id : member.type}`,
  );
};

bucketApi.shows(
  [
    ...sampled('S3 ACL', 200),
    ...['private', 'public-read', 'public-read-write', 'authenticated-read'].map((name) => `S3 ACL: ${name}`),
    ...['full-control', 'read', 'read-acp', 'write', 'write-acp'].map(
      (name) => `S3 ACL: x-amz-grant-${name}`,
    ),
    ...['FULL_CONTROL', 'WRITE', 'WRITE-ACP', 'READ', 'READ-ACP'].map((name) => `S3 ACL: ${name}`),
  ],
  'S3 ACL: canned, granted and written, each gives its role',
  async () => {
    const permissions = [
      ['FULL_CONTROL', 'full-control', 'storage.admin'],
      ['WRITE', 'write', 'storage.objectCreator'],
      ['WRITE-ACP', 'write-acp', 'storage.policyWriter'],
      ['READ', 'read', 'storage.objectReader'],
      ['READ-ACP', 'read-acp', 'storage.policyReader'],
    ] as const;
    for (const [permission, header, role] of permissions) {
      for (const given of [
        { body: aclXml(`<ID>${dave.id}</ID>`, permission) },
        { headers: { [`x-amz-grant-${header}`]: `id="${dave.id}"` } },
      ]) {
        const answer = await setAcl(given);
        assert.deepEqual([answer.status, answer.text], [200, '']);
        assert.ok((await rolesOf()).includes(`${role} ${dave.id}`), `${permission} ${header}`);
      }
    }
    assert.equal((await setAcl({ body: aclXml(`<URI>${allUsers}</URI>`, 'READ') })).status, 200);
    assert.ok((await rolesOf()).includes('storage.objectReader all_users'));
    const canned = [
      ['public-read', 'storage.objectReader all_users'],
      ['public-read-write', 'storage.objectCreator all_users'],
      ['authenticated-read', 'storage.objectReader project_users'],
    ] as const;
    for (const [acl, role] of canned) {
      assert.equal((await setAcl({ headers: { 'x-amz-acl': acl } })).status, 200);
      assert.ok((await rolesOf()).includes(role), acl);
    }
    assert.equal((await setAcl({ headers: { 'x-amz-acl': 'private' } })).status, 200);
    assert.deepEqual(await rolesOf(), [`storage.owner ${alice.id}`]);
  },
);

bucketApi.shows(statuses('S3 ACL', 401, 403, 404), 'S3 ACL: its refusals', async () => {
  const wrong = { ...alice, s3Key: { ...alice.s3Key, secret: 'wrong' } };
  assert.deepEqual([(await setAcl({ user: wrong })).status], [403]);
  assert.equal((await setAcl({ headers: { 'x-amz-acl': 'private' }, user: carol })).status, 403);
  assert.equal((await setAcl({ headers: { 'x-amz-acl': 'private' }, name: 'doc-absent' })).status, 404);
});

bucketApi.shows(
  [...sampled('delete', 204, 401, 404, 409)],
  'delete: the sample and its refusals',
  async () => {
    await assertRefused((name) => `/bucket/${name}`, { method: 'DELETE' }, bob);
    await swift(alice).put('/doc-box/o', 'x');
    assertError(await call('/bucket/doc-box', { method: 'DELETE' }), 409, 'Conflict');
    await swift(alice).delete('/doc-box/o');
    await makeBucket(api.server, tokenOf(alice), 'doc-gone');
    const gone = await call('/bucket/doc-gone', { method: 'DELETE' });
    assert.deepEqual([gone.status, gone.text], [204, '']);
    assertError(await call('/bucket/doc-gone'), 404, 'NotFound');
  },
);

const bulk = (lines: readonly string[], by?: TestUser, account = demo.id) =>
  swiftRequest(api.server, 'DELETE', `/v1/${account}/?bulk-delete`, {
    headers: { Accept: 'application/json', ...(by === undefined ? {} : { 'X-Auth-Token': tokenOf(by) }) },
    body: lines.join('\n'),
  });

bucketApi.shows(
  [...sampled('bulk delete', 200, 400, 401, 403, 409)],
  'bulk delete: the sample; the other statuses stand in its body, or refuse the whole',
  async () => {
    for (const name of ['exist-container', 'not-empty-bucket'])
      await makeBucket(api.server, tokenOf(alice), name);
    for (const path of ['/exist-container/exist-object', '/not-empty-bucket/o'])
      await swift(alice).put(path, 'x');
    const lines = [
      'exist-container/exist-object',
      'exist-container',
      'not-exist-bucket',
      'not-empty-bucket',
      'Bad!',
    ];
    const answer = await bulk(lines, alice);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.text), {
      'Response Status': '400 Bad Request',
      'Response Body': '',
      'Number Deleted': 2,
      'Number Not Found': 1,
      Errors: [
        ['not-empty-bucket', '409 Conflict'],
        ['Bad%21', '400 Bad Request'],
      ],
    });
    const { Errors } = JSON.parse((await bulk(['not-empty-bucket/o'], carol)).text) as { Errors: unknown };
    assert.deepEqual(Errors, [['not-empty-bucket/o', '403 Forbidden']]);
    assert.equal((await bulk(lines)).status, 401);
    assert.equal((await bulk(lines, eve)).status, 403);
  },
);

for (const [what, path] of [
  ['empty bucket', ''],
  ['empty folder', '/dir'],
] as const) {
  bucketApi.shows(
    [...sampled(what, 200, 400, 401, 403)],
    `${what}: the sample and its refusals`,
    async () => {
      for (const key of ['dir/', 'dir/a', 'beside']) await swift(alice).put(`/doc-box/${key}`, 'x');
      const empty = (by: TestUser | undefined, name = 'doc-box'): Promise<SwiftAnswer> =>
        swift(by).delete(`/${name}${path}/?dir-delete`, { Accept: 'application/json' });
      assert.equal((await empty(undefined)).status, 401);
      assert.equal((await empty(carol)).status, 403);
      for (const name of ['doc-absent', 'Bad_Name!']) assert.equal((await empty(alice, name)).status, 400);
      const answer = await empty(alice);
      assert.equal(answer.status, 200);
      assert.equal(
        (JSON.parse(answer.text) as Record<string, number>)['Number Deleted'],
        path === '' ? 3 : 2,
      );
      assert.equal((await swift(alice).get('/doc-box')).text, path === '' ? '' : 'beside\n');
      await swift(alice).delete('/doc-box/?dir-delete');
    },
  );
}

bucketApi.shows(
  [...sampled('change metadata', 200, 401)],
  'change metadata: the sample and its refusals',
  async () => {
    const headers = { 'X-Object-Meta-Company': 'kakao enterprise' };
    const answer = await swift(alice).post('/doc-box', headers);
    assert.deepEqual([answer.status, answer.text], [200, '']);
    assert.equal((await swift().post('/doc-box', headers)).status, 401);
    assert.equal((await swift(carol).post('/doc-box', headers)).status, 403);
    assert.equal((await swift(alice).post('/doc-absent', headers)).status, 404);
  },
);

bucketApi.shows(
  ['metadata: sample', 'metadata: 200', 'metadata: HEAD'],
  'metadata: the sample, by GET and HEAD',
  async () => {
    const answer = await call('/bucket/doc-box');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-container-meta-company'), 'kakao enterprise');
    assert.deepEqual(fieldsOf(answer), { ...placed, ...plain, name: 'doc-box', acl: closed });
    const head = await call('/bucket/doc-box', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal(head.headers.get('x-container-meta-company'), 'kakao enterprise');
    assert.equal(
      (await swift(alice).head('/doc-box')).headers['x-container-meta-company'],
      'kakao enterprise',
    );
  },
);

bucketApi.shows(statuses('metadata', 401, 403, 404), 'metadata: its refusals', async () => {
  await assertRefused((name) => `/bucket/${name}`, {}, dave);
});

bucketApi.end();
