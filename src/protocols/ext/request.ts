/** The Extension's view of a request, and the maker of its operations. */
import type { RequestView } from '../../base/http/request-view.ts';
import type { Permission } from '../../core/access/authorize.ts';
import type { ProjectAction } from '../../core/access/roles.ts';
import type { Actor, UserActor } from '../../core/actor.ts';
import { CoreError } from '../../core/errors.ts';
import {
  type BucketName,
  defaultNameLimits,
  type ProjectId,
  parseBucketName,
} from '../../core/model/names.ts';
import { type AnyOperation, operationsFor } from '../operation.ts';
import type { PathRoute } from '../path-router.ts';

export interface ExtView {
  readonly request: RequestView;
  /** The path's named segments, decoded. */
  readonly segments: Readonly<Record<string, string | undefined>>;
}

export type ExtOperation = AnyOperation<ExtView, PathRoute>;

export const operation = operationsFor<ExtView, PathRoute>();

/** The bucket of the path. Checked against the widest limits: a narrower profile only matters when a bucket is created. */
export function bucketOf(view: ExtView): BucketName {
  return parseBucketName(view.segments.name ?? '', defaultNameLimits);
}

/** The role grant of the path, by its id. */
export function grantOf(view: ExtView): string {
  return view.segments.id ?? '';
}

/** The right to `action` in the project the token speaks for. @throws CoreError AccessDenied for a token without one */
export function inProject(
  action: Extract<ProjectAction, `storage.buckets.${string}`>,
  actor: Actor,
): Permission[] {
  const { projectId } = userOf(actor);
  if (projectId !== undefined) return [{ action, project: projectId }];
  const reason = 'the token has no project';
  throw new CoreError('AccessDenied', { action, resource: 'project', anonymous: false, reason });
}

/** The project the token speaks for; past `authorize` there is one. */
export function projectOf(actor: Actor): ProjectId {
  const { projectId } = userOf(actor);
  if (projectId === undefined) throw new Error('an operation in a project was not authorized');
  return projectId;
}

/** @throws CoreError Unauthenticated for nobody */
export function userOf(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new CoreError('Unauthenticated', { reason: 'no token' });
}
