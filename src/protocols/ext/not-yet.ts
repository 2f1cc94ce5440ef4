/** The calls of the documented API that are not served yet: known by name, answered 501 to whoever may ask. */
import { CoreError } from '../../core/errors.ts';
import { noBody } from '../operation.ts';
import type { PathMethod } from '../path-router.ts';
import { type ExtOperation, operation } from './request.ts';

const bucket = '/v1_ext/bucket/:name';

const missing: readonly (readonly [name: string, path: string, ...methods: PathMethod[]])[] = [
  ['PutBucketCors', `${bucket}/cors`, 'PUT', 'POST'],
  ['GetBucketCors', `${bucket}/cors`, 'GET', 'HEAD'],
];

/** Browsers send no token with a preflight (reference 5.6), so these are refused by name without one. */
const preflights: readonly (readonly [name: string, path: string])[] = [
  ['PreflightBuckets', '/v1_ext/bucket'],
  ['PreflightBucket', bucket],
  ['PreflightBucketPolicies', `${bucket}/policy`],
  ['PreflightBucketPolicy', `${bucket}/policy/:id`],
];

function refused(
  name: string,
  path: string,
  methods: readonly PathMethod[],
  isPublic: boolean,
): ExtOperation {
  return operation({
    name,
    route: { methods, path },
    body: noBody,
    parse: () => undefined,
    // Nothing is read or changed, so a token is all it takes to be told so.
    authorize: isPublic ? 'public' : 'in-run',
    run: async () => {
      throw new CoreError('NotImplemented', { what: name });
    },
    reply: () => ({ status: 501 }),
  });
}

export const notYet: readonly ExtOperation[] = [
  ...missing.map(([name, path, ...methods]) => refused(name, path, methods, false)),
  ...preflights.map(([name, path]) => refused(name, path, ['OPTIONS'], true)),
];
