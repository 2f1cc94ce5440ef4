/**
 * Owns temporary S3 credentials (reference 7.2): an access id, a secret and a session token, made from an API token or for a caller that
 * a token or IAM key has proved. Nothing is stored: the session token holds, sealed, the claims of the token it came from with an end of its own, and the access id; the secret
 * follows from the access id and the master key. So a session lives as its token does: it dies with the user, project, membership, IAM
 * key or password, and with the token's revocation, and never has more rights than the token had.
 */
import type { Random } from '../../base/clock.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { actorOfLife, s3KeyOf } from './authenticate.ts';
import { membershipFormat } from './codecs.ts';
import { findIamKey } from './iam-keys.ts';
import { membershipKey } from './keys.ts';
import { readSessionClaims, readToken } from './live-token.ts';
import { readStored } from './stored.ts';
import { claimBytes, encodeClaims, newAuditId, readClaims, type TokenClaims } from './token-format.ts';

/** Seconds a session may be asked for (reference 7.2). */
export const sessionSeconds = { min: 900, max: 43_200, usual: 3600 } as const;

const tokenPurpose = 'session token';
const secretPurpose = 'session secret';
/** As AWS marks the ids of temporary credentials: clients and people tell them by it. */
const accessPrefix = 'ASIA';
const accessLength = 20;

export interface Session extends SigningPair {
  readonly token: string;
  readonly userId: UserId;
  readonly projectId: ProjectId;
}

/**
 * A session of `seconds`, or as long as the token holds if that is less: a revocation is not remembered for longer.
 * @throws CoreError Unauthenticated for a token that does not hold, AccessDenied for one without a project
 */
export async function startSession(core: Core, webToken: string, seconds: number): Promise<Session> {
  const parent = await readToken(core, webToken);
  if (!parent.alive) throw new CoreError('Unauthenticated', { reason: `the token is ${parent.why}` });
  return sessionOf(core, parent.claims, parent.roles, seconds);
}

/** What signs S3 requests. */
export interface SigningPair {
  readonly access: string;
  readonly secret: string;
  /** Of a session; absent for a key pair that lasts. */
  readonly token?: string;
  /** Milliseconds since the epoch: until when it is to be used. */
  readonly expiresAt: number;
}

/**
 * What signs for `actor` in its project, for `seconds` at most, and lives no longer than what proved it: a session of the token or IAM
 * key, or the S3 key itself. For signatures that are given away; the secret is not to be.
 * @throws CoreError Unauthenticated when the proof has ended, or is none that signs; AccessDenied for a token without a project
 */
export async function signingPairOf(core: Core, actor: UserActor, seconds: number): Promise<SigningPair> {
  const { proof, roles, address } = actor;
  if (proof.claims !== undefined) return sessionOf(core, proof.claims, roles, seconds);
  if (proof.kind === 'iam-key') return sessionOf(core, await claimsByKey(core, actor), roles, seconds);
  const key = proof.kind === 's3-key' ? await s3KeyOf(core, proof.id, address) : undefined;
  if (key === undefined)
    throw new CoreError('Unauthenticated', { reason: `nothing signs for a ${proof.kind}` });
  return { access: proof.id, secret: key.secret, expiresAt: core.clock() + seconds * 1000 };
}

/** Those that a token of the actor's IAM key would have. @throws CoreError Unauthenticated */
async function claimsByKey(core: Core, { userId, projectId, roles, proof }: UserActor): Promise<TokenClaims> {
  const [key, membership] = await Promise.all([
    findIamKey(core, proof.id),
    projectId && readStored(core.meta, membershipFormat, membershipKey(userId, projectId)),
  ]);
  if (key === undefined || projectId === undefined || !membership) {
    throw new CoreError('Unauthenticated', { reason: 'the API key or its membership is gone' });
  }
  return {
    auditId: newAuditId(core.random),
    userId,
    methods: ['application_credential'],
    proof: proof.id,
    scope: { projectId, roles, memberSince: membership.record.createdAt },
    issuedAt: core.clock(),
    expiresAt: key.expiresAt ?? Number.MAX_SAFE_INTEGER,
  };
}

/** @throws CoreError AccessDenied for claims without a project */
function sessionOf(core: Core, claims: TokenClaims, roles: readonly ProjectRole[], seconds: number): Session {
  if (claims.scope === undefined) {
    throw new CoreError('AccessDenied', {
      action: 'AssumeRoleWithWebIdentity',
      resource: 'project',
      anonymous: false,
      reason: 'the token has no project',
    });
  }
  const expiresAt = Math.min(core.clock() + seconds * 1000, claims.expiresAt);
  const held: TokenClaims = { ...claims, expiresAt, scope: { ...claims.scope, roles } };
  const access = newAccess(core.random);
  const sealed = core.masterKey.seal(tokenPurpose, Buffer.concat([encodeClaims(held), Buffer.from(access)]));
  return {
    access,
    secret: secretOf(core, access),
    token: sealed.toString('base64'),
    expiresAt,
    userId: claims.userId,
    projectId: claims.scope.projectId,
  };
}

export type SessionKey =
  | { readonly alive: true; readonly secret: string; readonly actor: UserActor }
  | { readonly alive: false; readonly expired: boolean };

/** The secret and the actor behind a session's access id and token, for a signature check by the caller. */
export async function sessionKeyOf(
  core: Core,
  { access, token, address }: { access: string; token: string; address: string },
): Promise<SessionKey> {
  const claims = openSession(core, access, token);
  const life = claims === undefined ? undefined : await readSessionClaims(core, token, claims);
  if (life?.alive !== true) return { alive: false, expired: life?.why === 'expired' };
  return { alive: true, secret: secretOf(core, access), actor: actorOfLife(life, address) };
}

/** Undefined for a text that is no session token, or not the one of this access id. */
function openSession(core: Core, access: string, token: string): TokenClaims | undefined {
  if (!/^[A-Za-z0-9+/]{60,400}={0,2}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64');
  // Two texts must not stand for one session.
  if (bytes.toString('base64') !== token) return undefined;
  const plain = core.masterKey.open(tokenPurpose, bytes);
  if (plain?.length !== claimBytes + accessLength) return undefined;
  if (plain.toString('latin1', claimBytes) !== access) return undefined;
  return readClaims(plain.subarray(0, claimBytes));
}

function secretOf({ masterKey }: Pick<Core, 'masterKey'>, access: string): string {
  return masterKey.digest(secretPurpose, Buffer.from(access)).subarray(0, 30).toString('base64');
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 80 random bits. */
function newAccess(random: Random): string {
  const letters = Array.from(random(accessLength - accessPrefix.length), (byte) => alphabet[byte % 32]);
  return `${accessPrefix}${letters.join('')}`;
}
