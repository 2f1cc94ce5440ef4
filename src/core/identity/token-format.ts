/**
 * The text form of tokens: claims sealed with the master key, in the outward shape of Fernet tokens (version byte 0x80,
 * seconds of issue, opaque rest; URL-safe base64 without padding), because clients and log filters know `gAAAAAB`.
 * Owns the bytes; whether a token still holds is `live-token.ts`.
 *
 * Claims, 88 bytes: version 1, flags (bit 0: scoped), methods (bit by `tokenMethods`), a reserved byte, roles (16 bits by
 * `projectRoles`), user, project, proof, membership's creation, issue, expiry (6 bytes each, milliseconds), audit id.
 */
import type { Random } from '../../base/clock.ts';
import { type ProjectRole, projectRoles } from '../access/roles.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { MasterKey } from './master-key.ts';

/** Keystone's names; the order is that of the bits and may only grow. */
export const tokenMethods = ['application_credential', 'password', 'token'] as const;
export type TokenMethod = (typeof tokenMethods)[number];

export interface TokenScope {
  readonly projectId: ProjectId;
  /** The roles in the project at issue. */
  readonly roles: readonly ProjectRole[];
  /** When the membership began: a later membership of the same pair does not revive a token. */
  readonly memberSince: number;
}

export interface TokenClaims {
  /** 22 characters of URL-safe base64: names the token in public, e.g. in `audit_ids`. */
  readonly auditId: string;
  readonly userId: UserId;
  readonly methods: readonly TokenMethod[];
  /** Absent for an unscoped token. */
  readonly scope?: TokenScope;
  /** 16 bytes in hex: the IAM key's id, or the stamp of the password that was given. */
  readonly proof: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const purpose = 'token';
const layoutVersion = 1;
/** Length of sealed claims before they are sealed. */
export const claimBytes = 88;
const headerBytes = 9;
const outwardVersion = 0x80;

export function newAuditId(random: Random): string {
  return random(16).toString('base64url');
}

export function sealToken(masterKey: MasterKey, claims: TokenClaims): string {
  return Buffer.concat([
    outwardHeader(claims.issuedAt),
    masterKey.seal(purpose, encodeClaims(claims)),
  ]).toString('base64url');
}

/** The claims of a token we issued; undefined for any other text. Says nothing of expiry or revocation. */
export function openToken(masterKey: MasterKey, token: string): TokenClaims | undefined {
  if (!/^[A-Za-z0-9_-]{60,400}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  // Two texts must not stand for one token: the last character may carry bits that decoding drops.
  if (bytes.toString('base64url') !== token) return undefined;
  const plain = masterKey.open(purpose, bytes.subarray(headerBytes));
  const claims = plain === undefined ? undefined : readClaims(plain);
  if (claims === undefined) return undefined;
  return outwardHeader(claims.issuedAt).equals(bytes.subarray(0, headerBytes)) ? claims : undefined;
}

function outwardHeader(issuedAt: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header[0] = outwardVersion;
  header.writeBigUInt64BE(BigInt(Math.floor(issuedAt / 1000)), 1);
  return header;
}

/** The layout above, for what else carries claims sealed. */
export function encodeClaims(claims: TokenClaims): Buffer {
  const { scope } = claims;
  const bytes = Buffer.alloc(claimBytes);
  bytes[0] = layoutVersion;
  bytes[1] = scope === undefined ? 0 : 1;
  bytes[2] = bitsOf(tokenMethods, claims.methods);
  bytes.writeUInt16BE(bitsOf(projectRoles, scope?.roles ?? []), 4);
  bytes.write(claims.userId, 6, 16, 'hex');
  if (scope !== undefined) bytes.write(scope.projectId, 22, 16, 'hex');
  bytes.write(claims.proof, 38, 16, 'hex');
  bytes.writeUIntBE(scope?.memberSince ?? 0, 54, 6);
  bytes.writeUIntBE(claims.issuedAt, 60, 6);
  bytes.writeUIntBE(claims.expiresAt, 66, 6);
  bytes.write(claims.auditId, 72, 16, 'base64url');
  return bytes;
}

/** Undefined for bytes that are no claims of this layout. */
export function readClaims(bytes: Buffer): TokenClaims | undefined {
  return bytes.length === claimBytes && bytes[0] === layoutVersion ? decodeClaims(bytes) : undefined;
}

function decodeClaims(bytes: Buffer): TokenClaims {
  const scope: TokenScope = {
    projectId: bytes.toString('hex', 22, 38) as ProjectId,
    roles: namesOf(projectRoles, bytes.readUInt16BE(4)),
    memberSince: bytes.readUIntBE(54, 6),
  };
  return {
    auditId: bytes.toString('base64url', 72, 88),
    userId: bytes.toString('hex', 6, 22) as UserId,
    methods: namesOf(tokenMethods, bytes[2] ?? 0),
    ...(bytes[1] === 1 ? { scope } : {}),
    proof: bytes.toString('hex', 38, 54),
    issuedAt: bytes.readUIntBE(60, 6),
    expiresAt: bytes.readUIntBE(66, 6),
  };
}

function bitsOf<T>(names: readonly T[], chosen: readonly T[]): number {
  return chosen.reduce((bits, name) => bits | (1 << names.indexOf(name)), 0);
}

function namesOf<T>(names: readonly T[], bits: number): T[] {
  return names.filter((_, bit) => (bits & (1 << bit)) !== 0);
}
