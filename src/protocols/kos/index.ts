/**
 * Krutrim Object Storage, `/kos/v1` and `/internal/kos/v1` (reference, section 10): buckets, access keys and what belongs to them as JSON.
 * The bytes of objects go by S3, whose addresses this API hands out.
 */
import { callOf, type Protocol } from '../protocol.ts';
import { authenticate } from './authentication.ts';
import { KosError, renderError } from './errors.ts';
import { apiDocumentOf } from './openapi.ts';
import { operations } from './operations/index.ts';
import type { KosOperation, KosSettings, KosView } from './request.ts';
import { resourceOfPath } from './resource.ts';
import { compileRoutes, isKosPath, shownPath } from './routing.ts';

export function createKos(settings: KosSettings): Protocol {
  const all = [...operations, apiDocumentOf(operations)];
  const resolve = compileRoutes(all);
  return {
    name: 'kos',
    operationNames: all.map(({ name }) => name),
    owns: ({ path }) => isKosPath(path),
    shownPath,
    resolve(request) {
      const { operation, segments } = resolve(request);
      const view: KosView = { request, segments, settings };
      return callOf<KosView, KosOperation['route']>(
        view,
        operation,
        (core, seen) => authenticate(core, seen, operation),
        (seen) => resourceOfPath(seen, operation),
      );
    },
    // Rules of buckets act where objects are; from browsers, this API is the console's alone.
    cors: {
      placeOf: () => ({}),
      refusal: (_, why) =>
        why === 'not allowed'
          ? new KosError(403, 'this origin may not use the API')
          : new KosError(400, 'a preflight needs Origin and Access-Control-Request-Method'),
    },
    renderError,
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
