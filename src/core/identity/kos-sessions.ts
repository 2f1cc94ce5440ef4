/**
 * Owns Krutrim's sessions (reference 10.6): two tokens that speak for one S3 access key pair for a while. There is one record for each pair, so a
 * pair never has two live sessions. Refuses rights: a session acts as its key does at that moment, and dies with it.
 */
import { timingSafeEqual } from 'node:crypto';
import { newId } from '../../base/clock.ts';
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId } from '../model/names.ts';
import { sharedStore } from '../trail/witnessed-store.ts';
import { s3KeyOf } from './authenticate.ts';
import { kosSessionFormat, s3KeyFormat } from './codecs.ts';
import { isAccessId } from './identity-names.ts';
import { kosSessionKey, s3KeyKey } from './keys.ts';
import { digestOfKosToken, type KosToken, makeKosToken, openKosToken } from './kos-session-token.ts';
import type { KosSessionRecord } from './records.ts';
import { openS3Secret } from './s3-keys.ts';
import { readStored, type Stored, unchanged } from './stored.ts';

/** A use is noted when the last one noted is older than this, in milliseconds: so that reading does not write each time. */
const noteAfter = 60_000;

/** What everybody may know of a session. Times in milliseconds since the epoch. */
export interface KosSessionStatus {
  readonly createdAt: number;
  /** To the minute. */
  readonly lastActiveAt: number;
  readonly expiresAt: number;
  readonly active: boolean;
}

/** A session with its tokens: the only time they are known. */
export interface OpenedKosSession extends KosSessionStatus {
  readonly sessionToken: string;
  readonly refreshToken: string;
}

export interface KeyPair {
  readonly access: string;
  readonly secret: string;
  /** The account that asks. */
  readonly project: ProjectId;
}

/**
 * A new session of a pair; the one before is over.
 * @throws CoreError Unauthenticated for a wrong pair, AccessDenied for one of another account, Busy
 */
export async function activateKosSession(core: Core, pair: KeyPair): Promise<OpenedKosSession> {
  return committing('session', async () => {
    const known = isAccessId(pair.access);
    const key = known ? await readStored(core.meta, s3KeyFormat, s3KeyKey(pair.access)) : undefined;
    if (key === undefined || !sameText(core, openS3Secret(core.masterKey, key.record), pair.secret)) {
      throw unauthenticated('no such pair of access key and secret key');
    }
    if (key.record.projectId !== pair.project) throw ofAnotherAccount(pair);
    if ((await livingKey(core, pair.access)) === undefined)
      throw unauthenticated('the access key speaks for nobody');
    const now = core.clock();
    const session = { access: pair.access, id: newId(core.random), generation: 1, createdAt: now };
    const { record, opened } = openedAt(core, session, now);
    // Without a check of the session before: whichever activation comes last is the one that lives.
    await core.meta.commit({
      checks: [unchanged(key.key, key)],
      puts: [[kosSessionKey(pair.access), kosSessionFormat.encode(record)]],
    });
    return opened;
  });
}

/**
 * New tokens and a new term for a session that has not expired. A refresh token counts once: used again, by whomever, it ends the session.
 * @throws CoreError NoSuchToken for a session token that is not a session's, Unauthenticated for what else is wrong, Busy
 */
export async function refreshKosSession(
  core: Core,
  sessionToken: string,
  refreshToken: string,
): Promise<OpenedKosSession> {
  return committing('session', async () => {
    const { token, stored } = await findSession(core, sessionToken);
    const { record } = stored;
    const refresh = openKosToken(core.masterKey, 'refresh', refreshToken);
    const ofThis = refresh?.access === record.access && refresh.session === record.id;
    if (ofThis && refresh.generation < record.generation) {
      await core.meta.commit({ checks: [unchanged(stored.key, stored)], deletes: [stored.key] });
      throw unauthenticated('the refresh token was used before, which ends the session');
    }
    if (token.generation !== record.generation) throw noSuchSession();
    if (!ofThis || !isDigestOf(core, record.refreshDigest, refreshToken)) {
      throw unauthenticated('the refresh token is not that of the session');
    }
    if (!(await isActive(core, record))) throw unauthenticated('the session has expired');
    const { access, id, createdAt } = record;
    const next = openedAt(core, { access, id, createdAt, generation: record.generation + 1 }, core.clock());
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, kosSessionFormat.encode(next.record)]],
    });
    return next.opened;
  });
}

/** Of a session that has expired too, as long as no other has taken its place. @throws CoreError NoSuchToken */
export async function kosSessionStatus(core: Core, sessionToken: string): Promise<KosSessionStatus> {
  const { record } = await currentSession(core, sessionToken);
  const { createdAt, lastActiveAt, expiresAt } = record;
  return { createdAt, lastActiveAt, expiresAt, active: await isActive(core, record) };
}

/** Ends a session at once. @throws CoreError NoSuchToken when there is none or it has ended already, Busy */
export async function deactivateKosSession(core: Core, sessionToken: string): Promise<void> {
  await committing('session', async () => {
    const stored = await currentSession(core, sessionToken);
    if (!(await isActive(core, stored.record))) throw noSuchSession();
    await core.meta.commit({ checks: [unchanged(stored.key, stored)], deletes: [stored.key] });
  });
}

/** Who a session speaks for: the owner of its key, with the key's rights of now. @throws CoreError Unauthenticated */
export async function actorOfKosSession(
  core: Core,
  sessionToken: string,
  address: string,
): Promise<UserActor> {
  const token = openKosToken(core.masterKey, 'session', sessionToken);
  if (token === undefined) throw unauthenticated('not a session token');
  const [stored, key] = await Promise.all([readSession(core, token), s3KeyOf(core, token.access, address)]);
  if (stored === undefined || key === undefined || !isCurrent(core, stored.record, token, sessionToken)) {
    throw unauthenticated('the session has ended');
  }
  if (stored.record.expiresAt <= core.clock()) throw unauthenticated('the session has expired');
  if (!outlived(stored.record, key)) throw unauthenticated('its user or account was disabled since');
  await noteUse(core, stored);
  return key.actor;
}

/** Who a text that is or was a session's token was made for, with the rights of now; whether the session still holds is another question. */
export async function ownerOfKosSession(
  core: Core,
  sessionToken: string,
  address: string,
): Promise<UserActor | undefined> {
  const token = openKosToken(core.masterKey, 'session', sessionToken);
  return token && (await s3KeyOf(core, token.access, address))?.actor;
}

/** Best effort: that a session was used must not fail the request that uses it, nor count as its event. */
async function noteUse(core: Core, { key, version, record }: Stored<KosSessionRecord>): Promise<void> {
  const now = core.clock();
  if (now - record.lastActiveAt < noteAfter) return;
  try {
    await sharedStore(core.meta).commit({
      checks: [[key, version]],
      puts: [[key, kosSessionFormat.encode({ ...record, lastActiveAt: now })]],
    });
  } catch {
    // Somebody else noted it, or changed the session, or the store takes no writes.
  }
}

/** The record and the tokens of a generation that begins at `now`. */
function openedAt(
  core: Core,
  session: Pick<KosSessionRecord, 'access' | 'id' | 'generation' | 'createdAt'>,
  now: number,
): { record: KosSessionRecord; opened: OpenedKosSession } {
  const { access, id, generation, createdAt } = session;
  const [sessionToken, refreshToken] = (['session', 'refresh'] as const).map((kind) =>
    makeKosToken(core, kind, { access, session: id, generation }),
  ) as [string, string];
  const times = { createdAt, lastActiveAt: now, expiresAt: now + core.settings.sessionTtl * 1000 };
  return {
    record: {
      ...session,
      sessionDigest: digestOfKosToken(core.masterKey, sessionToken),
      refreshDigest: digestOfKosToken(core.masterKey, refreshToken),
      ...times,
    },
    opened: { ...times, active: true, sessionToken, refreshToken },
  };
}

/** The session whose token this is or was, in an earlier generation. @throws CoreError NoSuchToken */
async function findSession(
  core: Core,
  sessionToken: string,
): Promise<{ token: KosToken; stored: Stored<KosSessionRecord> }> {
  const token = openKosToken(core.masterKey, 'session', sessionToken);
  const stored = token && (await readSession(core, token));
  if (token === undefined || stored?.record.id !== token.session) throw noSuchSession();
  return { token, stored };
}

/** The session whose token this is now. @throws CoreError NoSuchToken */
async function currentSession(core: Core, sessionToken: string): Promise<Stored<KosSessionRecord>> {
  const { token, stored } = await findSession(core, sessionToken);
  if (!isCurrent(core, stored.record, token, sessionToken)) throw noSuchSession();
  return stored;
}

function readSession(core: Core, { access }: KosToken): Promise<Stored<KosSessionRecord> | undefined> {
  return readStored(core.meta, kosSessionFormat, kosSessionKey(access));
}

function isCurrent(core: Core, record: KosSessionRecord, token: KosToken, text: string): boolean {
  if (token.session !== record.id || token.generation !== record.generation) return false;
  return isDigestOf(core, record.sessionDigest, text);
}

async function isActive(core: Core, record: KosSessionRecord): Promise<boolean> {
  if (record.expiresAt <= core.clock()) return false;
  const key = await livingKey(core, record.access);
  return key !== undefined && outlived(record, key);
}

/** Whether nothing has ended what was made from the key before: user or project were disabled, and being enabled again revives no session. */
function outlived(
  { createdAt }: KosSessionRecord,
  { tokensAfter }: { readonly tokensAfter: number },
): boolean {
  return createdAt > tokensAfter;
}

/** Where the key, its user, project and membership are there and enabled. Whoever shows a pair or a token of its session calls as its owner. */
async function livingKey(core: Core, access: string): ReturnType<typeof s3KeyOf> {
  const key = await s3KeyOf(core, access, '');
  if (key !== undefined) core.witness?.callerIs(key.actor);
  return key;
}

function isDigestOf({ masterKey }: Core, digest: Uint8Array, token: string): boolean {
  return timingSafeEqual(digest, digestOfKosToken(masterKey, token));
}

/** In a time that does not tell how much of it is right. */
function sameText({ masterKey }: Core, a: string, b: string): boolean {
  return timingSafeEqual(digestOfKosToken(masterKey, a), digestOfKosToken(masterKey, b));
}

function unauthenticated(reason: string): CoreError {
  return new CoreError('Unauthenticated', { reason });
}

function noSuchSession(): CoreError {
  return new CoreError('NoSuchToken', { reason: 'there is no such session' });
}

function ofAnotherAccount({ project }: KeyPair): CoreError {
  return new CoreError('AccessDenied', {
    action: 'ActivateSession',
    resource: `project ${project}`,
    anonymous: false,
    reason: 'the access key is of another account',
  });
}
