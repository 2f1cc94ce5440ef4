/**
 * Whether a token still holds, and what it holds: one read of everything its life depends on. A token dies with its user,
 * project, membership, IAM key or password, at its expiry, and when it is revoked; its rights never exceed those of now.
 */
import type { Entry, Key } from '../../engines/meta/meta-store.ts';
import { commonRoles, type ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { iamKeyFormat, membershipFormat, projectFormat, userFormat } from './codecs.ts';
import { admitsToken } from './disabling.ts';
import { groupsIn } from './groups.ts';
import { groupsOfUserKey, iamKeyKey, membershipKey, projectKey, revocationKey, userKey } from './keys.ts';
import { passwordStamp } from './passwords.ts';
import type { IamKeyRecord, ProjectRecord, UserRecord } from './records.ts';
import { type Recall, rememberUpTo } from './remembered.ts';
import { openToken, type TokenClaims } from './token-format.ts';
import { rolesOf } from './ways.ts';

export interface LiveToken {
  readonly alive: true;
  readonly claims: TokenClaims;
  readonly user: UserRecord;
  /** Absent for an unscoped token; so are the roles. */
  readonly project?: ProjectRecord;
  /** Roles at issue ∩ roles now. */
  readonly roles: readonly ProjectRole[];
  /** The user's groups, by id. */
  readonly groups: readonly string[];
  /** The IAM key that issued it. */
  readonly key?: IamKeyRecord;
}

export interface DeadToken {
  readonly alive: false;
  readonly why: 'not ours' | 'expired' | 'revoked' | 'void';
}

const dead = (why: DeadToken['why']): DeadToken => ({ alive: false, why });

const recallToken = rememberUpTo<LiveToken>(10_000);
const recallSession = rememberUpTo<LiveToken>(10_000);

/** `allowExpired`: for services that check a token late, as Keystone's query of that name. */
export async function readToken(
  core: Core,
  token: string,
  options: { allowExpired?: boolean } = {},
): Promise<LiveToken | DeadToken> {
  const found = await readLife(core, recallToken, token, () => openToken(core.masterKey, token));
  if (!found.alive) return found;
  const expired = found.claims.expiresAt <= core.clock();
  return expired && options.allowExpired !== true ? dead('expired') : found;
}

/**
 * As `readToken`, of the claims inside the token of a session (`sessions.ts`): it lives as the token it was made from. The two are
 * remembered apart, so that none ever passes for the other.
 */
export async function readSessionClaims(
  core: Core,
  token: string,
  claims: TokenClaims,
): Promise<LiveToken | DeadToken> {
  const found = await readLife(core, recallSession, token, () => claims);
  return found.alive && found.claims.expiresAt <= core.clock() ? dead('expired') : found;
}

async function readLife(
  core: Core,
  recall: Recall<LiveToken>,
  token: string,
  open: () => TokenClaims | undefined,
): Promise<LiveToken | DeadToken> {
  let why: DeadToken['why'] = 'not ours';
  const found = await recall(core, token, async () => {
    const claims = open();
    if (claims === undefined) return undefined;
    const keys = keysOfLife(claims);
    const entries = await core.meta.get(keys);
    why = entries[0] === undefined ? 'void' : 'revoked';
    const value = lifeOf(core, claims, entries);
    return value === undefined ? undefined : { keys, entries, value };
  });
  return found ?? dead(why);
}

/** Everything a token's life depends on. */
function keysOfLife({ auditId, userId, proof, scope }: TokenClaims): Key[] {
  return [
    revocationKey(auditId),
    userKey(userId),
    iamKeyKey(proof),
    groupsOfUserKey(userId),
    ...(scope === undefined ? [] : [projectKey(scope.projectId), membershipKey(userId, scope.projectId)]),
  ];
}

/** Undefined when something the token depends on is gone, disabled or another. */
function lifeOf(
  core: Core,
  claims: TokenClaims,
  [revoked, userEntry, keyEntry, groupsEntry, projectEntry, memberEntry]: readonly (Entry | undefined)[],
): LiveToken | undefined {
  const user = admitting(userFormat.decode, userEntry, claims);
  if (revoked !== undefined || user === undefined) return undefined;
  const byKey = claims.methods.includes('application_credential');
  const key = byKey ? keyOfToken(claims, keyEntry) : undefined;
  if (byKey ? key === undefined : !passwordHolds(core, claims, user)) return undefined;
  const groups = groupsIn(groupsEntry);
  const common = { alive: true, claims, user, groups, ...(key === undefined ? {} : { key }) } as const;
  const { scope } = claims;
  if (scope === undefined) return { ...common, roles: [] };
  const project = admitting(projectFormat.decode, projectEntry, claims);
  if (project === undefined || memberEntry === undefined) return undefined;
  const now = membershipFormat.decode(memberEntry.value);
  if (now.createdAt !== scope.memberSince) return undefined;
  return { ...common, project, roles: commonRoles(scope.roles, rolesOf(now)) };
}

/** Undefined for a user or project that is gone, or does not take the token. */
function admitting<T extends UserRecord | ProjectRecord>(
  decode: (value: Uint8Array) => T,
  entry: Entry | undefined,
  { issuedAt }: TokenClaims,
): T | undefined {
  const record = entry === undefined ? undefined : decode(entry.value);
  return record !== undefined && admitsToken(record, issuedAt) ? record : undefined;
}

function keyOfToken(claims: TokenClaims, entry: Entry | undefined): IamKeyRecord | undefined {
  if (entry === undefined) return undefined;
  const key = iamKeyFormat.decode(entry.value);
  return key.userId === claims.userId && key.projectId === claims.scope?.projectId ? key : undefined;
}

function passwordHolds(core: Core, claims: TokenClaims, user: UserRecord): boolean {
  if (user.passwordHash === undefined) return false;
  return passwordStamp(core.masterKey, user.passwordHash).toString('hex') === claims.proof;
}
