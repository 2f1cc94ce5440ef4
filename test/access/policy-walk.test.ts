/**
 * Random account policies, attached to a user or to the account, against a naive model of what they mean: the same call at every door, by every
 * proof and from several addresses, is decided as the model says. ONGGI_TEST_SEED repeats a run's choices.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import {
  actionNames,
  addresses,
  type Buckets,
  decides,
  type JsonStatement,
  keys,
  prefixes,
  randomStatement,
} from '../support/policy-model.ts';
import { rawS3 } from '../support/s3.ts';
import { onAccount, onBucket, onObject, type SameCall } from '../support/same-call.ts';
import { alice, bob, carol, dave, demo, type TestUser } from '../support/seed.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const rounds = Number(process.env.ONGGI_TEST_POLICY_ROUNDS ?? 30);
const seed = Number(process.env.ONGGI_TEST_SEED ?? Date.now() % 1_000_000);
const people = [alice, bob, carol, dave];
const names = ['policy-one', 'policy-two'] as const;

let server: TestServer;
const buckets: Record<string, string> = {};
const tokens = new Map<TestUser, string>();
const sessions = new Map<TestUser, string>();
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2', ONGGI_TRUSTED_PROXIES: '127.0.0.1' } });
  for (const name of names) {
    buckets[name] = await makeKosBucket(server, name);
    for (const key of keys) {
      const target = `/${name}/${key}`;
      assert.equal((await rawS3(server, { method: 'PUT', target, body: 'x', user: alice })).status, 200);
    }
  }
  for (const user of people) {
    tokens.set(user, await issueToken(server, user));
    const body = { accessKey: user.s3Key.access, secretKey: user.s3Key.secret };
    const opened = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body, by: user });
    sessions.set(user, String(fieldsOf(opened).sessionToken));
  }
});
after(() => server.stop());

const policyPath = '/internal/kos/v1/policy';

async function post(step: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await kos(server, `${policyPath}${step}`, { method: 'POST', body });
  assert.ok(answer.status < 300, `${JSON.stringify(body)}: ${answer.text}`);
  return fieldsOf(answer);
}

interface Attached {
  readonly policyKRN: string;
  readonly statements: readonly JsonStatement[];
  /** Of the account when absent. */
  readonly user?: TestUser;
}

async function attach(statements: readonly JsonStatement[], user?: TestUser): Promise<Attached> {
  const policyKRN = String((await post('', { statements })).policyKRN);
  await post('/attach', { policyKRNs: [policyKRN], ...(user && { kcid: user.id }) });
  return { policyKRN, statements, ...(user && { user }) };
}

async function attachSome(random: SeededRandom): Promise<Attached[]> {
  const attached: Attached[] = [];
  for (let n = random.between(1, 3); n > 0; n -= 1) {
    const statements = Array.from({ length: random.between(1, 3) }, () =>
      randomStatement(
        random,
        buckets,
        people.map(({ name }) => name),
      ),
    );
    const user = random.chance(0.5) ? random.pick(people) : undefined;
    attached.push(await attach(statements, user));
  }
  return attached;
}

async function detachAll(attached: readonly Attached[]): Promise<void> {
  for (const { policyKRN, user } of attached) {
    await post('/detach', { policyKRNs: [policyKRN], ...(user && { kcid: user.id }) });
    assert.equal((await kos(server, `${policyPath}/${policyKRN}`, { method: 'DELETE' })).status, 204);
  }
}

function someCalls(random: SeededRandom): SameCall[] {
  const name = random.pick(names);
  const [key, destination] = [random.pick(keys.slice(0, 2)), random.pick(keys.slice(2))];
  const all = [
    ...onObject(name, key, destination),
    ...onBucket(name, random.pick(prefixes)),
    ...onAccount(name),
  ];
  return all.filter(() => random.chance(0.4));
}

/** Any of the proofs that Krutrim's API takes. */
function proofOf(random: SeededRandom, user: TestUser): Record<string, string> {
  return random.pick([
    { 'x-account-id': apiKeyOf(user) },
    { Authorization: `Bearer ${tokens.get(user)}`, 'x-account-id': demo.accountNumber },
    { 'x-session-token': sessions.get(user) ?? '' },
  ]);
}

const home = '192.0.2.7';
const callerOf = (user: TestUser, from: string, proof: Record<string, string>) => ({
  user,
  token: tokens.get(user) ?? '',
  proof,
  headers: { 'X-Forwarded-For': from },
});

/** Sends the call to every door it has. Throws for the first that decides otherwise than the model; answers what that decided. */
async function compare(
  { needs, doors }: SameCall,
  statements: readonly JsonStatement[],
  caller: ReturnType<typeof callerOf>,
  from = home,
): Promise<{ may: boolean; doors: number }> {
  const { user } = caller;
  const may = needs.every((need) => decides(statements, need, { user, from, buckets: buckets as Buckets }));
  for (const { door, allowed, send } of doors) {
    const status = await send(server, caller);
    if (status === (may ? allowed : 403)) continue;
    assert.fail(
      `${user.displayName} from ${from}: ${door} is ${status}, ${JSON.stringify(needs)}\n${JSON.stringify(statements)}`,
    );
  }
  return { may, doors: doors.length };
}

for (const name of Object.values(actionNames)) {
  test(`${name}: taken alone from who has everything, given alone to who has nothing`, async () => {
    const [bucket] = names;
    const all = [...onObject(bucket, 'cats/one', 'dogs/one'), ...onBucket(bucket, ''), ...onAccount(bucket)];
    for (const [effect, user] of [
      ['Deny', alice],
      ['Allow', dave],
    ] as const) {
      const statements = [{ effect, actions: name, resources: '*' }];
      const attached = await attach(statements, user);
      const caller = callerOf(user, home, { 'x-account-id': apiKeyOf(user) });
      for (const call of all) await compare(call, statements, caller);
      await detachAll([attached]);
    }
  });
}

async function round(random: SeededRandom): Promise<{ allowed: number; denied: number }> {
  const attached = await attachSome(random);
  const told = { allowed: 0, denied: 0 };
  for (let n = 0; n < 3; n += 1) {
    const user = random.pick(people);
    const from = random.pick(Object.keys(addresses));
    const caller = callerOf(user, from, proofOf(random, user));
    const statements = attached.flatMap((one) =>
      one.user === undefined || one.user === user ? one.statements : [],
    );
    for (const call of someCalls(random)) {
      const { may, doors } = await compare(call, statements, caller, from);
      told[may ? 'allowed' : 'denied'] += doors;
    }
  }
  await detachAll(attached);
  return told;
}

test(`${rounds} rounds of random policies, seed ${seed}`, async () => {
  const random = new SeededRandom(seed);
  const sum = { allowed: 0, denied: 0 };
  for (let n = 0; n < rounds; n += 1) {
    const { allowed, denied } = await round(random);
    sum.allowed += allowed;
    sum.denied += denied;
  }
  // Neither answer is so rare that it shows nothing.
  const least = (sum.allowed + sum.denied) / 10;
  assert.ok(sum.allowed > least && sum.denied > least, JSON.stringify(sum));
});
