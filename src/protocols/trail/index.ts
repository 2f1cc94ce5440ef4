/**
 * The audit trail's door, `/trail/v1`: events as JSON, by API token. Events come from every call by themselves: what can be
 * changed here is where they are delivered, and which reads make any.
 */
import type { EventResource } from '../../core/trail/event.ts';
import { tokenChallenge } from '../json-error.ts';
import { compilePaths } from '../path-router.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { tokenBearer } from '../token-bearer.ts';
import { renderError, TrailError } from './errors.ts';
import { operations } from './operations/index.ts';
import type { TrailOperation, TrailView } from './request.ts';

const prefix = '/trail';

/** What a path is about, for the trail itself. */
function resourceOf({ name }: TrailOperation, segments: TrailView['segments']): EventResource {
  if (segments.name !== undefined) return { type: 'Bucket', name: segments.name };
  return { type: name === 'ListEvents' ? 'Event' : 'TrailDelivery' };
}

export function createTrailDoor(): Protocol {
  const find = compilePaths(operations);
  return {
    name: 'trail',
    operationNames: operations.map(({ name }) => name),
    owns: ({ path }) => path === prefix || path.startsWith(`${prefix}/`),
    resolve(request) {
      const { operation, segments, allow } = find(request.method, request.path);
      if (operation !== undefined) {
        return callOf({ request, segments }, operation, tokenBearer, () => resourceOf(operation, segments));
      }
      if (allow.length === 0) throw new TrailError(404, 'there is nothing at this path');
      throw new TrailError(405, `this path takes ${allow.join(', ')}`, {
        headers: { Allow: allow.join(', ') },
      });
    },
    renderError: (error, request) => renderError(error, tokenChallenge(request.origin)),
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
