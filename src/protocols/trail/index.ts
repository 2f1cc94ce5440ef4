/** The audit trail's door, `/trail/v1`: events as JSON, by API token. It only reads; events come from every call by themselves. */

import { compilePaths } from '../path-router.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { tokenBearer } from '../token-bearer.ts';
import { renderError, TrailError } from './errors.ts';
import { operations } from './operations/index.ts';

const prefix = '/trail';

export function createTrailDoor(): Protocol {
  const find = compilePaths(operations);
  return {
    name: 'trail',
    operationNames: operations.map(({ name }) => name),
    owns: ({ path }) => path === prefix || path.startsWith(`${prefix}/`),
    resolve(request) {
      const { operation, allow } = find(request.method, request.path);
      if (operation !== undefined) {
        return callOf({ request }, operation, tokenBearer, () => ({ type: 'Event' }));
      }
      if (allow.length === 0) throw new TrailError(404, 'there is nothing at this path');
      throw new TrailError(405, `this path takes ${allow.join(', ')}`, { Allow: allow.join(', ') });
    },
    renderError: (error, request) => renderError(error, request.origin),
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
