// Krutrim's sessions: one for each pair, rotation, expiry, and their end with whatever they depend on.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { type MemoryCore, makeSlow, memoryCore } from '../../../test/support/memory-core.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import {
  activateKosSession,
  actorOfKosSession,
  deactivateKosSession,
  kosSessionStatus,
  type OpenedKosSession,
  refreshKosSession,
} from './kos-sessions.ts';
import { removeMember, setRoles } from './memberships.ts';
import { createProject, updateProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { createS3Key, deleteS3Key, type IssuedS3Key, setS3Secret } from './s3-keys.ts';
import { createUser, updateUser } from './users.ts';

const hour = 3_600_000;
let core: MemoryCore;
let user: UserRecord;
let demo: ProjectRecord;
let pair: IssuedS3Key;

beforeEach(async () => {
  core = await memoryCore({}, []);
  user = await createUser(core, { name: 'alice' });
  demo = await createProject(core, { name: 'demo' });
  await setRoles(core, user.id, demo.id, ['project-member']);
  pair = await createS3Key(core, { userId: user.id, projectId: demo.id });
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const activate = (key = pair) =>
  activateKosSession(core, { access: key.key.access, secret: key.secret, project: demo.id });
const actor = (token: string) => actorOfKosSession(core, token, '192.0.2.1');
const refresh = (session: OpenedKosSession, token = session.refreshToken) =>
  refreshKosSession(core, session.sessionToken, token);

async function assertDead(session: OpenedKosSession): Promise<void> {
  await assert.rejects(actor(session.sessionToken), failsWith('Unauthenticated'));
  await assert.rejects(kosSessionStatus(core, session.sessionToken), failsWith('NoSuchToken'));
  await assert.rejects(refresh(session), failsWith('NoSuchToken'));
  await assert.rejects(deactivateKosSession(core, session.sessionToken), failsWith('NoSuchToken'));
}

test('a session speaks for the owner of its key', async () => {
  const session = await activate();
  const { userId, projectId, roles, proof, address } = await actor(session.sessionToken);
  assert.deepEqual([userId, projectId, roles], [user.id, demo.id, ['project-member']]);
  assert.deepEqual(proof, { kind: 's3-key', id: pair.key.access });
  assert.equal(address, '192.0.2.1');
  assert.equal(session.expiresAt, core.clock() + hour);
  const status = { createdAt: core.clock(), lastActiveAt: core.clock(), expiresAt: session.expiresAt };
  assert.deepEqual(await kosSessionStatus(core, session.sessionToken), { ...status, active: true });
});

test('a wrong pair opens nothing, nor does one of another account', async () => {
  const { access } = pair.key;
  const other = await createProject(core, { name: 'other' });
  for (const wrong of [
    { access, secret: `${pair.secret}x` },
    { access, secret: '' },
    { access: 'unknown', secret: pair.secret },
    { access: '', secret: pair.secret },
    { access: 'x'.repeat(5000), secret: pair.secret },
  ]) {
    const asked = activateKosSession(core, { ...wrong, project: demo.id });
    await assert.rejects(asked, failsWith('Unauthenticated'));
  }
  const elsewhere = activateKosSession(core, { access, secret: pair.secret, project: other.id });
  await assert.rejects(elsewhere, failsWith('AccessDenied'));
});

test('a new activation ends the session before, of the same pair alone', async () => {
  const second = await createS3Key(core, { userId: user.id, projectId: demo.id });
  const [other, before] = [await activate(second), await activate()];
  const now = await activate();
  await assertDead(before);
  await actor(now.sessionToken);
  await actor(other.sessionToken);
});

test('a refresh gives both tokens anew and a new term; the old ones are dead at once', async () => {
  const first = await activate();
  core.advance(hour - 1);
  const second = await refresh(first);
  assert.equal(second.expiresAt, core.clock() + hour);
  assert.equal(second.createdAt, first.createdAt);
  await assert.rejects(actor(first.sessionToken), failsWith('Unauthenticated'));
  await assert.rejects(kosSessionStatus(core, first.sessionToken), failsWith('NoSuchToken'));
  await assert.rejects(deactivateKosSession(core, first.sessionToken), failsWith('NoSuchToken'));
  await assert.rejects(
    refreshKosSession(core, first.sessionToken, second.refreshToken),
    failsWith('NoSuchToken'),
  );
  await actor(second.sessionToken);
  await actor((await refresh(second)).sessionToken);
});

test('a used refresh token ends the session, with its old or its new session token', async () => {
  for (const withOld of [true, false]) {
    const first = await activate();
    const second = await refresh(first);
    const third = await refresh(second);
    const { sessionToken } = withOld ? first : third;
    await assert.rejects(
      refreshKosSession(core, sessionToken, first.refreshToken),
      failsWith('Unauthenticated'),
    );
    await assertDead(third);
  }
});

test('a refresh token that is none, or of another session, changes nothing', async () => {
  const before = await activate();
  const session = await activate();
  const changed = `${session.refreshToken.slice(0, 40)}AAAA${session.refreshToken.slice(44)}`;
  for (const wrong of ['', 'x', changed, session.sessionToken, before.refreshToken, 'A'.repeat(10_000)]) {
    await assert.rejects(refresh(session, wrong), failsWith('Unauthenticated'), wrong);
  }
  await actor(session.sessionToken);
  await refresh(session);
});

test('an expired session is known, and of no use', async () => {
  const session = await activate();
  core.advance(hour);
  assert.equal((await kosSessionStatus(core, session.sessionToken)).active, false);
  await assert.rejects(actor(session.sessionToken), failsWith('Unauthenticated'));
  await assert.rejects(refresh(session), failsWith('Unauthenticated'));
  await assert.rejects(deactivateKosSession(core, session.sessionToken), failsWith('NoSuchToken'));
  await actor((await activate()).sessionToken);
});

test('a deactivated session is gone', async () => {
  const session = await activate();
  await deactivateKosSession(core, session.sessionToken);
  await assertDead(session);
});

test('a session dies with its key, and a key of the same name does not revive it', async () => {
  const { access } = pair.key;
  const session = await activate();
  await deleteS3Key(core, user.id, access);
  await assertDead(session);
  await createS3Key(core, { userId: user.id, projectId: demo.id, access, secret: pair.secret });
  await assertDead(session);
});

test('a session dies with the secret it was opened with', async () => {
  const session = await activate();
  await setS3Secret(core, user.id, pair.key.access, 'another');
  await assertDead(session);
});

test('a session dies with the membership, and with being disabled, of the user or project', async () => {
  for (const enable of [
    (enabled: boolean) => updateUser(core, user.id, { enabled }),
    (enabled: boolean) => updateProject(core, demo.id, { enabled }),
  ]) {
    const session = await activate();
    await enable(false);
    await assert.rejects(actor(session.sessionToken), failsWith('Unauthenticated'));
    assert.equal((await kosSessionStatus(core, session.sessionToken)).active, false);
    await assert.rejects(refresh(session), failsWith('Unauthenticated'));
    await assert.rejects(activate(), failsWith('Unauthenticated'));
    await enable(true);
    await assert.rejects(actor(session.sessionToken), failsWith('Unauthenticated'));
    assert.equal((await kosSessionStatus(core, session.sessionToken)).active, false);
    await assert.rejects(refresh(session), failsWith('Unauthenticated'));
    core.advance(1);
  }
  const session = await activate();
  await setRoles(core, user.id, demo.id, ['project-reader']);
  assert.deepEqual((await actor(session.sessionToken)).roles, ['project-reader']);
  await removeMember(core, user.id, demo.id);
  await setRoles(core, user.id, demo.id, ['project-member']);
  await assertDead(session);
});

test('use is noted to the minute', async () => {
  const session = await activate();
  const noted = async () => (await kosSessionStatus(core, session.sessionToken)).lastActiveAt;
  const begun = core.clock();
  core.advance(59_999);
  await actor(session.sessionToken);
  assert.equal(await noted(), begun);
  core.advance(1);
  await actor(session.sessionToken);
  assert.equal(await noted(), core.clock());
});

test('no token is stored, and none opens when changed', async () => {
  const session = await activate();
  const everything = await core.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 1000 });
  for (const token of [session.sessionToken, session.refreshToken]) {
    const random = Buffer.from(token, 'base64url').subarray(21, 45);
    for (const { value } of everything) {
      assert.equal(Buffer.from(value).includes(token), false);
      assert.equal(Buffer.from(value).includes(random), false);
    }
  }
  const bytes = Buffer.from(session.sessionToken, 'base64url');
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ change;
      await assert.rejects(actor(changed.toString('base64url')), failsWith('Unauthenticated'));
    }),
  );
});

test('no text breaks the parser', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
      await assert.rejects(actor(text), failsWith('Unauthenticated'));
      await assert.rejects(kosSessionStatus(core, text), failsWith('NoSuchToken'));
      await assert.rejects(refreshKosSession(core, text, text), failsWith('NoSuchToken'));
    }),
  );
});

test('of many refreshes with one token at most one holds, and then none', async () => {
  makeSlow(core, 7);
  const session = await activate();
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => refresh(session)));
  const refreshed = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  assert.equal(refreshed.length, 1);
  for (const one of refreshed) await assertDead(one);
});

type Step = 'activate' | 'refresh' | 'replay' | 'deactivate' | 'hour';

test('any life: the tokens given last hold, exactly as long as nothing ended them', async () => {
  const step = fc.constantFrom<Step>('activate', 'refresh', 'replay', 'deactivate', 'hour');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const given = [await activate()];
      let live = true;
      for (const one of steps) {
        // So that each chain of refreshes has a start of its own.
        core.advance(1);
        const last = given.at(-1) as OpenedKosSession;
        if (one === 'activate') {
          given.push(await activate());
          live = true;
        } else if (one === 'refresh' && live) given.push(await refresh(last));
        else if (one === 'replay') {
          const chain = given.filter(({ createdAt }) => createdAt === last.createdAt);
          for (const { sessionToken, refreshToken } of chain.slice(0, -1))
            await refreshKosSession(core, sessionToken, refreshToken).catch(() => {
              live = false;
            });
        } else if (one === 'deactivate' && live) {
          await deactivateKosSession(core, last.sessionToken);
          live = false;
        } else if (one === 'hour') {
          core.advance(hour);
          live = false;
        }
        for (const { sessionToken } of given) {
          const holds = await actor(sessionToken).then(
            () => true,
            () => false,
          );
          assert.equal(holds, live && sessionToken === (given.at(-1) as OpenedKosSession).sessionToken);
        }
      }
    }),
    { numRuns: 200 },
  );
});
