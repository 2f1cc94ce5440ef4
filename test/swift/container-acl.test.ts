// X-Container-Read and X-Container-Write of PUT, POST, HEAD and GET of containers, and who they let in
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve, other } from '../support/seed.ts';
import { assertSentence, html, type SwiftAccount, useSwift } from '../support/swift.ts';

let owner: SwiftAccount;
let daves: SwiftAccount;
let eves: SwiftAccount;
let nobody: SwiftAccount;
let token: string;
const swift = useSwift(async () => {
  owner = await swift.account(alice);
  daves = await swift.account(dave);
  eves = await swift.account(eve, 'upstream', demo);
  nobody = swift.stranger(demo);
  token = await issueToken(swift.server, alice);
});

const filled = async (headers: Record<string, string> = {}) => {
  const box = await owner.container(headers);
  await owner.fill(box, ['o']);
  return box;
};
const setAcl = async (box: string, headers: Record<string, string>) => {
  const answer = await owner.post(box, headers);
  assert.equal(answer.status, 204, answer.text);
};
const aclOf = async (box: string, account = owner) => {
  const { headers } = await account.head(box);
  return [headers['x-container-read'], headers['x-container-write']];
};
/** Statuses of object GET and HEAD, container GET and HEAD, object PUT, POST and DELETE. */
const seenBy = async (account: SwiftAccount, box: string, headers: Record<string, string> = {}) => {
  const statuses: number[] = [];
  for (const [method, path] of [
    ['GET', '/o'],
    ['HEAD', '/o'],
    ['GET', ''],
    ['HEAD', ''],
    ['PUT', '/new'],
    ['POST', '/o'],
    ['DELETE', '/new'],
  ] as const) {
    const call = { headers, ...(method === 'PUT' && { body: 'x' }) };
    statuses.push((await account.call(method, `${box}${path}`, call)).status);
  }
  return statuses;
};
const refused = (status: number) => Array(7).fill(status);
const reading = (status: number) => [200, 200, 200, 204, status, status, status];
const objects = (status: number) => [200, 200, status, status, status, status, status];

test('.r:* with .rlistings is public reading, whichever door sets it or takes it back', async () => {
  const box = await filled({ 'X-Container-Read': '.rlistings, .ref:*' });
  const bucket = box.slice(1);
  const acl = async () => ((await ext(swift.server, token, `/bucket${box}`)).json as { acl: unknown }).acl;
  assert.deepEqual(await aclOf(box), ['.r:*,.rlistings', undefined]);
  assert.deepEqual(await acl(), { public: 'read-only', public_read_allow_ip_list: null });
  assert.deepEqual(await seenBy(nobody, box), reading(401));
  assert.equal((await fetch(`${swift.server.url}${box}/o`)).status, 200);

  const call = { method: 'POST', body: { acl: { public: 'deny' } } };
  assert.equal((await ext(swift.server, token, `/bucket${box}`, call)).status, 200);
  assert.deepEqual(await aclOf(box), [undefined, undefined]);
  assert.deepEqual(await seenBy(nobody, box), refused(401));

  await s3Client(swift.server, alice).putBucketAcl({ Bucket: bucket, ACL: 'public-read' });
  assert.deepEqual(await aclOf(box), ['.r:*,.rlistings', undefined]);
  await setAcl(box, { 'X-Remove-Container-Read': 'x' });
  assert.deepEqual(await acl(), { public: 'deny', public_read_allow_ip_list: null });
});

test('.r:* alone opens objects and no listing; deny takes it back too', async () => {
  const box = await filled({ 'X-Container-Read': '.r:*' });
  assert.deepEqual(await aclOf(box), ['.r:*', undefined]);
  assert.deepEqual(await seenBy(nobody, box), objects(401));
  assert.deepEqual(await seenBy(eves, box), objects(403));
  const call = { method: 'POST', body: { acl: null } };
  assert.equal((await ext(swift.server, token, `/bucket${box}`, call)).status, 200);
  assert.deepEqual(await seenBy(nobody, box), refused(401));
  assert.deepEqual(await aclOf(box), [undefined, undefined]);
});

test('referrers by host and domain, the last entry that fits deciding', async () => {
  const box = await filled({ 'X-Container-Read': '.r:*.example.com,.r:-bad.example.com,.r:exact.org' });
  assert.deepEqual(await aclOf(box), ['.r:.example.com,.r:-bad.example.com,.r:exact.org', undefined]);
  const from = async (referer?: string) =>
    (await nobody.get(`${box}/o`, referer === undefined ? {} : { Referer: referer })).status;
  assert.equal(await from('https://a.example.com/page'), 200);
  assert.equal(await from('http://exact.org:8080/'), 200);
  assert.equal(await from('https://bad.example.com/'), 401);
  assert.equal(await from('https://example.com.evil.org/'), 401);
  assert.equal(await from('a.example.com'), 401);
  assert.equal(await from(), 401);
});

test('people of the project and of others, by id and by name', async () => {
  const elements: [string, SwiftAccount, boolean][] = [
    [`${demo.id}:${dave.id}`, daves, true],
    [`${demo.name}:${dave.name}`, daves, true],
    [`${demo.id}:*`, daves, true],
    [demo.id, daves, true],
    ['*:*', daves, true],
    [`*:${dave.id}`, daves, true],
    [`${other.id}:${dave.id}`, daves, false],
    [`${demo.id}:${bob.id}`, daves, false],
    [`${other.id}:${eve.id}`, eves, true],
    [`${other.name}:${eve.name}`, eves, true],
    [`*:${eve.id}`, eves, true],
    ['*:*', eves, true],
    [`${demo.id}:*`, eves, false],
    [`${demo.id}:${eve.id}`, eves, false],
    ['none', daves, false],
    ['object-storage-viewer', daves, false],
  ];
  const box = await filled();
  for (const [element, account, admitted] of elements) {
    await setAcl(box, { 'X-Container-Read': element, 'X-Container-Write': '' });
    assert.deepEqual(await aclOf(box), [element, undefined]);
    assert.deepEqual(await seenBy(account, box), admitted ? reading(403) : refused(403), `read ${element}`);
    assert.deepEqual(await seenBy(nobody, box), refused(401));
    await setAcl(box, { 'X-Container-Read': '', 'X-Container-Write': element });
    assert.deepEqual(await aclOf(box), [undefined, element]);
    const writing = [403, 403, 403, 403, 201, 202, 204];
    assert.deepEqual(await seenBy(account, box), admitted ? writing : refused(403), `write ${element}`);
    assert.deepEqual(await seenBy(nobody, box), refused(401));
  }
});

test('what a grant can say is a grant at the other doors', async () => {
  const box = await filled({
    'X-Container-Read': `${demo.id}:${dave.id},*:${eve.id},${demo.name}:${bob.name}`,
  });
  const grants = async () => {
    const answer = await ext(swift.server, token, `/bucket${box}/policy`);
    const { policies } = answer.json as { policies: { id: string; role: string; member: { id: string } }[] };
    return policies.slice(3);
  };
  assert.deepEqual(
    (await grants()).map(({ role, member }) => [role, member.id]),
    [
      ['storage.objectReader', dave.id],
      ['storage.objectReader', eve.id],
    ],
  );
  await s3Client(swift.server, eve).getObject({ Bucket: box.slice(1), Key: 'o' });
  const [first] = await grants();
  await ext(swift.server, token, `/bucket${box}/policy/${first?.id}`, { method: 'DELETE' });
  assert.deepEqual(await aclOf(box), [`*:${eve.id},${demo.name}:${bob.name}`, undefined]);
});

test('private at S3 takes every ACL back', async () => {
  const box = await filled({ 'X-Container-Read': '.r:*', 'X-Container-Write': '*:*' });
  await s3Client(swift.server, alice).putBucketAcl({ Bucket: box.slice(1), ACL: 'private' });
  assert.deepEqual(await aclOf(box), [undefined, undefined]);
  assert.deepEqual(await seenBy(eves, box), refused(403));
});

test('ACLs are set and seen by who may decide about access', async () => {
  const box = await filled({ 'X-Container-Read': '.r:*,.rlistings', 'X-Container-Write': '*:*' });
  assert.deepEqual(await aclOf(box, await swift.account(bob)), ['.r:*,.rlistings', '*:*']);
  assert.deepEqual(await aclOf(box, await swift.account(carol)), [undefined, undefined]);
  assert.deepEqual(await aclOf(box, nobody), [undefined, undefined]);
  const bobs = await swift.account(bob);
  assert.equal((await bobs.post(box, { 'X-Container-Read': '' })).status, 403);
  assert.equal((await bobs.put(box, '', { 'X-Container-Read': '' })).status, 403);
  assert.equal((await bobs.post(box, { 'X-Container-Meta-A': 'b' })).status, 204);
  assert.equal((await owner.put(box, '', { 'X-Container-Read': '' })).status, 202);
  assert.deepEqual(await aclOf(box), [undefined, '*:*']);
  assert.equal((await owner.head(box)).headers['x-container-meta-a'], 'b');
});

test('refuses what cannot be an ACL in the words of Swift, and changes nothing', async () => {
  const box = await filled({ 'X-Container-Read': '.r:*' });
  const read = (value: string) => owner.post(box, { 'X-Container-Read': value });
  const write = (value: string) => owner.post(box, { 'X-Container-Write': value });
  assertSentence(await write('.r:*'), 400, "Referrers not allowed in write ACL: '.r:*'", html);
  assertSentence(await read('.x:y'), 400, "Unknown designator '.x' in ACL: '.x:y'", html);
  const hostless = 'No host/domain value after referrer designation in ACL:';
  for (const value of ['.r:', '.r:-', '.r:.', '.r:*.']) {
    assertSentence(await read(value), 400, `${hostless} '${value}'`, html);
  }
  assertSentence(
    await owner.put('/acl-not-made', '', { 'X-Container-Write': '.r:a' }),
    400,
    "Referrers not allowed in write ACL: '.r:a'",
    html,
  );
  assert.equal((await owner.head('/acl-not-made')).status, 404);
  assert.deepEqual(await aclOf(box), ['.r:*', undefined]);
});
