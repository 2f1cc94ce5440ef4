/** Users and service accounts: created, found, listed, deleted, and their passwords. */
import { newId } from '../../base/clock.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import { type ProjectId, parseUserId, type UserId } from '../model/names.ts';
import { membershipFormat, userFormat } from './codecs.ts';
import { endOfTokens } from './disabling.ts';
import { type DomainReference, defaultDomain, findDomain } from './domains.ts';
import { leaveAllGroupsCommit } from './groups.ts';
import { checkDescription, checkName, checkSecret } from './identity-names.ts';
import {
  allUsers,
  membershipsOf,
  membersOf,
  oneTimePasswordKey,
  userKey,
  userNameKey,
  userOfMemberKey,
} from './keys.ts';
import { leavingCommit } from './memberships.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { UserRecord } from './records.ts';
import { entriesOf, joinCommits, readIndex, readStored, renamingCommit, unchanged } from './stored.ts';

export type UserReference =
  | { readonly id: string }
  | { readonly name: string; readonly domain: DomainReference };

export interface NewUser {
  /** A new one when absent. */
  readonly id?: UserId;
  readonly kind?: UserRecord['kind'];
  readonly name: string;
  /** The name when absent. */
  readonly displayName?: string;
  readonly domainId?: string;
  /** No password login when absent. */
  readonly password?: string;
  readonly serviceAdmin?: boolean;
  readonly enabled?: boolean;
  readonly email?: string;
  /** See `UserRecord`. */
  readonly defaultProjectId?: ProjectId;
}

/** What is absent stays as it is. */
export interface UserChange {
  readonly name?: string;
  readonly displayName?: string;
  readonly enabled?: boolean;
  readonly serviceAdmin?: boolean;
  readonly email?: string;
  readonly defaultProjectId?: ProjectId;
  /** Tokens issued by the old one are dead at once. */
  readonly password?: string;
}

/** @throws CoreError InvalidArgument, Busy */
export async function newUserRecord(core: Core, input: NewUser): Promise<UserRecord> {
  const { password, kind = 'user' } = input;
  if (password !== undefined) refusePassword(kind);
  const name = checkName('user name', input.name);
  const displayName = checkDescription('display name', input.displayName ?? input.name);
  return {
    id: input.id ?? (newId(core.random) as UserId),
    kind,
    name,
    displayName,
    domainId: input.domainId ?? defaultDomain.id,
    enabled: input.enabled ?? true,
    serviceAdmin: input.serviceAdmin ?? false,
    ...(password === undefined ? {} : { passwordHash: await passwordHashOf(core, password) }),
    createdAt: core.clock(),
    ...(input.email === undefined ? {} : { email: checkDescription('email', input.email) }),
    ...(input.defaultProjectId === undefined ? {} : { defaultProjectId: input.defaultProjectId }),
  };
}

/** Programs prove themselves by keys. @throws CoreError InvalidArgument */
function refusePassword(kind: UserRecord['kind']): void {
  if (kind === 'user') return;
  throw new CoreError('InvalidArgument', { what: 'password', reason: 'a service account has none' });
}

async function passwordHashOf(core: Core, password: string): Promise<string> {
  return hashPassword(core.masterKey, core.random, checkSecret('password', password));
}

/** Fails as a Conflict when id or name are taken. */
export function userCreation(user: UserRecord): Commit {
  const keys = [userKey(user.id), userNameKey(user.domainId, user.name)] as const;
  return {
    checks: keys.map((key) => [key, null]),
    puts: [
      [keys[0], userFormat.encode(user)],
      [keys[1], Buffer.from(user.id)],
    ],
  };
}

/** @throws CoreError Duplicate, InvalidArgument, Busy */
export async function createUser(core: Core, input: NewUser): Promise<UserRecord> {
  const user = await newUserRecord(core, input);
  try {
    await core.meta.commit(userCreation(user));
  } catch (error) {
    if (error instanceof Conflict) throw new CoreError('Duplicate', { what: 'user', name: user.name });
    throw error;
  }
  return user;
}

export async function findUser(core: Core, reference: UserReference): Promise<UserRecord | undefined> {
  const id = 'id' in reference ? reference.id : await userIdByName(core, reference);
  const parsed = id === undefined ? undefined : parseUserId(id);
  if (parsed === undefined) return undefined;
  return (await readStored(core.meta, userFormat, userKey(parsed)))?.record;
}

async function userIdByName(
  core: Core,
  reference: { name: string; domain: DomainReference },
): Promise<string | undefined> {
  const domain = await findDomain(core, reference.domain);
  if (domain === undefined || reference.name.length > 255) return undefined;
  return readIndex(core.meta, userNameKey(domain.id, reference.name));
}

/** All users and service accounts of the service, by id. */
export async function listUsers(core: Core): Promise<UserRecord[]> {
  const entries = await entriesOf(core.meta, allUsers());
  return entries.map((entry) => userFormat.decode(entry.value));
}

/** The members of a project and the service accounts at home in it, by id. */
export async function usersNear(core: Core, project: ProjectId): Promise<UserRecord[]> {
  const members = new Set(
    (await entriesOf(core.meta, membersOf(project))).map(({ key }) => userOfMemberKey(key)),
  );
  const isNear = ({ id, kind, defaultProjectId }: UserRecord) =>
    members.has(id) || (kind === 'service_account' && defaultProjectId === project);
  return (await listUsers(core)).filter(isNear);
}

/** Replaces the password; tokens issued by the old one are dead at once. @throws CoreError NoSuchUser, InvalidArgument, Busy */
export async function setPassword(core: Core, id: UserId, password: string): Promise<void> {
  await updateUser(core, id, { password });
}

/**
 * The user's own change of its password, by the old one.
 * @throws CoreError Unauthenticated when `original` is not the password, NoSuchUser, InvalidArgument, Busy
 */
export async function changePassword(
  core: Core,
  id: UserId,
  original: string,
  password: string,
): Promise<void> {
  const user = await findUser(core, { id });
  if (!(await verifyPassword(core.masterKey, original, user?.passwordHash))) {
    throw new CoreError('Unauthenticated', { reason: 'the original password is wrong' });
  }
  await setPassword(core, id, password);
}

/** @throws CoreError NoSuchUser, Duplicate, InvalidArgument, Busy */
export async function updateUser(core: Core, id: UserId, change: UserChange): Promise<UserRecord> {
  const { password, ...rest } = change;
  if (rest.name !== undefined) checkName('user name', rest.name);
  if (rest.displayName !== undefined) checkDescription('display name', rest.displayName);
  if (rest.email !== undefined) checkDescription('email', rest.email);
  const hash = password === undefined ? {} : { passwordHash: await passwordHashOf(core, password) };
  return committing('user', async () => {
    const stored = await readStored(core.meta, userFormat, userKey(id));
    if (stored === undefined) throw new CoreError('NoSuchUser', { user: id });
    if (password !== undefined) refusePassword(stored.record.kind);
    const { domainId, name } = stored.record;
    const user = { ...stored.record, ...rest, ...hash, ...endOfTokens(core, stored.record, change) };
    const renaming =
      user.name === name
        ? {}
        : await renamingCommit(core.meta, id, userNameKey(domainId, user.name), {
            old: userNameKey(domainId, name),
            taken: () => new CoreError('Duplicate', { what: 'user', name: user.name }),
          });
    await core.meta.commit(
      joinCommits(renaming, {
        checks: [unchanged(stored.key, stored)],
        puts: [[stored.key, userFormat.encode(user)]],
      }),
    );
    return user;
  });
}

/** Removes a user with all memberships, keys and tokens; buckets and objects stay. @throws CoreError NoSuchUser */
export async function deleteUser(core: Core, id: UserId): Promise<void> {
  await committing('user', async () => {
    const stored = await readStored(core.meta, userFormat, userKey(id));
    if (stored === undefined) throw new CoreError('NoSuchUser', { user: id });
    const groups = await leaveAllGroupsCommit(core, id);
    const entries = await entriesOf(core.meta, membershipsOf(id));
    const projects = entries.map((entry) => membershipFormat.decode(entry.value).projectId);
    const leaving = await Promise.all(projects.map((project) => leavingCommit(core, id, project)));
    await core.meta.commit(
      joinCommits(...leaving, groups, {
        checks: [unchanged(stored.key, stored)],
        deletes: [
          stored.key,
          userNameKey(stored.record.domainId, stored.record.name),
          oneTimePasswordKey(id),
        ],
      }),
    );
  });
}
