/**
 * Krutrim Object Storage, `/kos/v1` and `/internal/kos/v1` (reference, section 10): buckets, access keys and what belongs to them as JSON.
 * The bytes of objects go by S3, whose addresses this API hands out.
 */
import { callOf, type Protocol } from '../protocol.ts';
import { authenticate } from './authentication.ts';
import { KosError, renderError } from './errors.ts';
import { apiDocumentOf } from './openapi.ts';
import { operations } from './operations/index.ts';
import { isInternal, type KosOperation, type KosSettings, type KosView } from './request.ts';
import { resourceOfPath } from './resource.ts';
import { compileRoutes, isKosPath, shownPath } from './routing.ts';

/** Which of the calls an address serves; `internal`: those under `/internal`, and no other path is anybody's there. */
export type KosPart = 'everything' | 'public' | 'internal';

export function createKos(settings: KosSettings, part: KosPart): Protocol {
  const served = operations.filter(
    (one) => part === 'everything' || isInternal(one) === (part === 'internal'),
  );
  const all = [...served, apiDocumentOf(served, part === 'internal' ? '/internal/kos/v1' : '/kos/v1')];
  const resolve = compileRoutes(all);
  return {
    name: 'kos',
    operationNames: all.map(({ name }) => name),
    owns: ({ path }) => part === 'internal' || isKosPath(path),
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
    renderError: (error) => renderError(error, 'Bearer'),
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
