/**
 * Who may administer whom: service administrators everybody; a project's administrators the service accounts at home in their
 * project, and the keys of those there. Refuses the rest of access: that is `../access/`.
 */
import { authorize, type Permission } from '../access/authorize.ts';
import type { ProjectAction, ServiceAction } from '../access/roles.ts';
import type { Actor, UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { type ProjectId, parseProjectId, type UserId } from '../model/names.ts';
import { findMembership } from './memberships.ts';
import { findProject } from './projects.ts';
import type { UserRecord } from './records.ts';
import { findUser, type NewUser, type UserChange } from './users.ts';

/** Stands for the project of who has none: nobody has rights in it. */
const noProject = '0'.repeat(32) as ProjectId;

/** What service administrators may everywhere and a project's administrators in the project they act for. */
export function asAdministrator(
  actor: Actor,
  everywhere: ServiceAction,
  inProject: ProjectAction,
): readonly Permission[] {
  if (actor.kind === 'user' && actor.serviceAdmin) return [{ action: everywhere, service: true }];
  return [{ action: inProject, project: ownProject(actor) }];
}

export function ownProject(actor: Actor): ProjectId {
  return (actor.kind === 'user' ? actor.projectId : undefined) ?? noProject;
}

/** The project whose administrators own this account. */
function homeOf(user: UserRecord | undefined): ProjectId | undefined {
  return user?.kind === 'service_account' ? user.defaultProjectId : undefined;
}

/** The user, for who may change it. @throws CoreError AccessDenied; NoSuchUser for service administrators */
export async function administeredUser(core: Core, actor: Actor, id: UserId): Promise<UserRecord> {
  const user = await findUser(core, { id });
  const home = homeOf(user);
  await authorize(core, actor, [
    home === undefined
      ? { action: 'identity.users.manage', service: true }
      : { action: 'identity.accounts.manage', project: home },
  ]);
  if (user === undefined) throw new CoreError('NoSuchUser', { user: id });
  return user;
}

/**
 * The user, for who may see it: itself, service administrators, and the administrators of a project it belongs to.
 * @throws CoreError AccessDenied; NoSuchUser for service administrators
 */
export async function visibleUser(core: Core, actor: Actor, id: UserId): Promise<UserRecord> {
  const user = await findUser(core, { id });
  const project = ownProject(actor);
  const near = homeOf(user) === project || (await findMembership(core, id, project)) !== undefined;
  const own = actor.kind === 'user' && (actor.userId === id || actor.serviceAdmin);
  await authorize(core, actor, [
    near && !own ? { action: 'identity.members.list', project } : { action: 'identity.users.get', user: id },
  ]);
  if (user === undefined) throw new CoreError('NoSuchUser', { user: id });
  return user;
}

/** @throws CoreError AccessDenied when `actor` may not see or delete these keys; NoSuchUser for service administrators */
export async function authorizeKeys(core: Core, actor: Actor, user: UserId): Promise<void> {
  if (actor.kind === 'user' && actor.userId === user) {
    await authorize(core, actor, [{ action: 'identity.keys.manage', user }]);
  } else {
    await administeredUser(core, actor, user);
  }
}

/** Whose keys administrators make: S3 keys sign for ever without a password, so people make their own (reference 2.4). */
export type KeyOwners = 'anybody' | 'service accounts';

/**
 * The project for a new key of `user`: the one of the actor's token, which for one's own keys is the only one; service
 * administrators may name another for keys of others.
 * @throws CoreError AccessDenied, NoSuchUser, NoSuchProject, InvalidArgument when no project is to be had
 */
export async function projectOfNewKey(
  core: Core,
  actor: UserActor,
  user: UserId,
  { project, owners }: { readonly project: string | undefined; readonly owners: KeyOwners },
): Promise<ProjectId> {
  const own = actor.userId === user;
  if (!own) {
    const { kind } = await administeredUser(core, actor, user);
    if (owners === 'service accounts' && kind === 'user') {
      throw refused('identity.keys.manage', `user ${user}`, 'for the user itself alone');
    }
  }
  const wanted = project === undefined ? actor.projectId : await existingProject(core, project);
  if (wanted === undefined) {
    throw new CoreError('InvalidArgument', { what: 'project', reason: 'is needed: the token has none' });
  }
  if (wanted !== actor.projectId && (own || !actor.serviceAdmin)) {
    throw refused('identity.keys.manage', `project ${wanted}`, 'not the project of the token');
  }
  return wanted;
}

/** @throws CoreError NoSuchProject */
export async function existingProject(core: Core, text: string): Promise<ProjectId> {
  const id = parseProjectId(text);
  const project = id === undefined ? undefined : await findProject(core, { id });
  if (project === undefined) throw new CoreError('NoSuchProject', { project: text.slice(0, 300) });
  return project.id;
}

/** What a project's administrators may create: a service account at home in their project. @throws CoreError AccessDenied */
export function checkNewUser(actor: UserActor, user: NewUser): NewUser {
  if (actor.serviceAdmin) return user;
  const home = user.defaultProjectId ?? actor.projectId;
  if (user.kind !== 'service_account' || user.serviceAdmin === true || home !== actor.projectId) {
    throw refused(
      'identity.users.manage',
      'service',
      "only service accounts of the administrator's own project",
    );
  }
  return home === undefined ? user : { ...user, defaultProjectId: home };
}

/** @throws CoreError AccessDenied for more rights, another home, and for administrators locking themselves out */
export function checkUserChange(actor: UserActor, user: UserRecord, change: UserChange): void {
  const { serviceAdmin, defaultProjectId, enabled } = change;
  const promotes = serviceAdmin !== undefined && serviceAdmin !== user.serviceAdmin;
  const moves = defaultProjectId !== undefined && defaultProjectId !== user.defaultProjectId;
  if (!actor.serviceAdmin && (promotes || moves)) {
    throw refused('identity.users.manage', `user ${user.id}`, 'for service administrators alone');
  }
  if (enabled === false || (promotes && !serviceAdmin)) refuseSelf(actor, user.id);
}

/** @throws CoreError AccessDenied: whoever administers must still be there afterwards */
export function refuseSelf(actor: UserActor, user: UserId): void {
  if (actor.userId !== user) return;
  throw refused('identity.users.manage', `user ${user}`, 'administrators cannot take themselves away');
}

function refused(action: ServiceAction | ProjectAction, resource: string, reason: string): CoreError {
  return new CoreError('AccessDenied', { action, resource, anonymous: false, reason });
}
