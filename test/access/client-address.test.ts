/**
 * A bucket's policy by address where addresses are those of real sockets: every call about objects at every door, and every kind of signed
 * address, from 127.0.0.1, 127.0.0.2 and ::1; and whose word counts for another address than its own.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { after, before, test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { downloadUrlOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { type Relay, relayFrom } from '../support/relay.ts';
import { rawS3, s3Client } from '../support/s3.ts';
import { type Caller, onBucket, onObject } from '../support/same-call.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const bucket = 'addressed-box';
const loopbacks = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address));
const hasIpv6 = loopbacks.includes('::1');
/** 127.0.0.3 is the proxy that is trusted. */
const sources = ['127.0.0.1', '127.0.0.2', '127.0.0.3', ...(hasIpv6 ? ['::1'] : [])] as const;

let server: TestServer;
let caller: Caller;
const relays = new Map<string, Relay>();
before(async () => {
  server = await startServer({
    env: {
      ONGGI_WORKERS: '2',
      ONGGI_LISTEN: hasIpv6 ? '[::]:0' : '127.0.0.1:0',
      ONGGI_TRUSTED_PROXIES: '127.0.0.3',
    },
  });
  for (const source of sources) relays.set(source, await relayFrom(server, source));
  const token = await issueToken(from('127.0.0.1'), alice);
  caller = { user: alice, token, proof: { 'x-account-id': apiKeyOf(alice) }, headers: {} };
  await makeKosBucket(from('127.0.0.1'), bucket);
  for (const key of ['k', 'taken']) {
    const put = { method: 'PUT', target: `/${bucket}/${key}`, body: 'x', user: alice };
    assert.equal((await rawS3(from('127.0.0.1'), put)).status, 200);
  }
  const headers = { 'X-Auth-Token': token, 'X-Account-Meta-Temp-URL-Key': 'temp-key' };
  const { url } = from('127.0.0.1');
  assert.equal((await fetch(`${url}/v1/AUTH_${demo.id}`, { method: 'POST', headers })).status, 204);
});
after(async () => {
  for (const relay of relays.values()) await relay[Symbol.asyncDispose]();
  await server.stop();
});

function from(source: string): Relay {
  const relay = relays.get(source);
  assert.ok(relay, source);
  return relay;
}

const path = `/kos/v1/buckets/policy/${bucket}`;

/** For the length of `body`. */
async function withPolicy(policy: object | undefined, body: () => Promise<void>): Promise<void> {
  // From an address that no policy below lists: policies are managed from anywhere.
  const here = from('127.0.0.3');
  if (policy === undefined) return body();
  const made = await kos(here, path, { method: 'POST', body: policy });
  assert.equal(made.status, 201, made.text);
  try {
    await body();
  } finally {
    assert.equal((await kos(here, path, { method: 'DELETE' })).status, 204);
  }
}

type Kind = 'reading' | 'writing';
const readers = ['storage.objects.list', 'storage.objects.get', 'storage.objects.getMeta'];

interface SignedAddress {
  readonly name: string;
  readonly kind: Kind;
  readonly url: string;
}

/** Every kind of signed address, for whoever comes through `relay`; they are as good as the rights of their use. */
async function signedAddresses(relay: Relay): Promise<SignedAddress[]> {
  const place = { Bucket: bucket, Key: 'k' };
  const s3 = s3Client(relay, alice);
  const objects = kosObjects(relay, bucket);
  const objectkey = 'k';
  return [
    { name: 'S3 presigned', kind: 'reading', url: await getSignedUrl(s3, new GetObjectCommand(place)) },
    { name: 'S3 presigned', kind: 'writing', url: await getSignedUrl(s3, new PutObjectCommand(place)) },
    { name: 'KOS', kind: 'reading', url: downloadUrlOf(await objects.download({ objectkey })) },
    { name: 'KOS', kind: 'writing', url: uploadUrlOf(await objects.upload({ objectkey })) },
    { name: 'Swift temporary', kind: 'reading', url: temporary(relay, 'GET') },
    { name: 'Swift temporary', kind: 'writing', url: temporary(relay, 'PUT') },
  ];
}

function temporary({ url }: Relay, method: string): string {
  const place = `/v1/AUTH_${demo.id}/${bucket}/k`;
  const expires = Math.floor(Date.now() / 1000) + 300;
  const sig = createHmac('sha256', 'temp-key').update(`${method}\n${expires}\n${place}`).digest('hex');
  return `${url}${place}?temp_url_sig=${sig}&temp_url_expires=${expires}`;
}

async function use({ kind, url }: SignedAddress): Promise<number> {
  const answer = await fetch(url, kind === 'reading' ? {} : { method: 'PUT', body: 'x' });
  await answer.arrayBuffer();
  return answer.status;
}

/** What each source may, of reading and writing; all that is wrong with it. */
async function check(may: Readonly<Record<string, readonly Kind[]>>, signed: Map<string, SignedAddress[]>) {
  const wrong: string[] = [];
  for (const [source, kinds] of Object.entries(may)) {
    const relay = from(source);
    for (const { needs, doors } of [...onObject(bucket, 'k', 'taken'), ...onBucket(bucket, '')]) {
      const about = needs.every(({ action }) => action.startsWith('storage.objects.'));
      const managed = needs.every(({ action }) => /buckets\.(get|update|delete)$/.test(action));
      if (!about && !managed) continue;
      const kind = needs.every(({ action }) => readers.includes(action)) ? 'reading' : 'writing';
      for (const { door, allowed, send } of doors) {
        const right = managed || kinds.includes(kind) ? allowed : 403;
        const status = await send(relay, caller);
        if (status !== right) wrong.push(`${source}: ${door} is ${status} instead of ${right}`);
      }
    }
    for (const address of signed.get(source) ?? []) {
      const right = kinds.includes(address.kind) ? 'done' : address.name.startsWith('Swift') ? 401 : 403;
      const status = await use(address);
      if ((status < 300 ? 'done' : status) !== right) {
        wrong.push(`${source}: ${address.name}, ${address.kind}, is ${status} instead of ${right}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
}

const everything = ['reading', 'writing'] as const;
const some = ['reading'] as const;
const nothing = [] as const;
const rw = (...s3_read_write_ips: string[]) => ({ s3_read_write_ips });
const ro = (...s3_read_only_ips: string[]) => ({ s3_read_only_ips });

/** Policies, and what 127.0.0.1, 127.0.0.2 and ::1 may under each. */
const policies: Record<string, [object | undefined, ...(readonly Kind[])[]]> = {
  'no policy': [undefined, everything, everything, everything],
  'no entries': [{}, nothing, nothing, nothing],
  'one to write, one to read': [{ ...rw('127.0.0.1'), ...ro('127.0.0.2') }, everything, some, nothing],
  'IPv6 to write, the rest to read': [{ ...rw('::1'), ...ro('127.0.0.0/8') }, some, some, everything],
  'one in both lists': [{ ...rw('127.0.0.1'), ...ro('127.0.0.1') }, everything, nothing, nothing],
  'a network of IPv6 to read': [ro('::/64'), nothing, nothing, some],
  'octets of any number': [{ ...rw('127.*.*.2'), ...ro('*.*.*.*') }, some, everything, nothing],
  'an IPv4 address in the form of IPv6': [rw('::ffff:127.0.0.2'), nothing, everything, nothing],
  others: [rw('192.0.2.0/24', '2001:db8::/32', '128.*.0.1'), nothing, nothing, nothing],
};

for (const [name, [policy, ...kinds]] of Object.entries(policies)) {
  test(`${name}: every call about objects, every signed address`, async () => {
    const callers = sources.filter((source) => source !== '127.0.0.3');
    const order = ['127.0.0.1', '127.0.0.2', '::1'];
    const may = Object.fromEntries(callers.map((source) => [source, kinds[order.indexOf(source)] ?? []]));
    const signed = new Map<string, SignedAddress[]>();
    for (const source of callers) signed.set(source, await signedAddresses(from(source)));
    await withPolicy(policy, () => check(may, signed));
  });
}

test('a form, a session and a batch are held to it as well, and nothing stays of what is refused', async () => {
  const { s3Key } = alice;
  const body = { accessKey: s3Key.access, secretKey: s3Key.secret };
  const opened = await kos(from('127.0.0.1'), '/kos/v1/sessions/activate', { method: 'POST', body });
  const headers = { 'x-session-token': String(fieldsOf(opened).sessionToken) };
  await withPolicy({ ...rw('127.0.0.1'), ...ro('127.0.0.2') }, async () => {
    const objects = kosObjects(from('127.0.0.2'), bucket);
    const before = await objects.names();
    const call = { by: null, headers };
    assert.equal((await objects.listing('', call)).status, 200);
    assert.equal((await objects.upload({ prefix: 'folder' }, call)).status, 403);
    assert.equal((await objects.remove({ objectkey: 'k' }, call)).status, 403);
    assert.equal((await objects.rename({ oldKey: 'k', newKey: 'new' }, call)).status, 403);
    const target = `/v1/${demo.id}?bulk-delete`;
    const bulk = { method: 'POST', body: `${bucket}/k\n`, headers: { 'X-Auth-Token': caller.token } };
    const answer = await (await fetch(`${from('127.0.0.2').url}${target}`, bulk)).text();
    assert.match(answer, /Number Deleted: 0/);
    assert.deepEqual(await objects.names(), before);
    assert.equal((await kosObjects(from('127.0.0.1'), bucket).listing('', call)).status, 200);
  });
});

test('X-Forwarded-For counts from the trusted proxy alone, which is no client itself', async () => {
  const ask = async (source: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
    const get = { target: `/${bucket}/k`, user: alice, headers };
    const byS3 = await rawS3(from(source), get);
    const byKos = await kosObjects(from(source), bucket).metadata({ objectkey: 'k' }, { headers });
    assert.equal(byKos.status, byS3.status, `${source} for ${forwarded}`);
    return byS3.status;
  };
  await withPolicy(rw('192.0.2.9', '127.0.0.1', '2001:db8::/32'), async () => {
    assert.equal(await ask('127.0.0.1'), 200);
    assert.equal(await ask('127.0.0.1', '203.0.113.1'), 200, 'its word counts for nothing');
    assert.equal(await ask('127.0.0.2', '192.0.2.9'), 403, 'its word counts for nothing');
    assert.equal(await ask('127.0.0.3'), 403, 'itself is not listed');
    assert.equal(await ask('127.0.0.3', '192.0.2.9'), 200);
    assert.equal(await ask('127.0.0.3', '2001:db8::7'), 200);
    assert.equal(await ask('127.0.0.3', '203.0.113.1'), 403);
    assert.equal(
      await ask('127.0.0.3', '192.0.2.9, 203.0.113.1'),
      403,
      'the last hop before the proxy is meant',
    );
    assert.equal(await ask('127.0.0.3', '203.0.113.1, 192.0.2.9'), 200);
    assert.equal(await ask('127.0.0.3', 'nonsense'), 403);
  });
});
