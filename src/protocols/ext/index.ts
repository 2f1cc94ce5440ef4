/**
 * The KakaoCloud Extension, `/v1_ext`: buckets and their settings as JSON, by API token (reference, section 5). Objects are not
 * its business: S3 and Swift serve them.
 */
import { callOf, type Protocol } from '../protocol.ts';
import { tokenBearer } from '../token-bearer.ts';
import { renderError } from './errors.ts';
import { notYet } from './not-yet.ts';
import { operations } from './operations/index.ts';
import { compileRoutes } from './routing.ts';

const prefix = '/v1_ext';

export function createExt(): Protocol {
  const all = [...operations, ...notYet];
  const resolve = compileRoutes(all);
  return {
    name: 'ext',
    operationNames: all.map(({ name }) => name),
    owns: ({ path }) => path === prefix || path.startsWith(`${prefix}/`),
    resolve(request) {
      const { operation, view } = resolve(request);
      return callOf(view, operation, tokenBearer, ({ segments: { name } }) =>
        name === undefined ? { type: 'Project' } : { type: 'Bucket', name },
      );
    },
    renderError: (error, request) => renderError(error, request.origin),
    commonHeaders: ({ requestId }) => ({ 'X-Request-Id': requestId }),
  };
}
