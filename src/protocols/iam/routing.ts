/**
 * From method and path to an operation: both prefixes lead to the same table, 404 for paths nobody has, 405 for methods a
 * path does not take.
 */
import { MalformedTarget } from '../../base/http/query.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { compilePaths } from '../path-router.ts';
import { describeMethods } from './describe-methods.ts';
import type { CatalogPlace } from './documents/catalog.ts';
import { IamError, MethodNotAllowed } from './errors.ts';
import type { IamOperation, IamView } from './request.ts';

const prefix = /^\/identity(?=\/|$)/;

/** `/identity`, `/identity/v3`, `/v3` and what lies below; and `/` of a host whose first label is `iam`. */
export function isIdentityPath(request: RequestView): boolean {
  if (prefix.test(request.path) || /^\/v3(?=\/|$)/.test(request.path)) return true;
  return request.path === '/' && /^iam\./i.test(request.header('host') ?? '');
}

export interface Resolver {
  /** @throws IamError 404, MethodNotAllowed, MalformedTarget */
  resolve(request: RequestView): { operation: IamOperation; view: IamView };
  /** The operation's policy name for a 403; '' where there is no operation. */
  policyOf(request: RequestView): string;
}

/** @throws Error at start-up when two operations have the same method and path. */
export function compileRoutes(
  operations: readonly IamOperation[],
  placeOf: (request: RequestView) => CatalogPlace,
): Resolver {
  const paths = Map.groupBy(operations, ({ route }) => route.path);
  const describing = [...paths].map(([path, those]) =>
    describeMethods(
      path,
      those.flatMap(({ route }) => route.methods),
    ),
  );
  const find = compilePaths([...operations, ...describing], { ignoreTrailingSlash: true });
  const match = ({ method, path }: RequestView) => find(method, path.replace(prefix, '') || '/');

  return {
    resolve(request) {
      const { operation, segments, allow } = match(request);
      if (operation === undefined) {
        if (allow.length === 0) throw new IamError(404, 'The resource could not be found.');
        throw new MethodNotAllowed(allow.join(', '));
      }
      const place = placeOf(request);
      const versionUrl = `${place.publicUrl}${prefix.exec(request.path)?.[0] ?? ''}/v3`;
      return { operation, view: { request, segments, ...place, versionUrl } };
    },
    policyOf(request) {
      try {
        return match(request).operation?.route.policy ?? '';
      } catch (error) {
        if (error instanceof MalformedTarget) return '';
        throw error;
      }
    },
  };
}
