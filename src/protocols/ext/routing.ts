/** From a request to an operation of the table: 404 for paths nobody has, 405 for methods a path does not take. */
import type { RequestView } from '../../base/http/request-view.ts';
import { compilePaths } from '../path-router.ts';
import { ExtError } from './errors.ts';
import type { ExtOperation, ExtView } from './request.ts';

export type Resolver = (request: RequestView) => { operation: ExtOperation; view: ExtView };

/** @throws Error at start-up when two operations have the same method and path. */
export function compileRoutes(operations: readonly ExtOperation[]): Resolver {
  const find = compilePaths(operations);
  return (request) => {
    const { operation, segments, allow } = find(request.method, request.path);
    if (operation !== undefined) return { operation, view: { request, segments } };
    if (allow.length === 0) throw new ExtError(404, 'there is nothing at this path');
    // Preflights of the console's pages are answered on every path, before any operation is looked for.
    const methods = [...allow, 'OPTIONS'].join(', ');
    throw new ExtError(405, `this path takes ${methods}`, { headers: { Allow: methods } });
  };
}
