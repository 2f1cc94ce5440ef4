// Presigned addresses: plain HTTP uses them, for one method on one object, as long as what proved their maker holds
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { downloadUrlOf, type KosObjects, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { rawExchange } from '../support/raw-http.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let objects: KosObjects;
before(async () => {
  server = await startServer();
  await makeKosBucket(server, 'signed-box');
  objects = kosObjects(server, 'signed-box');
  await objects.put('k', 'bytes');
});
after(() => server.stop());

interface Addresses {
  readonly up: string;
  readonly down: string;
}

/** What a caller with these headers is given. */
async function addressesFor(headers: Record<string, string>, key = 'k'): Promise<Addresses> {
  const caller = { by: null, headers };
  return {
    up: uploadUrlOf(await objects.upload({ objectkey: `${key}-new` }, caller)),
    down: downloadUrlOf(await objects.download({ objectkey: key }, caller)),
  };
}

const keyOf = (user: TestUser) => ({ 'x-account-id': apiKeyOf(user) });

async function statusesOf({ up, down }: Addresses): Promise<number[]> {
  const put = await fetch(up, { method: 'PUT', body: 'new bytes' });
  const got = await fetch(down);
  return [put.status, got.status];
}

/** Works now, and not any more after `end`. */
async function assertDiesBy(addresses: Addresses, end: () => Promise<unknown>): Promise<void> {
  assert.deepEqual(await statusesOf(addresses), [200, 200]);
  await end();
  await assertRefused(addresses);
}

/** 403 for what is not allowed, 400 for a token that no longer holds, as S3 says it. */
async function assertRefused(addresses: Addresses): Promise<void> {
  const statuses = await statusesOf(addresses);
  assert.ok(
    statuses.every((status) => status === 403 || status === 400),
    `${statuses}`,
  );
}

const change = async (path: string, method: string, token: string, body?: unknown) => {
  const answer = await call(server, path, { method, token, ...(body !== undefined && { body }) });
  assert.ok(answer.status < 300, answer.text);
  return answer;
};

/** A fresh key of `user`, as an API key, and what deletes it. */
async function freshKey(
  user: TestUser,
  fields = {},
): Promise<{ header: Record<string, string>; path: string }> {
  const token = await issueToken(server, user);
  const base = `/v3/users/${user.id}/application_credentials`;
  const body = { application_credential: { name: `key-${Math.random()}`, ...fields } };
  const { json } = await change(base, 'POST', token, body);
  const { id, secret } = (json as { application_credential: { id: string; secret: string } })
    .application_credential;
  return { header: { 'x-account-id': `${id}.${secret}` }, path: `${base}/${id}` };
}

test('an address holds for 15 minutes, says nothing secret of its maker, and is used by plain HTTP', async () => {
  const { up, down } = await addressesFor(keyOf(alice));
  for (const url of [up, down]) {
    const { searchParams, origin } = new URL(url);
    assert.equal(origin, server.url);
    assert.ok(Number(searchParams.get('X-Amz-Expires')) <= 900);
    assert.equal(searchParams.get('X-Amz-SignedHeaders'), 'host');
    assert.ok(!url.includes(alice.iamKey.secret) && !url.includes(alice.s3Key.secret));
  }
  const { pathname, search, host } = new URL(up);
  const head = `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nConnection: close\r\n\r\n`;
  assert.equal((await rawExchange(server.url, [`${head}abc`])).status, 200);
  assert.equal(await (await objects.get('k-new')).text(), 'abc');
  const part = await fetch(down, { headers: { Range: 'bytes=1-2' } });
  assert.deepEqual([part.status, await part.text()], [206, 'yt']);
});

test('an address is good for its method, its object and its query alone', async () => {
  const { up, down } = await addressesFor(keyOf(alice));
  const wrong: [string, RequestInit][] = [
    [down, { method: 'PUT', body: 'x' }],
    [down, { method: 'DELETE' }],
    [down, { method: 'HEAD' }],
    [up, { method: 'GET' }],
    [up, { method: 'DELETE' }],
    [down.replace('/k?', '/k-new?'), {}],
    [down.replace('/signed-box/', '/other-box/'), {}],
    [up.replace('/k-new?', '/other?'), { method: 'PUT', body: 'x' }],
    [`${down}&acl`, {}],
    [`${up}&acl`, { method: 'PUT', body: 'x' }],
    [`${up}&partNumber=1&uploadId=${'a'.repeat(32)}`, { method: 'PUT', body: 'x' }],
    [down.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'), {}],
    [down.replace(/&X-Amz-Security-Token=[^&]*/, ''), {}],
    [up, { method: 'PUT', body: 'x', headers: { 'x-amz-copy-source': '/signed-box/k' } }],
    [up, { method: 'PUT', body: 'x', headers: { 'x-amz-acl': 'public-read' } }],
    [up, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-a': 'b' } }],
  ];
  for (const [url, init] of wrong) {
    const { status } = await fetch(url, init);
    assert.ok(status === 403 || status === 400, `${status} ${init.method ?? 'GET'} ${url}`);
  }
  const { searchParams } = new URL(down);
  const token = searchParams.get('X-Amz-Security-Token') ?? '';
  assert.ok(token.length > 60);
  // What the address carries opens no other door, and signs nothing.
  for (const headers of [
    { 'x-session-token': token },
    { Authorization: `Bearer ${token}` },
    { 'x-account-id': demo.id, Authorization: `Bearer ${token}` },
  ]) {
    assert.equal((await kos(server, '/kos/v1/buckets', { by: null, headers })).status, 401);
  }
  const signed = await rawS3(server, {
    target: '/signed-box/k',
    user: alice,
    headers: { 'x-amz-security-token': token },
  });
  assert.equal(signed.status, 400);
});

test('addresses of an API key end with the key', async () => {
  const { header, path } = await freshKey(bob);
  await assertDiesBy(await addressesFor(header), async () =>
    change(path, 'DELETE', await issueToken(server, bob)),
  );
});

test('addresses hold no longer than their key', async () => {
  const soon = new Date(Date.now() + 60_000).toISOString().slice(0, 19);
  const { header } = await freshKey(bob, { expires_at: soon });
  const { down } = await addressesFor(header);
  const seconds = Number(new URL(down).searchParams.get('X-Amz-Expires'));
  assert.ok(seconds > 0 && seconds <= 60, `${seconds}`);
});

test('addresses of a token end with its revocation', async () => {
  const token = await issueToken(server, alice);
  const own = await issueToken(server, alice);
  await assertDiesBy(await addressesFor({ Authorization: `Bearer ${token}` }), async () => {
    const headers = { 'X-Subject-Token': token };
    assert.equal(
      (await call(server, '/v3/auth/tokens', { method: 'DELETE', token: own, headers })).status,
      204,
    );
  });
});

test('addresses of a session end with its key pair', async () => {
  const token = await issueToken(server, bob);
  const base = `/v3/users/${bob.id}/credentials/OS-EC2`;
  const { json } = await change(base, 'POST', token, { tenant_id: demo.id });
  const { access, secret } = (json as { credential: { access: string; secret: string } }).credential;
  const body = { accessKey: access, secretKey: secret };
  const active = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body, by: bob });
  const addresses = await addressesFor({ 'x-session-token': String(fieldsOf(active).sessionToken) });
  assert.ok(!addresses.down.includes(secret));
  await assertDiesBy(addresses, () => change(`${base}/${access}`, 'DELETE', token));
});

test('addresses have the rights of their maker at the moment of their use', async () => {
  const token = await issueToken(server, alice);
  const { header } = await freshKey(dave);
  const member = { type: 'user', id: dave.id };
  const granted = await ext(server, token, '/bucket/signed-box/policy', {
    method: 'POST',
    body: { role: 'storage.editor', member },
  });
  assert.ok(granted.status < 300, JSON.stringify(granted.json));
  const { id } = granted.json as { id: string };
  await assertDiesBy(await addressesFor(header), async () => {
    const removed = await ext(server, token, `/bucket/signed-box/policy/${id}`, { method: 'DELETE' });
    assert.ok(removed.status < 300, JSON.stringify(removed.json));
  });
});

test('addresses end with the membership, and with the user', async () => {
  const [admin, manager] = [await issueToken(server, root), await issueToken(server, alice)];
  const role = (user: TestUser) => `/v3/projects/${demo.id}/users/${user.id}/roles/project-member`;
  await change(role(carol), 'PUT', manager);
  const own = `/v3/projects/${demo.id}/users/${carol.id}/roles/project-reader`;
  const addresses = await addressesFor(keyOf(carol));
  await assertDiesBy(addresses, async () => {
    await change(role(carol), 'DELETE', manager);
    await change(own, 'DELETE', manager);
  });
  await change(role(carol), 'PUT', manager);
  // A new membership does not bring it back.
  await assertRefused(addresses);
  await assertDiesBy(await addressesFor(keyOf(bob)), () =>
    change(`/v3/users/${bob.id}`, 'PATCH', admin, { user: { enabled: false } }),
  );
});

test('a configured public address is what clients are sent to, and signed for', async () => {
  for (const base of ['https://storage.example.com', 'http://storage.example.com:80/behind/a/proxy/']) {
    await using named = await startServer({ env: { ONGGI_PUBLIC_URL: base } });
    await makeKosBucket(named, 'named-box');
    const there = kosObjects(named, 'named-box');
    const url = uploadUrlOf(await there.upload({ objectkey: 'a/b c' }));
    const prefix = `${base.replace(/\/$/, '')}/named-box/a/b%20c?`;
    assert.ok(url.startsWith(prefix), url);
    const target = `/named-box/a/b%20c?${url.slice(prefix.length)}`;
    const put = (Host: string) => rawS3(named, { method: 'PUT', target, headers: { Host }, body: 'x' });
    assert.equal((await put('storage.example.com')).status, 200);
    assert.equal((await put('elsewhere.example.com')).status, 403);
  }
});
