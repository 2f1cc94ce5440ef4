/** From method and path to an operation of the table: 404 for paths nobody has, 405 for methods a path does not take. */
import findMyWay from 'find-my-way';
import { percentDecode } from '../../base/http/query.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { AnyOperation } from '../operation.ts';
import { ExtError } from './errors.ts';
import type { ExtMethod, ExtRoute, ExtView } from './request.ts';

export type ExtOperation = AnyOperation<ExtView, ExtRoute>;
export type Resolver = (request: RequestView) => { operation: ExtOperation; view: ExtView };

const methods: readonly ExtMethod[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];

/** @throws Error at start-up when two operations have the same method and path. */
export function compileRoutes(operations: readonly ExtOperation[]): Resolver {
  const router = findMyWay();
  for (const operation of operations) {
    for (const method of operation.route.methods) {
      router.on(method, operation.route.path, () => {}, operation);
    }
  }
  const find = (method: ExtMethod, path: string) => router.find(method, path);

  return (request) => {
    // A path that cannot be decoded is wrong input rather than an unknown path.
    percentDecode(request.path);
    const method = methods.find((known) => known === request.method);
    const found = method === undefined ? null : find(method, request.path);
    if (found !== null) {
      return { operation: found.store as ExtOperation, view: { request, segments: found.params } };
    }
    const allowed = methods.filter((other) => find(other, request.path) !== null);
    if (allowed.length === 0) throw new ExtError(404, 'there is nothing at this path');
    throw new ExtError(405, `this path takes ${allowed.join(', ')}`, { Allow: allowed.join(', ') });
  };
}
