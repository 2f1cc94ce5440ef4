/**
 * The KakaoCloud Extension, `/v1_ext`: buckets and their settings as JSON, by API token (reference, section 5). Objects are not
 * its business: S3 and Swift serve them.
 */
import { tokenChallenge } from '../json-error.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { tokenBearer } from '../token-bearer.ts';
import { ExtError, renderError } from './errors.ts';
import { operations } from './operations/index.ts';
import { compileRoutes } from './routing.ts';

const prefix = '/v1_ext';

export function createExt(): Protocol {
  const resolve = compileRoutes(operations);
  return {
    name: 'ext',
    operationNames: operations.map(({ name }) => name),
    owns: ({ path }) => path === prefix || path.startsWith(`${prefix}/`),
    resolve(request) {
      const { operation, view } = resolve(request);
      return callOf(view, operation, tokenBearer, ({ segments: { name } }) =>
        name === undefined ? { type: 'Project' } : { type: 'Bucket', name },
      );
    },
    // Rules of buckets act where objects are; from browsers, this API is the console's alone.
    cors: {
      placeOf: () => ({}),
      refusal: (_, why) =>
        why === 'not allowed'
          ? new ExtError(403, 'this origin may not use the API')
          : new ExtError(400, 'a preflight needs Origin and Access-Control-Request-Method'),
    },
    renderError: (error, request) => renderError(error, tokenChallenge(request.origin)),
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
