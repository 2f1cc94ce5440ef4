/**
 * Every operation of Krutrim's API under calls drawn from its own OpenAPI document, valid, nearly valid and not at all: no answer is a failure of the server, each is
 * one that the document knows, none tells a secret, and what was refused changed nothing. ONGGI_TEST_SEED repeats a run's choices, ONGGI_TEST_FUZZ_RUNS is how
 * many calls each operation gets.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { apiKeyOf, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { apiDocument, assertDescribed } from '../support/kos-document.ts';
import { type FuzzCall, fuzzCalls, type Known } from '../support/kos-fuzz.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { kosState } from '../support/kos-state.ts';
import { alice, bob, demo, eve, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const seed = Number(process.env.ONGGI_TEST_SEED ?? Date.now() % 1_000_000);
const runs = Number(process.env.ONGGI_TEST_FUZZ_RUNS ?? 20);
const box = 'fuzz-box';
const policies = '/internal/kos/v1/policy';

let server: TestServer;
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
});
after(async () => {
  agent.destroy();
  await server.stop();
});

const post = async (path: string, body: unknown, by: TestUser = alice) => {
  const answer = await kos(server, path, { method: 'POST', body, by });
  assert.ok(answer.status < 300, answer.text);
  return fieldsOf(answer);
};

const secrets = [alice, bob, eve].flatMap(({ iamKey, s3Key, password }) => [
  iamKey.secret,
  s3Key.secret,
  password,
]);

/** What the calls can name. */
async function things(): Promise<Known> {
  const krn = await makeKosBucket(server, box);
  const foreign = await makeKosBucket(server, 'box-of-eve', {}, eve);
  const objects = kosObjects(server, box);
  for (const key of ['keep', 'a/b', '한글']) assert.equal((await objects.put(key, key)).status, 200);
  const rule = await post(`/kos/v1/buckets/${box}/lifecycle-rules`, { name: 'kept', expiration_days: 3650 });
  const statements = [{ effect: 'Deny', actions: 'kos:DeleteBucket', resources: `${krn}/none` }];
  const policy = String((await post(policies, { statements })).policyKRN);
  const ofEve = String((await post(policies, { statements: [] }, eve)).policyKRN);
  const { access: accessKey, secret: secretKey } = alice.s3Key;
  const session = await post('/kos/v1/sessions/activate', { accessKey, secretKey });
  secrets.push(String(session.sessionToken), String(session.refreshToken));
  const keys = ['keep', 'a/b', '한글', 'new', 'new/한글', 'absent'];
  const buckets = [box, box, krn, krn, krn.replace(demo.id, 'default'), 'absent-box', 'box-of-eve', foreign];
  return {
    bucketId: buckets,
    bucketKrn: buckets,
    name: ['made-by-fuzz', 'also-by-fuzz', 'box-of-eve', 'kept'],
    accessKey: [accessKey, bob.s3Key.access, eve.s3Key.access],
    secretKey: [secretKey, eve.s3Key.secret],
    ruleId: [String(rule.id)],
    sessionToken: [String(session.sessionToken), String(session.refreshToken)],
    refreshToken: [String(session.refreshToken), String(session.sessionToken)],
    policykrn: [policy, ofEve],
    policyKRNs: [policy, ofEve],
    kcid: [bob.id, eve.id],
    objectkey: keys,
    objectKey: keys,
    sourceKey: keys,
    destinationKey: keys,
    oldKey: keys,
    newKey: keys,
    prefix: ['', 'a', 'a/', 'new/'],
    s3_read_write_ips: ['10.0.0.0/8', '*.*.*.*', '::/0', '127.0.0.1'],
    s3_read_only_ips: ['10.1.*.7'],
    region: ['In-Bangalore-1', 'nowhere'],
    attribute: ['m_time', 'C_TIME'],
    otp: ['123456'],
    key_name: ['key'],
    statements: [JSON.stringify({ effect: 'Allow', actions: 'kos:*', resources: '*' })],
    conditions: [JSON.stringify({ operator: 'StringLike', key: 'key', values: ['*'] })],
    'x-account-id': [apiKeyOf(alice), apiKeyOf(alice), apiKeyOf(alice), apiKeyOf(eve)],
    'K-Customer-ID': [alice.id, eve.id],
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type: string | null;
}

/** @throws Error when no answer comes within ten seconds */
function send({ method, target, headers, body }: FuzzCall): Promise<Answer> {
  const bytes = body === undefined ? undefined : Buffer.from(body, 'latin1');
  const { hostname, port } = new URL(server.url);
  const lines = [
    ...headers,
    ...(bytes === undefined ? [] : [['Content-Length', String(bytes.length)] as const]),
  ];
  return new Promise((resolve, reject) => {
    const request = http.request({
      hostname,
      port,
      method,
      path: target,
      agent,
      headers: ['Host', 'localhost', ...lines.flat()],
    });
    request.setTimeout(10_000, () => request.destroy(new Error('no answer within ten seconds')));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const type = response.headers['content-type'] ?? null;
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), type });
      });
    });
    request.end(bytes);
  });
}

/** Takes back what would keep later calls from doing anything. */
async function tidy({ operation }: FuzzCall): Promise<void> {
  const path = `/kos/v1/buckets/policy/${box}`;
  if (/BucketPolicy$/.test(operation)) await kos(server, path, { method: 'DELETE' });
  if (operation === 'AttachPolicies') {
    for (const kcid of [bob.id, eve.id, alice.id, undefined]) {
      for (const by of [alice, eve]) {
        const newest = await kos(server, policies, { by });
        if (newest.status !== 200) continue;
        const policyKRNs = String(fieldsOf(newest).policyKRN);
        await kos(server, `${policies}/detach`, {
          method: 'POST',
          body: { policyKRNs, ...(kcid && { kcid }) },
          by,
        });
      }
    }
  }
}

test('no call of any operation brings the server to fail, to tell secrets or to do a thing by halves', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const known = await things();
  const calls = fuzzCalls(await apiDocument(server), known);
  const statuses = new Map<number, number>();
  let standing = await kosState(server, box);
  for (const [operation, arbitrary] of calls) {
    const property = fc.asyncProperty(arbitrary, async (call) => {
      const answer = await send(call);
      const { status, text } = answer;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      assert.ok(status >= 200 && status < 500, `${status} ${text}`);
      await assertDescribed(server, { method: call.method, path: call.target }, answer);
      if (status >= 400) {
        assert.ok(!secrets.some((secret) => text.includes(secret)), `a secret in ${text}`);
        if (call.method !== 'GET')
          assert.equal(await kosState(server, box), standing, 'a refused call changed something');
        return;
      }
      if (call.method === 'GET') return;
      await tidy(call);
      standing = await kosState(server, box);
    });
    try {
      await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
    } catch (error) {
      throw new Error(`${operation}: ${String(error)}`, { cause: error });
    }
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(statuses)));
  const log = server.stdout() + server.stderr();
  for (const line of log.split('\n')) {
    assert.ok(!secrets.some((secret) => line.includes(secret)), `a secret in the log: ${line}`);
  }
  assert.ok(!/"level":(50|60)|unexpected failure|UnhandledPromise/.test(log), 'a failure in the log');
});
