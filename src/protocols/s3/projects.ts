/** Owns the project an S3 request is about when its address names no bucket: the one its signer's key belongs to. */
import type { Action } from '../../core/access/roles.ts';
import type { Actor, UserActor } from '../../core/actor.ts';
import { CoreError } from '../../core/errors.ts';
import type { ProjectId } from '../../core/model/names.ts';

/** @throws CoreError AccessDenied for who has no project */
export function projectOf(actor: Actor, action: Action): { user: UserActor; project: ProjectId } {
  if (actor.kind === 'user' && actor.projectId !== undefined) {
    return { user: actor, project: actor.projectId };
  }
  throw new CoreError('AccessDenied', {
    action,
    resource: 'service',
    anonymous: actor.kind === 'anonymous',
    reason: 'the caller speaks for no project',
  });
}
