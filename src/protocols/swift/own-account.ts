/** Owns who may work on a whole account at once: users of its project, and service administrators. */

import type { BucketAction } from '../../core/access/roles.ts';
import type { Actor } from '../../core/actor.ts';
import { CoreError } from '../../core/errors.ts';
import type { ProjectId } from '../../core/model/names.ts';

export function isOfAccount(actor: Actor, project: ProjectId): boolean {
  return actor.kind === 'user' && (actor.projectId === project || actor.serviceAdmin);
}

/** Why anybody else may not. */
export function deniedAccount(actor: Actor, project: ProjectId, action: BucketAction): CoreError {
  return new CoreError('AccessDenied', {
    action,
    resource: `project ${project}`,
    anonymous: actor.kind === 'anonymous',
    reason: 'the account is not of the caller’s project',
  });
}
