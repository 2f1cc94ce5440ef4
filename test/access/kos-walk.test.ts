/**
 * Walks every call of Krutrim's API x every role x every proof of the caller: what the table of roles says must be what the door does.
 * Also who is nobody: an account without proof, another account, a bucket that is not there.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, fieldsOf, type KosAnswer, kos } from '../support/kos.ts';
import { apiDocument, describedCall } from '../support/kos-document.ts';
import { inProject, internal, type KosProbe, onBucket, onKeys, openCalls } from '../support/kos-probes.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, demo, eve, other, root, type TestUser } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { bucket, may, nameOf, startWalk, type Walker, walkers } from '../support/walkers.ts';

let server: TestServer;
let tokenOf: (user: TestUser) => string;
let krn: string;
const sessions = new Map<string, string>();
before(async () => {
  ({ server, tokenOf } = await startWalk());
  krn = String(fieldsOf(await kos(server, `/kos/v1/buckets/${bucket}`)).krnid);
  for (const { user } of [...walkers, { user: eve }]) {
    const body = { accessKey: user.s3Key.access, secretKey: user.s3Key.secret };
    const opened = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body, by: user });
    assert.equal(opened.status, 200, opened.text);
    sessions.set(user.id, String(fieldsOf(opened).sessionToken));
  }
});
after(() => server.stop());

const all = [...onBucket, ...inProject, ...internal, ...onKeys];

function send(
  { call, body, headers }: KosProbe,
  proof: Record<string, string>,
  place: string = bucket,
): Promise<KosAnswer> {
  const [method = '', path = ''] = call.split(' ');
  return kos(server, path.replace(':b', place), {
    method,
    ...(body !== undefined && { body }),
    by: null,
    headers: { ...headers, ...proof },
  });
}

const proofs: Record<string, (user: TestUser) => Record<string, string>> = {
  'an API key as x-account-id': (user) => ({ 'x-account-id': apiKeyOf(user) }),
  'an API key as Bearer': (user) => ({ Authorization: `Bearer ${apiKeyOf(user)}` }),
  'a token beside the account': (user) => ({
    Authorization: `Bearer ${tokenOf(user)}`,
    'x-account-id': demo.accountNumber,
  }),
  'a session': (user) => ({ 'x-session-token': sessions.get(user.id) ?? '' }),
};

const expected = (who: Walker, { needs, allowed }: KosProbe) =>
  needs.every((action) => may(who, action)) ? allowed : 403;

for (const [name, proofOf] of Object.entries(proofs)) {
  test(`every call by every role, with ${name}`, async () => {
    const wrong: string[] = [];
    for (const who of walkers) {
      for (const probe of all) {
        const { status } = await send(probe, proofOf(who.user));
        const right = expected(who, probe);
        if (status !== right) wrong.push(`${nameOf(who)}: ${probe.call} is ${status} instead of ${right}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

test('the walk has every call of the document', async () => {
  const document = await apiDocument(server);
  const walked = new Set(
    [...all.map(({ call }) => call), ...openCalls].map((call) => {
      const [method = '', path = ''] = call.split(' ');
      return describedCall(document, method, path)?.operationId;
    }),
  );
  const missing = Object.values(document.paths)
    .flatMap((calls) => Object.values(calls))
    .map(({ operationId }) => operationId)
    .filter((id) => !walked.has(id));
  assert.deepEqual(missing, []);
  assert.ok(!walked.has(undefined));
});

test('401: whoever proves nothing, whatever the call', async () => {
  const claims: Record<string, string>[] = [
    {},
    { 'x-account-id': demo.id },
    { 'x-account-id': dashed(demo.id) },
    { 'x-account-id': demo.accountNumber },
    { 'x-account-id': demo.accountNumber, 'K-Customer-ID': alice.id },
    { 'X-Auth-Token': tokenOf(alice) },
    { 'x-account-id': demo.accountNumber, 'x-session-token': 'made-up' },
    { Authorization: `Bearer ${alice.iamKey.id}.wrong`, 'x-account-id': demo.accountNumber },
  ];
  const wrong: string[] = [];
  for (const claim of claims) {
    for (const probe of all) {
      const { status, text } = await send(probe, claim);
      if (status !== 401 || !text.includes('"Unauthorized"')) {
        wrong.push(`${JSON.stringify(claim)}: ${probe.call} is ${status} ${text}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('404 alike: buckets of another account and buckets that are not there, however they are named', async () => {
  // What another account was given at other doors, this one does not reach: it knows the caller's own account alone.
  const grant = { role: 'storage.admin', member: { type: 'user', id: eve.id } };
  const path = `/bucket/${bucket}/policy`;
  const given = await ext(server, tokenOf(alice), path, { method: 'POST', body: grant });
  assert.equal(given.status, 201, given.text);
  assert.equal((await rawS3(server, { target: `/${bucket}/k`, user: eve })).status, 200);
  const eveToken = await issueToken(server, eve);
  const id = krn.split(':').at(-1);
  const absent = dashed('9'.repeat(32));
  // Each with what names nothing in the same way.
  const names = [
    [bucket, 'walked-absent'],
    [krn, krn.replace(String(id), absent)],
    [encodeURIComponent(krn), encodeURIComponent(krn.replace(String(id), absent))],
    [`krn:kos:default:default:default:bucket:${id}`, `krn:kos:default:default:default:bucket:${absent}`],
    [
      `krn:kos:default:${other.accountNumber}:default:bucket:${bucket}`,
      'krn:kos:default:default:default:bucket:none',
    ],
  ] as const;
  const callers: Record<string, string>[] = [
    { 'x-account-id': apiKeyOf(eve) },
    { Authorization: `Bearer ${eveToken}` },
    { 'x-session-token': sessions.get(eve.id) ?? '' },
    // Over identities a service administrator stands everywhere, over buckets nowhere.
    { 'x-account-id': apiKeyOf(root) },
  ];
  const wrong: string[] = [];
  for (const caller of callers) {
    for (const probe of onBucket) {
      for (const [foreign, nothing] of names) {
        const [one, two] = [await send(probe, caller, foreign), await send(probe, caller, nothing)];
        const alike = one.text.replaceAll(foreign, nothing) === two.text;
        const told = one.text.includes('"BucketNotFound"');
        if (one.status !== 404 || two.status !== 404 || !alike || !told) {
          wrong.push(`${probe.call} ${foreign}: ${one.status} ${one.text} and ${two.status} ${two.text}`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('404 also for who may do everything in the account, and for who may do nothing', async () => {
  const wrong: string[] = [];
  for (const who of walkers) {
    for (const probe of onBucket) {
      const { status, text } = await send(probe, { 'x-account-id': apiKeyOf(who.user) }, 'walked-absent');
      if (status !== 404 || !text.includes('BucketNotFound'))
        wrong.push(`${nameOf(who)}: ${probe.call} is ${status} ${text}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('internal calls: an account by its administrators and by those of the service, and by nobody else', async () => {
  const token = await issueToken(server, root);
  for (const probe of internal) {
    const status = async (proof: Record<string, string>) => (await send(probe, proof)).status;
    const named = { 'x-account-id': demo.accountNumber };
    assert.equal(await status({ Authorization: `Bearer ${token}`, ...named }), probe.allowed, probe.call);
    assert.equal(await status({ Authorization: `Bearer ${apiKeyOf(root)}`, ...named }), probe.allowed);
    assert.equal(await status({ Authorization: `Bearer ${apiKeyOf(eve)}`, ...named }), 401, probe.call);
    // Her own account, which she administers.
    assert.equal(await status({ 'x-account-id': apiKeyOf(eve) }), probe.allowed, probe.call);
  }
});

test("nobody sees, makes or deletes another one's access keys", async () => {
  const keys = '/kos/v1/access_keys';
  const wrong: string[] = [];
  for (const [at, who] of walkers.entries()) {
    const by = who.user;
    const next = walkers[(at + 1) % walkers.length]?.user.s3Key.access;
    const foreign = await kos(server, `${keys}/${next}`, { method: 'DELETE', by });
    const made = await kos(server, keys, { method: 'POST', by });
    const listed = (await kos(server, keys, { by })).json as { access_key: string }[];
    const own = [by.s3Key.access, String(fieldsOf(made).access_key)].sort();
    const seen = listed.map(({ access_key }) => access_key).sort();
    const gone = await kos(server, `${keys}/${fieldsOf(made).access_key}`, { method: 'DELETE', by });
    const statuses = [foreign.status, made.status, gone.status].join();
    if (statuses !== '404,201,204' || seen.join() !== own.join()) {
      wrong.push(`${nameOf(who)}: ${statuses} ${seen} instead of ${own}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('an address signed for who may no longer is refused at the S3 door', async () => {
  const who = walkers.find(({ grant }) => grant === 'storage.editor');
  assert.ok(who);
  const body = { objectkey: 'k' };
  const path = `/kos/v1/buckets/${bucket}/objects`;
  const down = await kos(server, `${path}/download`, { method: 'POST', body, by: who.user });
  const up = await kos(server, path, { method: 'PUT', body, by: who.user });
  const urls = [
    ['GET', String(fieldsOf(down).preSignedUrl)],
    ['PUT', String(fieldsOf(up).uploadPreSignedUrl)],
  ] as const;
  const statuses = () =>
    Promise.all(
      urls.map(async ([method, url]) => {
        const answer = await fetch(url, { method, ...(method === 'PUT' && { body: 'x' }) });
        await answer.arrayBuffer();
        return answer.status;
      }),
    );
  assert.deepEqual(await statuses(), [200, 200]);
  const policies = await ext(server, tokenOf(alice), `/bucket/${bucket}/policy`);
  const list = (policies.json as { policies: { id: string; member: { id: string } | string }[] }).policies;
  const grant = list.find((one) => JSON.stringify(one).includes(who.user.id));
  assert.ok(grant, policies.text);
  const taken = await ext(server, tokenOf(alice), `/bucket/${bucket}/policy/${grant.id}`, {
    method: 'DELETE',
  });
  assert.equal(taken.status, 204, taken.text);
  assert.deepEqual(await statuses(), [403, 403]);
  assert.equal((await rawS3(server, { target: `/${bucket}/k`, user: who.user })).status, 403);
});
