// Krutrim's document of access keys (reference 10.3), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { assertRecentTime } from '../support/ext.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos } from '../support/kos.ts';
import { assertKosTime, KosReplay, type Served } from '../support/kos-replay.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, root } from '../support/seed.ts';

const list = 'GET /kos/v1/access_keys';
const create = 'POST /kos/v1/access_keys';
const remove = 'DELETE /kos/v1/access_keys/{accessKey}';
const removeAll = 'DELETE /internal/kos/v1/access_keys_all';
const none = `${list}: 404 when there are none, which is 200 with an empty list here`;

/** No keys, so that there is room for two. */
async function clear(server: Served): Promise<Record<string, string>> {
  const cleared = await kos(server, '/internal/kos/v1/access_keys_all', { method: 'DELETE' });
  assert.equal(cleared.status, 204, cleared.text);
  return {};
}

async function oneKey(server: Served): Promise<Record<string, string>> {
  await clear(server);
  const made = await kos(server, '/kos/v1/access_keys', { method: 'POST' });
  return { accessKey: String(fieldsOf(made).access_key) };
}

const replay = new KosReplay(
  'access-keys',
  {
    [list]: { statuses: [200, 400, 401, 500, 503] },
    [create]: { statuses: [201, 400, 401, 409, 500, 503], prepare: clear },
    [remove]: {
      statuses: [204, 400, 401, 404, 500, 503],
      prepare: oneKey,
      body: () => ({ otp: 'otp' }),
    },
    [removeAll]: { statuses: [204, 400, 401, 404, 500, 503], prepare: oneKey },
  },
  [none, `${create}: key_name and region`],
);

replay.shows([none], none, async () => {
  await clear(replay.server);
  const answer = await replay.call(list);
  assert.deepEqual([answer.status, answer.json], [200, []]);
});

replay.sample(create, async () => {
  const made = await replay.call(create);
  assert.equal(made.status, 201, made.text);
  const { access_key: access, secret_key: secret } = fieldsOf(made);
  assert.ok([access, secret].every((text) => typeof text === 'string' && text.length >= 32));
  const s3Key = { access: String(access), secret: String(secret) };
  const signed = await rawS3(replay.server, { target: '/', user: { ...alice, s3Key } });
  assert.equal(signed.status, 200, 'the pair signs S3 requests');
});

replay.shows([`${create}: key_name and region`], `${create}: as the SDKs send it`, async () => {
  const body = { key_name: 'laptop', region: 'In-Hyderabad-1' };
  const made = fieldsOf(await replay.call(create, {}, { body, headers: { 'x-tier': 'tier-2' } }));
  const { secret_key: _, message, created_at: __, created_date: ___, access_key: id, ...rest } = made;
  assert.equal(typeof message, 'string');
  assert.deepEqual(rest, { ...body, access_key_id: id, status: 'active', tier: 'tier-2' });
});

replay.sample(list, async () => {
  const answer = await replay.call(list);
  assert.equal(answer.status, 200, answer.text);
  const keys = answer.json as Record<string, unknown>[];
  const told = keys.map(({ access_key: id, created_date: date, created_at: at, ...rest }) => {
    assert.match(String(id), /^[0-9a-f]{32}$/);
    assertRecentTime(date);
    assertKosTime(at);
    assert.equal(rest.access_key_id, id);
    return rest;
  });
  const facts = (key_name: unknown, region: string, tier: string, at: number) => ({
    key_name,
    region,
    tier,
    status: 'active',
    access_key_id: keys[at]?.access_key,
  });
  assert.deepEqual(told, [
    facts(null, 'In-Bangalore-1', 'fast', 0),
    facts('laptop', 'In-Hyderabad-1', 'tier-2', 1),
  ]);
});

replay.sample(remove, async () => {
  const [key] = (await replay.call(list)).json as { access_key: string }[];
  const gone = await replay.call(remove, { accessKey: key?.access_key ?? '' }, { body: { otp: 'otp' } });
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.equal(((await replay.call(list)).json as object[]).length, 1);
});

replay.sample(removeAll, async () => {
  const gone = await replay.call(removeAll);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.deepEqual((await replay.call(list)).json, []);
});

replay.refuses(list, [400], 'a region and a tier that are not there', async () => {
  for (const headers of [{ 'x-region-id': 'us-west-2' }, { 'x-tier': 'fast/slow' }]) {
    assertKosError(await replay.call(list, {}, { headers }), 400, 'BadRequest');
  }
});

replay.refuses(create, [400], 'no JSON, fields of other types, a region that is not there', async () => {
  for (const body of ['{', [], { key_name: 7 }, { key_name: '' }, { region: 'us-west-2' }]) {
    assertKosError(await replay.call(create, {}, { body }), 400, 'BadRequest');
  }
});

replay.refuses(create, [409], 'a third, as often as it is asked', async () => {
  await clear(replay.server);
  for (const status of [201, 201, 409, 409]) assert.equal((await replay.call(create)).status, status);
  assertKosError(await replay.call(create), 409, 'LimitExceeded');
  assert.equal(((await replay.call(list)).json as object[]).length, 2);
});

replay.refuses(remove, [400], 'an otp that is no text', async () => {
  const accessKey = (await oneKey(replay.server)).accessKey ?? '';
  for (const body of ['{', { otp: 7 }]) {
    assertKosError(await replay.call(remove, { accessKey }, { body }), 400, 'BadRequest');
  }
});

replay.refuses(remove, [404], "no such key, another user's", async () => {
  const accessKey = (await oneKey(replay.server)).accessKey ?? '';
  assertKosError(await replay.call(remove, { accessKey: 'access-key-1' }), 404, 'AccessKeyNotFound');
  assertKosError(await replay.call(remove, { accessKey }, { by: bob }), 404, 'AccessKeyNotFound');
});

replay.refuses(removeAll, [400], 'an otp that is no text', async () => {
  for (const body of ['{', { otp: 7 }]) {
    assertKosError(await replay.call(removeAll, {}, { body }), 400, 'BadRequest');
  }
});

replay.refuses(removeAll, [404], 'an account that is not there', async () => {
  const headers = { Authorization: `Bearer ${apiKeyOf(root)}`, 'x-account-id': '9999999999' };
  assertKosError(await replay.call(removeAll, {}, { by: null, headers }), 404, 'AccountNotFound');
});

replay.shows([], `${removeAll}: 403 for who is no administrator`, async () => {
  assertKosError(await replay.call(removeAll, {}, { by: bob }), 403, 'Forbidden');
});

replay.end();
