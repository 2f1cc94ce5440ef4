/**
 * Owns users' one-time passwords (TOTP, RFC 6238): one secret for each user, sealed with the master key, confirmed by a first code. Each code
 * counts once; wrong ones in a row make every code refused for a while. Refuses to know what a code is asked for: that is its caller's.
 */
import { base32, findTotpStep, otpDigits } from '../../base/totp.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { UserId } from '../model/names.ts';
import { sharedStore } from '../trail/witnessed-store.ts';
import { oneTimePasswordFormat, userFormat } from './codecs.ts';
import { oneTimePasswordKey, userKey } from './keys.ts';
import type { OneTimePasswordRecord } from './records.ts';
import { readStored, type Stored, storedAs, unchanged } from './stored.ts';

/** As long as SHA-1's output (RFC 4226, 4: 160 bits are recommended). */
const secretBytes = 20;
const purpose = 'one-time password';
const issuer = 'Onggi';

/** Wrong codes in a row that are borne; each further one doubles the time in which none is taken, in milliseconds. */
const freeFailures = 4;
const firstPause = 30_000;
const longestPause = 3_600_000;

/** What everybody who may see the user may know. Times in milliseconds since the epoch. */
export interface OneTimePassword {
  readonly userId: UserId;
  readonly createdAt: number;
  /** Absent: waits for its first code, and proves nothing until then. */
  readonly confirmedAt?: number;
}

/** A secret just made: the only time it is shown. */
export interface Enrolment extends OneTimePassword {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://`, which authenticators read as a picture. */
  readonly uri: string;
}

/** A new secret, in place of one that was never confirmed. @throws CoreError NoSuchUser, Duplicate when one is in use, Busy */
export async function enrolOneTimePassword(core: Core, userId: UserId): Promise<Enrolment> {
  return committing('one-time password', async () => {
    const [userEntry, entry] = await core.meta.get([userKey(userId), oneTimePasswordKey(userId)]);
    const user = storedAs(userFormat, userEntry);
    if (user === undefined) throw new CoreError('NoSuchUser', { user: userId });
    const stored = storedAs(oneTimePasswordFormat, entry);
    if (stored?.record.confirmedAt !== undefined) {
      throw new CoreError('Duplicate', { what: 'one-time password', name: user.record.name });
    }
    const secret = core.random(secretBytes);
    const record: OneTimePasswordRecord = {
      userId,
      sealedSecret: sealSecret(core, userId, secret),
      createdAt: core.clock(),
      lastStep: -1,
      // What was tried on the secret before counts on: a new one must not be a way around the pause.
      failures: stored?.record.failures ?? 0,
      ...(stored?.record.pausedUntil === undefined ? {} : { pausedUntil: stored.record.pausedUntil }),
    };
    await core.meta.commit({
      checks: [unchanged(userKey(userId), user), unchanged(oneTimePasswordKey(userId), stored)],
      puts: [[oneTimePasswordKey(userId), oneTimePasswordFormat.encode(record)]],
    });
    const text = base32(secret);
    return { ...shown(record), secret: text, uri: uriOf(user.record.name, text) };
  });
}

/**
 * The first code: from now on the user has one-time passwords.
 * @throws CoreError NoSuchCredential when nothing was enrolled, Duplicate when it is in use, InvalidArgument for a wrong code, Busy
 */
export async function confirmOneTimePassword(
  core: Core,
  userId: UserId,
  code: string,
): Promise<OneTimePassword> {
  return spendCode(core, userId, code, (record) => {
    if (record.confirmedAt !== undefined) {
      throw new CoreError('Duplicate', { what: 'one-time password', name: userId });
    }
    return { ...record, confirmedAt: core.clock() };
  });
}

/** @throws CoreError NoSuchCredential */
export async function getOneTimePassword(core: Core, userId: UserId): Promise<OneTimePassword> {
  return shown((await open(core, userId)).record);
}

/** @throws CoreError NoSuchCredential, Busy */
export async function removeOneTimePassword(core: Core, userId: UserId): Promise<void> {
  await committing('one-time password', async () => {
    const stored = await open(core, userId);
    await core.meta.commit({ checks: [unchanged(stored.key, stored)], deletes: [stored.key] });
  });
}

/** Takes a code that the user must give now. @throws CoreError InvalidArgument for a wrong, used, or missing one, Busy */
export async function useOneTimePassword(
  core: Core,
  userId: UserId,
  code: string | undefined,
): Promise<void> {
  if (code === undefined) throw wrongCode('is needed here: a code of your authenticator');
  try {
    // The event of the call is for what the code lets it do, and lasts with that.
    await spendCode({ ...core, meta: sharedStore(core.meta) }, userId, code, (record) => {
      if (record.confirmedAt === undefined)
        throw wrongCode('cannot be right: your authenticator is not confirmed');
      return record;
    });
  } catch (error) {
    if (!(error instanceof CoreError) || error.code !== 'NoSuchCredential') throw error;
    throw wrongCode('cannot be right: you have enrolled no authenticator');
  }
}

/** One commit takes the code, or counts that it was wrong. */
async function spendCode(
  core: Core,
  userId: UserId,
  code: string,
  accept: (record: OneTimePasswordRecord) => OneTimePasswordRecord,
): Promise<OneTimePassword> {
  if (!isCode(code)) throw wrongCode(`must have ${otpDigits} digits`);
  const outcome = await committing('one-time password', async () => {
    const stored = await open(core, userId);
    const { record } = stored;
    const accepted = accept(record);
    const now = core.clock();
    const pause = (record.pausedUntil ?? 0) - now;
    if (pause > 0)
      throw wrongCode(`is not looked at for ${Math.ceil(pause / 1000)} seconds, after too many wrong ones`);
    const step = findTotpStep(openSecret(core, record), code, { time: now, after: record.lastStep });
    const { pausedUntil: _, ...rest } = accepted;
    const next = step === undefined ? failed(record, now) : { ...rest, lastStep: step, failures: 0 };
    // Counting a wrong one is nothing that the call's event, which expects the call to succeed, should last with.
    const store = step === undefined ? sharedStore(core.meta) : core.meta;
    await store.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, oneTimePasswordFormat.encode(next)]],
    });
    return { right: step !== undefined, record: next };
  });
  if (!outcome.right) throw wrongCode('is wrong, or was used before');
  return shown(outcome.record);
}

function failed(record: OneTimePasswordRecord, now: number): OneTimePasswordRecord {
  const failures = record.failures + 1;
  if (failures <= freeFailures) return { ...record, failures };
  // Far enough for the longest pause, and no further: powers of two grow without end.
  const doublings = Math.min(failures - freeFailures - 1, 20);
  return { ...record, failures, pausedUntil: now + Math.min(firstPause * 2 ** doublings, longestPause) };
}

export function isCode(text: string): boolean {
  return text.length === otpDigits && /^\d+$/.test(text);
}

/** A code that is not taken; `reason` completes "otp ...". */
export function wrongCode(reason: string): CoreError {
  return new CoreError('InvalidArgument', { what: 'otp', reason });
}

/** Whether an error says that a code was not taken. */
export function isWrongCode(error: unknown): boolean {
  return (
    error instanceof CoreError &&
    error.code === 'InvalidArgument' &&
    (error as CoreError<'InvalidArgument'>).details.what === 'otp'
  );
}

async function open(core: Core, userId: UserId): Promise<Stored<OneTimePasswordRecord>> {
  const stored = await readStored(core.meta, oneTimePasswordFormat, oneTimePasswordKey(userId));
  if (stored === undefined) throw new CoreError('NoSuchCredential', { credential: 'one-time password' });
  return stored;
}

function shown({ userId, createdAt, confirmedAt }: OneTimePasswordRecord): OneTimePassword {
  return { userId, createdAt, ...(confirmedAt === undefined ? {} : { confirmedAt }) };
}

/** The user is sealed in: a sealed secret moved to another record does not open. */
function sealSecret({ masterKey }: Core, userId: UserId, secret: Uint8Array): Buffer {
  return masterKey.seal(purpose, Buffer.concat([Buffer.from(userId, 'hex'), secret]));
}

function openSecret({ masterKey }: Core, { userId, sealedSecret }: OneTimePasswordRecord): Buffer {
  const plain = masterKey.open(purpose, sealedSecret);
  if (plain?.toString('hex', 0, 16) !== userId) {
    throw new CoreError('Internal', { reason: 'a one-time password does not open' });
  }
  return plain.subarray(16);
}

/** The form that authenticators agree on (Google Authenticator's key URI format). */
function uriOf(user: string, secret: string): string {
  const label = `${issuer}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${issuer}&algorithm=SHA1&digits=${otpDigits}&period=30`;
}
