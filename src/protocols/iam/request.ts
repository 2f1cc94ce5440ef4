/** The identity front-end's view of a request and its way of naming one; the maker of its operations. */
import type { RequestView } from '../../base/http/request-view.ts';
import type { ProjectRole } from '../../core/access/roles.ts';
import type { Actor, UserActor } from '../../core/actor.ts';
import { CoreError } from '../../core/errors.ts';
import { type ProjectId, parseProjectId, parseUserId, type UserId } from '../../core/model/names.ts';
import { type AnyOperation, operationsFor } from '../operation.ts';
import type { PathRoute } from '../path-router.ts';
import { findRole } from './documents/roles.ts';

/** `path` is without the prefix `/identity`. */
export interface IamRoute extends PathRoute {
  /** What a 403 says was refused: the name of Keystone's policy, e.g. `identity:get_user`. */
  readonly policy: string;
}

export interface IamView {
  readonly request: RequestView;
  /** The path's named segments, decoded. */
  readonly segments: Readonly<Record<string, string | undefined>>;
  /** How clients reach us, without a slash at the end. */
  readonly publicUrl: string;
  /** Every region we answer for, our own first. */
  readonly regions: readonly string[];
  /** The root of the version's paths in the form the client used, e.g. `http://host/identity/v3`. */
  readonly versionUrl: string;
}

export type IamOperation = AnyOperation<IamView, IamRoute>;

export const operation = operationsFor<IamView, IamRoute>();

/** No one's id: what a path segment that cannot be an id stands for, so that it is refused as any stranger's. */
const nobody = '0'.repeat(32);

/** The user a path is about. */
export function userOfPath({ segments }: IamView): UserId {
  return parseUserId(segments.user ?? '') ?? (nobody as UserId);
}

/** The project a path is about. */
export function projectOfPath({ segments }: IamView): ProjectId {
  return parseProjectId(segments.project ?? '') ?? (nobody as ProjectId);
}

/** The group a path is about. */
export function groupOfPath({ segments }: IamView): string {
  return segments.group ?? '';
}

/** The role a path is about, by id or name. @throws CoreError NoSuchRole */
export function roleOfPath({ segments }: IamView): ProjectRole {
  const text = segments.role ?? '';
  const role = findRole(text);
  if (role === undefined) throw new CoreError('NoSuchRole', { role: text.slice(0, 300) });
  return role;
}

/** The URL asked for, as `links.self` repeats it. */
export function selfUrl({ publicUrl, request }: IamView): string {
  return `${publicUrl}${request.target}`;
}

/** @throws CoreError Unauthenticated for nobody */
export function userOf(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new CoreError('Unauthenticated', { reason: 'no token' });
}

/** The bearer, when that is the user the path is about. @throws CoreError AccessDenied */
export function ownUser(actor: Actor, user: UserId, action: string): UserActor {
  const own = userOf(actor);
  if (own.userId === user) return own;
  const reason = 'for the user itself alone';
  throw new CoreError('AccessDenied', { action, resource: `user ${user}`, anonymous: false, reason });
}
