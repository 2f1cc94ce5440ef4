/** The view of a request to the trail, who and what it is for, and the maker of its operations. */
import type { RequestView } from '../../base/http/request-view.ts';
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
import { TrailError } from './errors.ts';

export interface TrailView {
  readonly request: RequestView;
  /** The path's named segments, decoded. */
  readonly segments: Readonly<Record<string, string | undefined>>;
}

export type TrailOperation = AnyOperation<TrailView, PathRoute>;

export const operation = operationsFor<TrailView, PathRoute>();

/** @throws CoreError Unauthenticated for nobody */
export function userOf(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new CoreError('Unauthenticated', { reason: 'no token' });
}

/** The project the token speaks for. @throws CoreError AccessDenied for a token without one */
export function projectOf(actor: Actor, action: string): ProjectId {
  const { projectId } = userOf(actor);
  if (projectId !== undefined) return projectId;
  const reason = 'the token has no project';
  throw new CoreError('AccessDenied', { action, resource: 'trail', anonymous: false, reason });
}

/** @throws TrailError 400 for any parameter */
export function requireNoQuery({ request }: TrailView): void {
  const [first] = request.query.entries;
  if (first !== undefined) throw new TrailError(400, `there is no parameter ${first[0].slice(0, 40)}`);
}

/** @throws CoreError InvalidBucketName */
export function bucketNamed(raw: string): BucketName {
  return parseBucketName(raw, defaultNameLimits);
}

/** The bucket of the path; a path takes no parameters. @throws CoreError InvalidBucketName, TrailError 400 */
export function bucketOf(view: TrailView): BucketName {
  requireNoQuery(view);
  return bucketNamed(view.segments.name ?? '');
}
