/**
 * From method and path to an operation: both prefixes lead to the same table, 404 for paths nobody has, 405 for methods a
 * path does not take.
 */
import findMyWay from 'find-my-way';
import { percentDecode } from '../../base/http/query.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { describeMethods } from './describe-methods.ts';
import type { CatalogPlace } from './documents/catalog.ts';
import { IamError, MethodNotAllowed } from './errors.ts';
import type { IamMethod, IamOperation, IamView } from './request.ts';

const methods: readonly IamMethod[] = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

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
  const router = findMyWay({ ignoreTrailingSlash: true });
  for (const operation of operations) {
    for (const method of operation.route.methods) {
      router.on(method, operation.route.path, () => {}, operation);
    }
  }
  for (const [path, those] of Map.groupBy(operations, ({ route }) => route.path)) {
    router.on(
      'OPTIONS',
      path,
      () => {},
      describeMethods(
        path,
        those.flatMap(({ route }) => route.methods),
      ),
    );
  }

  const find = (method: string, request: RequestView) => {
    const known = methods.find((one) => one === method);
    const path = request.path.replace(prefix, '') || '/';
    const found = known === undefined ? null : router.find(known, path);
    return found === null ? undefined : { operation: found.store as IamOperation, segments: found.params };
  };
  const allowOf = (request: RequestView) =>
    methods.filter((method) => find(method, request) !== undefined).join(', ');

  return {
    resolve(request) {
      // A path that cannot be decoded is wrong input rather than an unknown path.
      percentDecode(request.path);
      const found = find(request.method, request);
      if (found === undefined) {
        const allow = allowOf(request);
        if (allow === '') throw new IamError(404, 'The resource could not be found.');
        throw new MethodNotAllowed(allow);
      }
      const place = placeOf(request);
      const versionUrl = `${place.publicUrl}${prefix.exec(request.path)?.[0] ?? ''}/v3`;
      const view = { request, segments: found.segments, ...place, versionUrl };
      return { operation: found.operation, view };
    },
    policyOf: (request) => find(request.method, request)?.operation.route.policy ?? '',
  };
}
