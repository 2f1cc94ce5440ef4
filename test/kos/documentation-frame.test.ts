// The frame of Krutrim's document (reference 10.1), replayed: who calls, for which account, by which names; and that all of it is served
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { Documentation } from '../support/documentation.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { apiDocument } from '../support/kos-document.ts';
import { documentedEndpoints } from '../support/kos-endpoints.ts';
import { rawExchange } from '../support/raw-http.ts';
import { alice, bob, demo, other } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const frame = new Documentation('Krutrim: frame', [
  'every endpoint is served, and no other',
  'base: any host',
  'x-account-id: an API key',
  'x-account-id: an account, paired with a proof',
  'Authorization: Bearer API key',
  'Authorization: Bearer token',
  'K-Customer-ID',
  'x-session-token',
  'x-region-id: In-Bangalore-1, In-Hyderabad-1',
  'x-tier',
  'bucketId: a KRN, raw or percent-encoded; default for account and tenant',
  'bucketId: a name',
  'error body',
  'K1: an account id is no credential',
]);

const all = '/kos/v1/buckets';
let server: TestServer;
let krn: string;
before(async () => {
  server = await startServer();
  krn = await makeKosBucket(server, 'doc-frame');
});
after(() => server.stop());

const ask = (headers: Record<string, string>, path = all) => kos(server, path, { by: null, headers });
const assertTaken = async (headers: Record<string, string>, path = all) => {
  const answer = await ask(headers, path);
  assert.equal(answer.status, 200, answer.text);
};

frame.shows(
  ['every endpoint is served, and no other'],
  'the document of the server has the same calls',
  async () => {
    const { paths } = await apiDocument(server);
    const served = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const documented: string[] = Object.values(documentedEndpoints).flat();
    assert.deepEqual(served.sort(), [...documented, 'GET /kos/v1/openapi.json'].sort());
    for (const page of Object.keys(documentedEndpoints)) {
      assert.ok(existsSync(new URL(`documentation-${page}.test.ts`, import.meta.url)), page);
    }
  },
);

frame.shows(['base: any host'], 'the sample as it stands, with its Host', async () => {
  for (const host of ['/', 'cloud.olakrutrim.com', 'localhost']) {
    const head = `GET /kos/v1/buckets HTTP/1.1\r\nHost: ${host}\r\nx-account-id: ${apiKeyOf(alice)}\r\nAccept: */*\r\n\r\n`;
    assert.equal((await rawExchange(server.url, [head], 200)).status, 200, host);
  }
});

frame.shows(
  [
    'x-account-id: an API key',
    'Authorization: Bearer API key',
    'Authorization: Bearer token',
    'K-Customer-ID',
  ],
  'every proof, alone and with the customer it is of',
  async () => {
    const Authorization = `Bearer ${apiKeyOf(alice)}`;
    for (const proof of [
      { 'x-account-id': apiKeyOf(alice) },
      { Authorization },
      { Authorization: `Bearer ${await issueToken(server, alice)}` },
    ] as Record<string, string>[]) {
      await assertTaken(proof);
      for (const id of [alice.id, dashed(alice.id)]) await assertTaken({ ...proof, 'K-Customer-ID': id });
      assertKosError(await ask({ ...proof, 'K-Customer-ID': bob.id }), 401, 'Unauthorized');
    }
  },
);

frame.shows(
  ['x-account-id: an account, paired with a proof', 'x-session-token', 'K1: an account id is no credential'],
  'an account needs a proof that is of it',
  async () => {
    const pair = { accessKey: alice.s3Key.access, secretKey: alice.s3Key.secret };
    const opened = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body: pair });
    const session = { 'x-session-token': String(fieldsOf(opened).sessionToken) };
    await assertTaken(session);
    for (const account of [demo.accountNumber, demo.id, dashed(demo.id)]) {
      assertKosError(await ask({ 'x-account-id': account }), 401, 'Unauthorized');
      for (const proof of [session, { Authorization: `Bearer ${apiKeyOf(alice)}` }]) {
        await assertTaken({ ...proof, 'x-account-id': account } as Record<string, string>);
      }
    }
    for (const account of [other.accountNumber, other.id, '9999999999', 'YOUR_API_KEY']) {
      assertKosError(await ask({ ...session, 'x-account-id': account }), 401, 'Unauthorized');
    }
  },
);

frame.shows(
  ['x-region-id: In-Bangalore-1, In-Hyderabad-1', 'x-tier', 'error body'],
  'regions and tiers, and what is none',
  async () => {
    const proof = { 'x-account-id': apiKeyOf(alice) };
    for (const region of ['In-Bangalore-1', 'In-Hyderabad-1'])
      await assertTaken({ ...proof, 'x-region-id': region });
    for (const tier of ['fast', 'slow', 'tier-1', 'tier-2']) await assertTaken({ ...proof, 'x-tier': tier });
    assertKosError(await ask({ ...proof, 'x-region-id': 'us-west-2' }), 400, 'BadRequest');
    const answer = await ask({ ...proof, 'x-tier': 'fast/slow' });
    assert.deepEqual(answer.json, {
      error: { code: 'BadRequest', message: 'x-tier must be one of fast, slow, tier-1, tier-2' },
    });
  },
);

frame.shows(
  ['bucketId: a KRN, raw or percent-encoded; default for account and tenant', 'bucketId: a name'],
  'every name of a bucket',
  async () => {
    const [, , region, , , , id = ''] = krn.split(':');
    const plain = `krn:kos:${region}:default:default:bucket:${id}`;
    const named = `krn:kos:${region}:${demo.accountNumber}:${dashed(demo.id)}:bucket:doc-frame`;
    for (const name of [krn, encodeURIComponent(krn), plain, named, 'doc-frame']) {
      const answer = await kos(server, `${all}/${name}`);
      assert.deepEqual([answer.status, fieldsOf(answer).krnid], [200, krn], name);
    }
  },
);

frame.end();
