// Krutrim's public SDKs, one flow for each: Python, Go, and the MCP server
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fieldsOf, type KosAnswer, kos } from '../support/kos.ts';
import { sdkOf } from '../support/kos-sdk.ts';
import { alice, bob, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const buckets = '/kos/v1/buckets';
const keys = '/kos/v1/access_keys';
const krnForm = /^krn:kos:In-(Bangalore|Hyderabad)-1:\d{10}:[0-9a-f-]{36}:bucket:[0-9a-f-]{36}$/;

type Fields = Record<string, unknown>;

function assertStatus(answer: KosAnswer, status: number): Fields {
  assert.equal(answer.status, status, answer.text);
  return (answer.json ?? {}) as Fields;
}

function listOf(answer: KosAnswer): Fields[] {
  assert.equal(answer.status, 200, answer.text);
  assert.ok(Array.isArray(answer.json), answer.text);
  return answer.json as Fields[];
}

test('Python: Bearer API key, K-Customer-ID, x-region-id; bare arrays; the KRN in the path as it is', async () => {
  const python = sdkOf(server, alice, 'KrutrimClient/Python 0.5.8');
  const headers = { 'K-Customer-ID': alice.id, 'x-region-id': 'In-Hyderabad-1' };
  const wish = { name: 'python-box', region: 'In-Hyderabad-1', tags: { team: 'data' }, versioning: true };
  const made = assertStatus(await python('POST', buckets, { headers, body: wish }), 201);
  assert.equal(made.bucketName, 'python-box');
  const krn = String(made.krn);
  assert.match(krn, krnForm);

  const listed = listOf(await python('GET', buckets, { headers }));
  const { krnid, region, tags, versioning, anonymous_access, owner, account_id } =
    listed.find(({ name }) => name === 'python-box') ?? {};
  assert.deepEqual(
    [krnid, region, tags, versioning, anonymous_access],
    [krn, 'In-Hyderabad-1', { team: 'data' }, true, false],
  );
  assert.deepEqual([String(owner).replaceAll('-', ''), account_id], [demo.id, demo.accountNumber]);
  assert.deepEqual(assertStatus(await python('GET', `${buckets}/${krn}`, { headers }), 200), listed[0]);

  const rules = `${buckets}/${krn}/lifecycle-rules`;
  const rule = { name: 'old', expiration_days: 30, expired_obj_delete_marker: null };
  const { id } = assertStatus(await python('POST', rules, { headers, body: rule }), 201);
  assert.deepEqual(
    listOf(await python('GET', rules, { headers })).map((one) => [one.id, one.expiration_days]),
    [[id, 30]],
  );

  const key = { key_name: 'notebook', region: 'In-Hyderabad-1' };
  const { access_key, secret_key } = assertStatus(await python('POST', keys, { headers, body: key }), 201);
  assert.ok(String(secret_key).length >= 32);
  const mine = listOf(await python('GET', keys, { headers })).find((one) => one.key_name === 'notebook');
  assert.deepEqual(
    [mine?.access_key, mine?.access_key_id, mine?.region, mine?.status],
    [access_key, access_key, 'In-Hyderabad-1', 'active'],
  );
  assertStatus(await python('DELETE', `${keys}/${String(access_key)}`, { headers }), 204);
  const gone = await python('DELETE', `${buckets}/${krn}`, { headers: { ...headers, Accept: '*/*' } });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.deepEqual(listOf(await python('GET', buckets, { headers })), []);
});

test('Go: a session, init-upload and a PUT to its address, the same back', async () => {
  const go = sdkOf(server, bob, 'KrutrimClient/Go 0.0.1');
  const placed = { 'x-region-id': 'In-Bangalore-1', 'x-tier': 'tier-1' };
  const wish = {
    name: 'go-box',
    description: 'd',
    tier: 'tier-1',
    versioning: false,
    anonymous_access: false,
    tags: {},
  };
  const { krn } = assertStatus(await go('POST', buckets, { headers: placed, body: wish }), 201);
  const pair = { accessKey: bob.s3Key.access, secretKey: bob.s3Key.secret };
  const opened = await go('POST', '/kos/v1/sessions/activate', { headers: placed, body: pair });
  const headers = { ...placed, 'x-session-token': String(assertStatus(opened, 200).sessionToken) };
  const objects = `${buckets}/${String(krn)}/objects`;

  const begun = assertStatus(
    await go('PUT', objects, { headers, body: { objectKey: 'images/server.img' } }),
    201,
  );
  for (const value of Object.values(begun))
    assert.equal(typeof value, 'string', 'it is read as a map of texts');
  const bytes = Buffer.alloc(200_000, 'image ');
  const sent = await fetch(String(begun.uploadPreSignedUrl), { method: 'PUT', body: Uint8Array.from(bytes) });
  assert.ok(sent.status < 300, await sent.text());

  const level = assertStatus(await go('GET', `${objects}?prefix=images/`, { headers }), 200);
  assert.deepEqual(
    (level.objects as Fields[]).map(({ key, size, isFolder }) => [key, size, isFolder]),
    [['images/server.img', 200_000, false]],
  );
  const names = { oldKey: 'images/server.img', newKey: 'images/client.img' };
  assertStatus(await go('POST', `${objects}/rename`, { headers, body: names }), 200);
  const body = { objectKey: 'images/client.img' };
  const told = assertStatus(await go('POST', `${objects}/download`, { headers, body }), 200);
  for (const value of Object.values(told)) assert.equal(typeof value, 'string');
  const got = await fetch(String(told.preSignedUrl));
  assert.equal(got.status, 200);
  assert.ok(bytes.equals(Buffer.from(await got.arrayBuffer())));

  assert.equal(listOf(await go('GET', keys, { headers })).length, 1);
  assertStatus(await go('POST', `${objects}/delete`, { headers, body }), 200);
  assertStatus(await go('DELETE', `${buckets}/${String(krn)}`, { headers: placed }), 204);
});

for (const [region, tier] of [
  ['In-Bangalore-1', 'tier-1'],
  ['In-Hyderabad-1', 'tier-2'],
] as const) {
  test(`MCP: ${tier} in ${region}; what is to be deleted is looked up first`, async () => {
    const mcp = sdkOf(server, alice, 'KrutrimClient/Python 0.5.8 krutrim-mcp');
    const headers = { 'x-region-id': region, 'x-tier': tier };
    const wish = { name: `mcp-${tier}`, region, tier, anonymous_access: false, versioning: false };
    const { krn } = assertStatus(await mcp('POST', buckets, { headers, body: wish }), 201);
    assert.equal(String(krn).split(':')[2], region);
    const { items } = assertStatus(await mcp('GET', buckets), 200) as { items: Fields[] };
    const found = items.filter(({ krnid }) => krnid === krn);
    assert.deepEqual(
      found.map((bucket) => [bucket.region, bucket.tier]),
      [[region, tier]],
    );
    const removal = await mcp('DELETE', `${buckets}/${String(krn)}`, {
      headers: { Accept: '*/*', ...headers },
    });
    assert.equal(removal.status, 204);

    const body = { key_name: `mcp ${tier}`, region };
    const made = assertStatus(await mcp('POST', keys, { headers, body }), 201);
    assert.deepEqual(
      ['access_key', 'secret_key', 'message'].map((name) => typeof made[name]),
      ['string', 'string', 'string'],
    );
    const mine = listOf(await mcp('GET', keys)).filter(({ access_key }) => access_key === made.access_key);
    assert.deepEqual(
      mine.map((key) => [key.region, key.tier]),
      [[region, tier]],
    );
    assertStatus(await mcp('DELETE', `${keys}/${String(made.access_key)}`, { headers }), 204);
  });
}

test('which form a list of buckets has, the request tells', async () => {
  await kos(server, buckets, { method: 'POST', body: { name: 'listed-box' } });
  const headers = { 'x-region-id': 'In-Bangalore-1' };
  assert.equal(listOf(await kos(server, buckets, { headers })).length, 1);
  for (const [path, more] of [
    [buckets, {}],
    [`${buckets}?page=1`, headers],
    [`${buckets}?page_size=5`, headers],
    [buckets, { 'x-tier': 'tier-1' }],
  ] as const) {
    const page = fieldsOf(await kos(server, path, { headers: more }));
    assert.deepEqual([page.totalItems, page.nextPage], [1, null]);
  }
});
