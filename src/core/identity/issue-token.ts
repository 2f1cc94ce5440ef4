/** Issuing tokens: by an IAM access key, a password, or another token. Every refusal is the same to the caller, whatever part was wrong. */

import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { membershipFormat, projectFormat, userFormat } from './codecs.ts';
import { findDomain } from './domains.ts';
import { findIamKey, findIamKeyByName } from './iam-keys.ts';
import { membershipKey, projectKey, userKey } from './keys.ts';
import { type LiveToken, readToken } from './live-token.ts';
import { passwordStamp, verifyIamSecret, verifyPassword } from './passwords.ts';
import { findProject, type ProjectReference } from './projects.ts';
import type { DomainRecord, IamKeyRecord, MembershipRecord, ProjectRecord, UserRecord } from './records.ts';
import { storedAs } from './stored.ts';
import { newAuditId, sealToken, type TokenClaims } from './token-format.ts';
import { findUser, type UserReference } from './users.ts';
import { rolesOf } from './ways.ts';

/** Everything there is to say about a token, but the token itself. */
export interface TokenFacts {
  readonly claims: TokenClaims;
  readonly user: UserRecord;
  readonly userDomain: DomainRecord;
  readonly project?: ProjectRecord;
  readonly projectDomain?: DomainRecord;
  readonly roles: readonly ProjectRole[];
  readonly key?: IamKeyRecord;
}

export interface IssuedToken extends TokenFacts {
  readonly token: string;
}

export type IamKeyReference =
  | { readonly id: string }
  | { readonly name: string; readonly user: UserReference };

/** `detail` is for the log alone. */
function refused(detail: string): CoreError {
  return new CoreError('Unauthenticated', { reason: detail });
}

/**
 * A token for the key's own project, ending no later than the key.
 * @throws CoreError Unauthenticated
 */
export async function issueTokenByIamKey(
  core: Core,
  input: { key: IamKeyReference; secret: string },
): Promise<IssuedToken> {
  const key = await findKey(core, input.key);
  if (key === undefined) throw refused('no such IAM access key');
  if (!verifyIamSecret(core.masterKey, key.id, input.secret, key.secretHash)) throw refused('wrong secret');
  const now = core.clock();
  if (key.expiresAt !== undefined && key.expiresAt <= now) throw refused('the IAM access key has expired');
  const [user, project, membership] = await core.meta.get([
    userKey(key.userId),
    projectKey(key.projectId),
    membershipKey(key.userId, key.projectId),
  ]);
  const scope = {
    project: storedAs(projectFormat, project)?.record,
    membership: storedAs(membershipFormat, membership)?.record,
  };
  const latest = now + core.settings.tokenTtl * 1000;
  return issue(core, storedAs(userFormat, user)?.record, scope, {
    methods: ['application_credential'],
    proof: key.id,
    issuedAt: now,
    expiresAt: Math.min(latest, key.expiresAt ?? latest),
    key,
  });
}

async function findKey(core: Core, reference: IamKeyReference): Promise<IamKeyRecord | undefined> {
  if ('id' in reference) return findIamKey(core, reference.id);
  const user = await findUser(core, reference.user);
  return user === undefined ? undefined : findIamKeyByName(core, user.id, reference.name);
}

/**
 * A token for `project`, without one for the user's default project where it is usable, else an unscoped one. Used by Keystone's `password` method and by Swift's v1 auth, whose
 * `project:user` are names in the default domain:
 * `{ user: { name, domain: inDefaultDomain }, password, project: { name, domain: inDefaultDomain } }`.
 * @throws CoreError Unauthenticated, Busy
 */
export async function issueTokenByPassword(
  core: Core,
  input: { user: UserReference; password: string; project?: ProjectReference | 'unscoped' },
): Promise<IssuedToken> {
  const user = await findUser(core, input.user);
  const right = await verifyPassword(core.masterKey, input.password, user?.passwordHash);
  if (!right || user?.passwordHash === undefined) throw refused('unknown user or wrong password');
  const now = core.clock();
  return issue(core, user, await scopeOfPassword(core, user, input.project), {
    methods: ['password'],
    proof: passwordStamp(core.masterKey, user.passwordHash).toString('hex'),
    issuedAt: now,
    expiresAt: now + core.settings.tokenTtl * 1000,
  });
}

/**
 * A token for another scope, by a token that a password issued; it ends with the old one.
 * @throws CoreError Unauthenticated; AccessDenied for the token of an IAM key, whose scope is its project for ever
 */
export async function issueTokenByToken(
  core: Core,
  input: { token: string; project?: ProjectReference },
): Promise<IssuedToken> {
  const found = await readToken(core, input.token);
  if (!found.alive) throw refused(`the token is ${found.why}`);
  const { claims, user } = found;
  if (found.key !== undefined) {
    throw new CoreError('AccessDenied', {
      action: 'identity.tokens.issue',
      resource: `user ${user.id}`,
      anonymous: false,
      reason: 'the token of an IAM access key issues no others',
    });
  }
  return issue(
    core,
    user,
    input.project === undefined ? undefined : await scopeOf(core, user, input.project),
    {
      methods: ['password', 'token'],
      proof: claims.proof,
      issuedAt: core.clock(),
      expiresAt: claims.expiresAt,
    },
  );
}

interface Scope {
  readonly project: ProjectRecord | undefined;
  readonly membership: MembershipRecord | undefined;
}

/** A default project that the user is not in, or that is disabled, is as none (Keystone). */
async function scopeOfPassword(
  core: Core,
  user: UserRecord,
  wish: ProjectReference | 'unscoped' | undefined,
): Promise<Scope | undefined> {
  if (wish === 'unscoped') return undefined;
  if (wish !== undefined) return scopeOf(core, user, wish);
  if (user.defaultProjectId === undefined) return undefined;
  const scope = await scopeOf(core, user, { id: user.defaultProjectId });
  return scope.project?.enabled === true && scope.membership !== undefined ? scope : undefined;
}

async function scopeOf(core: Core, user: UserRecord, reference: ProjectReference): Promise<Scope> {
  const project = await findProject(core, reference);
  if (project === undefined) return { project, membership: undefined };
  const [entry] = await core.meta.get([membershipKey(user.id, project.id)]);
  return { project, membership: storedAs(membershipFormat, entry)?.record };
}

/** Seals the token of a proven identity. @throws CoreError Unauthenticated when user or project are disabled, or not together */
async function issue(
  core: Core,
  user: UserRecord | undefined,
  scope: Scope | undefined,
  proof: Pick<TokenClaims, 'methods' | 'proof' | 'issuedAt' | 'expiresAt'> & { key?: IamKeyRecord },
): Promise<IssuedToken> {
  if (user?.enabled !== true) throw refused('the user is gone or disabled');
  const { key, ...rest } = proof;
  const claims: TokenClaims = {
    auditId: newAuditId(core.random),
    userId: user.id,
    ...rest,
    ...(scope === undefined ? {} : { scope: claimedScope(scope) }),
  };
  const facts = await tokenFacts(core, {
    claims,
    user,
    roles: claims.scope?.roles ?? [],
    ...(scope?.project === undefined ? {} : { project: scope.project }),
    ...(key === undefined ? {} : { key }),
  });
  core.witness?.identified({
    id: user.id,
    name: user.name,
    type: user.kind,
    domain: user.domainId,
    project: scope?.project?.id,
    proof: key === undefined ? 'password' : 'iam-key',
    proofId: key?.id ?? '',
  });
  core.witness?.concerns({ type: 'Token', id: claims.auditId, project: scope?.project?.id });
  return { ...facts, token: sealToken(core.masterKey, claims) };
}

function claimedScope({ project, membership }: Scope) {
  if (project?.enabled !== true) throw refused('the project is gone or disabled');
  if (membership === undefined) throw refused('the user is not in the project');
  return { projectId: project.id, roles: rolesOf(membership), memberSince: membership.createdAt };
}

/** A token with the domains its description names. */
export async function tokenFacts(
  core: Core,
  token: Omit<LiveToken, 'alive' | 'groups'>,
): Promise<TokenFacts> {
  const { claims, user, project, roles, key } = token;
  const userDomain = await domainOf(core, user.domainId);
  const projectDomain =
    project === undefined
      ? undefined
      : project.domainId === user.domainId
        ? userDomain
        : await domainOf(core, project.domainId);
  return {
    claims,
    user,
    userDomain,
    roles,
    ...(project === undefined ? {} : { project }),
    ...(projectDomain === undefined ? {} : { projectDomain }),
    ...(key === undefined ? {} : { key }),
  };
}

async function domainOf(core: Core, id: string): Promise<DomainRecord> {
  return (await findDomain(core, { id })) ?? { id, name: id };
}
