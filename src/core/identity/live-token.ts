/**
 * Whether a token still holds, and what it holds: one read of everything its life depends on. A token dies with its user,
 * project, membership, IAM key or password, at its expiry, and when it is revoked; its rights never exceed those of now.
 */
import type { Entry } from '../../engines/meta/meta-store.ts';
import { commonRoles } from '../access/roles.ts';
import type { Core } from '../core.ts';
import type { IamKeyRecord, ProjectRecord, ProjectRole, UserRecord } from '../model/records.ts';
import { iamKeyFormat, membershipFormat, projectFormat, userFormat } from './codecs.ts';
import { iamKeyKey, membershipKey, projectKey, revocationKey, userKey } from './keys.ts';
import { passwordStamp } from './passwords.ts';
import { openToken, type TokenClaims } from './token-format.ts';

export interface LiveToken {
  readonly alive: true;
  readonly claims: TokenClaims;
  readonly user: UserRecord;
  /** Absent for an unscoped token; so are the roles. */
  readonly project?: ProjectRecord;
  /** Roles at issue ∩ roles now. */
  readonly roles: readonly ProjectRole[];
  /** The IAM key that issued it. */
  readonly key?: IamKeyRecord;
}

export interface DeadToken {
  readonly alive: false;
  readonly why: 'not ours' | 'expired' | 'revoked' | 'void';
}

const dead = (why: DeadToken['why']): DeadToken => ({ alive: false, why });

/** `allowExpired`: for services that check a token late, as Keystone's query of that name. */
export async function readToken(
  core: Core,
  token: string,
  options: { allowExpired?: boolean } = {},
): Promise<LiveToken | DeadToken> {
  const claims = openToken(core.masterKey, token);
  if (claims === undefined) return dead('not ours');
  if (claims.expiresAt <= core.clock() && options.allowExpired !== true) return dead('expired');
  const { scope, userId } = claims;
  const byKey = claims.methods.includes('application_credential');
  const [revoked, user, key, project, membership] = await core.meta.get([
    revocationKey(claims.auditId),
    userKey(userId),
    iamKeyKey(claims.proof),
    ...(scope === undefined ? [] : [projectKey(scope.projectId), membershipKey(userId, scope.projectId)]),
  ]);
  if (revoked !== undefined) return dead('revoked');
  const owner = enabled(userFormat.decode, user);
  if (owner === undefined) return dead('void');
  const proven = byKey ? keyOfToken(claims, key) : passwordHolds(core, claims, owner);
  if (proven === false) return dead('void');
  const common = { alive: true, claims, user: owner, ...(proven === true ? {} : { key: proven }) } as const;
  if (scope === undefined) return { ...common, roles: [] };
  const home = enabled(projectFormat.decode, project);
  if (home === undefined || membership === undefined) return dead('void');
  const now = membershipFormat.decode(membership.value);
  if (now.createdAt !== scope.memberSince) return dead('void');
  const roles = commonRoles(scope.roles, now.roles);
  return roles.length === 0 ? dead('void') : { ...common, project: home, roles };
}

function enabled<T extends { enabled: boolean }>(
  decode: (value: Uint8Array) => T,
  entry: Entry | undefined,
): T | undefined {
  const record = entry === undefined ? undefined : decode(entry.value);
  return record?.enabled === true ? record : undefined;
}

function keyOfToken(claims: TokenClaims, entry: Entry | undefined): IamKeyRecord | false {
  if (entry === undefined) return false;
  const key = iamKeyFormat.decode(entry.value);
  return key.userId === claims.userId && key.projectId === claims.scope?.projectId ? key : false;
}

function passwordHolds(core: Core, claims: TokenClaims, user: UserRecord): boolean {
  if (user.passwordHash === undefined) return false;
  return passwordStamp(core.masterKey, user.passwordHash).toString('hex') === claims.proof;
}
