/**
 * Passwords and IAM secrets as hashes. Both are keyed with the master key, so a stolen data directory gives nothing to
 * guess against; passwords are stretched by scrypt beside that, IAM secrets are not, because token issue must be quick and
 * the secrets we make have 280 random bits. Refuses S3 secrets: signatures need those back (`s3-keys.ts` seals them).
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../base/clock.ts';
import { CoreError } from '../errors.ts';
import type { MasterKey } from './master-key.ts';

/** 16 MiB and some 35 ms of one core; moderate, because guesses need the master key too and seeds are checked at each start. */
const cost = { ln: 14, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;

/**
 * Two at a time: scrypt runs on the thread pool that also serves the disk, and guesses from outside must not fill it.
 * Held by the process, as the pool is.
 */
const pool = { free: 2, waiting: [] as (() => void)[], longest: 200 };

/** `$scrypt$ln=14,r=8,p=1$SALT$HASH` with salt and hash in base64url: what `verifyPassword` takes. */
export async function hashPassword(masterKey: MasterKey, random: Random, password: string): Promise<string> {
  const salt = random(saltBytes);
  const hash = await stretch(masterKey, password, salt, cost);
  const { ln, r, p } = cost;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/**
 * Whether `password` made `stored`. With nothing stored the answer is no after the same work, so that time does not tell
 * who exists.
 * @throws CoreError Busy when too many verifications wait
 */
export async function verifyPassword(
  masterKey: MasterKey,
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const parsed = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored ?? '');
  if (parsed === null) {
    await stretch(masterKey, password, Buffer.alloc(saltBytes), cost);
    return false;
  }
  const [, ln, r, p, salt = '', hash = ''] = parsed;
  const wanted = Buffer.from(hash, 'base64url');
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  const found = await stretch(masterKey, password, Buffer.from(salt, 'base64url'), parameters);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** The first 16 bytes of a digest of the stored hash: tokens carry it, so they die when the password changes. */
export function passwordStamp(masterKey: MasterKey, stored: string): Buffer {
  return masterKey.digest('password stamp', Buffer.from(stored)).subarray(0, 16);
}

/** The stored form of an IAM key's secret, bound to the key's id. */
export function hashIamSecret(masterKey: MasterKey, keyId: string, secret: string): string {
  return `$hmac$${masterKey.digest('iam secret', Buffer.from(`${keyId}\0${secret}`)).toString('base64url')}`;
}

export function verifyIamSecret(
  masterKey: MasterKey,
  keyId: string,
  secret: string,
  stored: string,
): boolean {
  const found = Buffer.from(hashIamSecret(masterKey, keyId, secret));
  const wanted = Buffer.from(stored);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

async function stretch(
  masterKey: MasterKey,
  password: string,
  salt: Buffer,
  { ln, r, p }: typeof cost,
): Promise<Buffer> {
  const keyed = masterKey.digest('password', Buffer.from(password.normalize('NFC')));
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 ** ln * r * 160 };
  await enter();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(keyed, salt, hashBytes, options, (error, hash) => (error ? reject(error) : resolve(hash)));
    });
  } finally {
    leave();
  }
}

async function enter(): Promise<void> {
  if (pool.free > 0) {
    pool.free -= 1;
    return;
  }
  if (pool.waiting.length >= pool.longest) throw new CoreError('Busy', { what: 'password verification' });
  await new Promise<void>((resolve) => pool.waiting.push(resolve));
}

/** Hands the place to the next in line, if any. */
function leave(): void {
  const next = pool.waiting.shift();
  if (next === undefined) pool.free += 1;
  else next();
}
