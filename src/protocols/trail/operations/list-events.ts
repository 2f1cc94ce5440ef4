/** ListEvents: GET /trail/v1/events, the events of the token's project, or of all for a service administrator; newest first. */
import { json } from '../../../base/http/reply.ts';
import type { Permission } from '../../../core/access/authorize.ts';
import type { Actor } from '../../../core/actor.ts';
import { CoreError } from '../../../core/errors.ts';
import type { ProjectId } from '../../../core/model/names.ts';
import { eventDocument } from '../../../core/trail/event-document.ts';
import { searchTrail } from '../../../core/trail/search.ts';
import { noBody } from '../../operation.ts';
import { operation } from '../request.ts';
import { parseSearchQuery } from '../search-query.ts';

/** The project whose events are asked for; undefined for all. */
function scopeOf(asked: ProjectId | undefined, actor: Actor): ProjectId | undefined {
  if (actor.kind !== 'user') throw new CoreError('Unauthenticated', { reason: 'no token' });
  return asked ?? (actor.serviceAdmin ? undefined : actor.projectId);
}

function rights(asked: ProjectId | undefined, actor: Actor): Permission[] {
  if (actor.kind === 'user' && actor.serviceAdmin) return [{ action: 'trail.events.listAll', service: true }];
  const project = scopeOf(asked, actor);
  if (project !== undefined) return [{ action: 'trail.events.list', project }];
  const reason = 'the token has no project';
  throw new CoreError('AccessDenied', {
    action: 'trail.events.list',
    resource: 'trail',
    anonymous: false,
    reason,
  });
}

export const listEvents = operation({
  name: 'ListEvents',
  route: { methods: ['GET', 'HEAD'], path: '/trail/v1/events' },
  body: noBody,
  parse: ({ request }) => parseSearchQuery(request.query),
  authorize: ({ project }, actor) => rights(project, actor),
  run: ({ core, actor, input }) => searchTrail(core, { ...input, project: scopeOf(input.project, actor) }),
  reply: ({ events, next }) =>
    json(200, { events: events.map(eventDocument), nextMarker: next?.toString('hex') ?? null }),
});
