// Sessions as several processes tell of them: one live session for each pair, and every process knows of an end with the next request.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../iam/identity-call.ts';
import { newPerson, setRole } from '../iam/people.ts';
import { issueToken } from '../support/iam.ts';
import { assertKosError, fieldsOf, type KosAnswer } from '../support/kos.ts';
import { kosSessions, pairOf, type Session, sessionOf } from '../support/kos-sessions.ts';
import { alice, eve, root, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { answeredBy, freshConnections, type WorkerLine, workerLines } from '../support/worker-lines.ts';

const workers = 3;

let server: TestServer;
let lines: readonly WorkerLine[];
/** The calls, on a connection to each process. */
let each: readonly ReturnType<typeof kosSessions>[];
/** The calls, each on a connection of its own. */
let fresh: ReturnType<typeof kosSessions>;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: String(workers) } });
  lines = await workerLines(server, workers);
  each = lines.map(({ agent }) => kosSessions(server, { agent }));
  fresh = kosSessions(server, { agent: freshConnections });
});
after(async () => {
  for (const { agent } of lines) agent.destroy();
  await server.stop();
});

const worker = (number: number) => each[number % workers] ?? fresh;

/** The sessions that live, of which all processes have the same opinion. */
async function living(sessions: readonly Session[]): Promise<readonly Session[]> {
  const found = await Promise.all(
    each.map(async ({ use, status }) => {
      const answers = await Promise.all(
        sessions.map(async (session) => ({ session, used: await use(session), told: await status(session) })),
      );
      return answers.flatMap(({ session, used, told }) => {
        const alive = used.status === 200;
        if (alive) assert.equal(fieldsOf(told).isActive, true);
        else assertKosError(told, 404, 'SessionNotFound');
        return alive ? [session] : [];
      });
    }),
  );
  const [first = []] = found;
  for (const other of found) assert.deepEqual(other, first);
  return first;
}

const given = (answers: readonly KosAnswer[]): Session[] =>
  answers.flatMap((answer) => (answer.status === 200 ? [sessionOf(answer)] : []));

test('a hundred activations at once, at all processes, leave one live session', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? fresh : worker(i >> 1)).activate()),
  );
  const sessions = answers.map(sessionOf);
  assert.equal(new Set(sessions.map(({ sessionToken }) => sessionToken)).size, 100);
  assert.equal(new Set(sessions.map(({ refreshToken }) => refreshToken)).size, 100);
  const served = await Promise.all(answers.map((answer) => answeredBy(server, answer)));
  assert.deepEqual(new Set(served), new Set(lines.map(({ pid }) => pid)));
  const live = await living(sessions);
  assert.equal(live.length, 1);
  // Of the others no refresh token brings anything back.
  for (const over of sessions.slice(0, 10)) {
    if (over !== live[0]) assertKosError(await fresh.refresh(over), 404, 'SessionNotFound');
  }
  assert.deepEqual(await living(sessions), live);
});

test('activations among refreshes and ends of the session before leave at most one', async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    const first = sessionOf(await worker(turn).activate());
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => worker(i).activate()),
      fresh.refresh(first),
      worker(turn + 1).deactivate(first),
      ...Array.from({ length: 6 }, (_, i) => worker(i).activate()),
    ]);
    for (const { status, text } of answers) assert.ok([200, 204, 404].includes(status), text);
    assert.equal((await living([first, ...given(answers)])).length, 1);
  }
});

test('after a refresh every process takes the new token, and none the old one', async () => {
  let session = sessionOf(await fresh.activate());
  for (let turn = 0; turn < 2 * workers; turn += 1) {
    for (const { use } of each) assert.equal((await use(session)).status, 200);
    const next = sessionOf(await worker(turn).refresh(session));
    const opinions = await Promise.all(each.map(({ use }) => use(session)));
    for (const opinion of opinions) assertKosError(opinion, 401, 'Unauthorized');
    assert.deepEqual(await living([session, next]), [next]);
    for (const { deactivate } of each) assertKosError(await deactivate(session), 404, 'SessionNotFound');
    session = next;
  }
});

test('two refreshes at once with one token: one succeeds, the other ends the session, and no token lives', async () => {
  for (let turn = 0; turn < 12; turn += 1) {
    const session = sessionOf(await fresh.activate());
    const answers = await Promise.all([worker(turn).refresh(session), worker(turn + 1).refresh(session)]);
    assert.equal(given(answers).length, 1);
    const lost = answers.find(({ status }) => status !== 200);
    assert.ok(lost !== undefined);
    assertKosError(lost, 401, 'Unauthorized', /used/);
    assert.deepEqual(await living([session, ...given(answers)]), []);
  }
});

test('many refreshes at once with one token never leave two live tokens', async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    const session = sessionOf(await fresh.activate());
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => worker(i).refresh(session)));
    assert.equal(given(answers).length, 1);
    assert.deepEqual(await living([session, ...given(answers)]), []);
  }
});

test('a session that one process ends is over at all; of many who end it one does', async () => {
  for (let turn = 0; turn < workers; turn += 1) {
    const session = sessionOf(await fresh.activate());
    for (const { use } of each) assert.equal((await use(session)).status, 200);
    assert.equal((await worker(turn).deactivate(session)).status, 204);
    await Promise.all(each.map(({ assertOver }) => assertOver(session)));
  }
  const session = sessionOf(await fresh.activate());
  const ends = await Promise.all(Array.from({ length: 9 }, (_, i) => worker(i).deactivate(session)));
  assert.equal(ends.filter(({ status }) => status === 204).length, 1);
  await Promise.all(each.map(({ assertOver }) => assertOver(session)));
});

/** Whose session it is: of a member of the account that `by` administers. */
interface Owner {
  readonly admin: string;
  readonly user: TestUser;
  readonly by: TestUser;
}

async function change(
  { admin: token }: Owner,
  method: string,
  path: string,
  status: number,
  body?: object,
): Promise<void> {
  const answer = await call(server, path, { token, method, ...(body !== undefined && { body }) });
  assert.equal(answer.status, status, answer.text);
}

const enableUser = (owner: Owner, enabled: boolean) =>
  change(owner, 'PATCH', `/v3/users/${owner.user.id}`, 200, { user: { enabled } });
const enableProject = (owner: Owner, enabled: boolean) =>
  change(owner, 'PATCH', `/v3/projects/${owner.user.project.id}`, 200, { project: { enabled } });

/** What ends a session from outside, and what brings its owner back, where that can be. */
const ends: Readonly<
  Record<
    string,
    {
      readonly end: (owner: Owner) => Promise<void>;
      readonly undo?: (owner: Owner) => Promise<void>;
      readonly by?: TestUser;
    }
  >
> = {
  'its key is deleted': {
    end: (owner) => {
      const { id, s3Key } = owner.user;
      return change(owner, 'DELETE', `/v3/users/${id}/credentials/OS-EC2/${s3Key.access}`, 204);
    },
  },
  'its user is disabled': {
    end: (owner) => enableUser(owner, false),
    undo: (owner) => enableUser(owner, true),
  },
  'its user is deleted': {
    end: (owner) => change(owner, 'DELETE', `/v3/users/${owner.user.id}`, 204),
  },
  'the membership ends': {
    end: ({ admin, user }) => setRole(server, admin, 'DELETE', user.id, user.project, 'project-member'),
  },
  'the account is disabled': {
    end: (owner) => enableProject(owner, false),
    undo: (owner) => enableProject(owner, true),
    by: eve,
  },
};

for (const [what, { end, undo, by = alice }] of Object.entries(ends)) {
  test(`a session is of no use at any process once ${what}`, async () => {
    const admin = await issueToken(server, root);
    const { user } = await newPerson(server, admin, by.project, 'project-member');
    const owner = { admin, user, by };
    const session = sessionOf(await fresh.activate(pairOf(user), { by }));
    // Every process has met the session, its key and its owner.
    for (const { use, status } of each) {
      assert.equal((await use(session)).status, 200);
      assert.equal(fieldsOf(await status(session)).isActive, true);
    }
    await end(owner);
    for (const { use, status, refresh, deactivate, activate } of each) {
      assertKosError(await use(session), 401, 'Unauthorized');
      const told = await status(session);
      if (told.status === 200) assert.equal(fieldsOf(told).isActive, false);
      else assertKosError(told, 404, 'SessionNotFound');
      const { status: refreshed } = await refresh(session);
      assert.equal(refreshed, told.status === 200 ? 401 : 404);
      assertKosError(await deactivate(session), 404, 'SessionNotFound');
      assertKosError(await activate(pairOf(user), { by }), 401, 'Unauthorized');
    }
    if (undo === undefined) return;
    await undo(owner);
    for (const { use, status } of each) {
      assertKosError(await use(session), 401, 'Unauthorized');
      assert.equal(fieldsOf(await status(session)).isActive, false);
    }
    const again = sessionOf(await fresh.activate(pairOf(user), { by }));
    assert.deepEqual(await living([session, again]), [again]);
  });
}
