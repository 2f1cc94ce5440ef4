/** Owns finding the operation of a request: by what its path names and its method, compiled once from the operation table. */
import type { RequestView } from '../../base/http/request-view.ts';
import { refusePage, refuseSentence } from './errors.ts';
import type { SwiftOperation } from './swift-operation.ts';
import { readTarget, type Scope, type Target } from './target.ts';

export interface Routed {
  readonly operation: SwiftOperation;
  readonly target: Target;
}

/** A place that has operations: methods to operations, those that want more than the method first. */
type Methods = Map<string, SwiftOperation[]>;

/** What the paths outside `/v1` name, as far as an operation is concerned: nothing. */
const nowhere: Target = { scope: 'account', account: '', container: '', object: '' };

/** @throws Error when two operations have one route */
export function compileRoutes(operations: readonly SwiftOperation[]): (request: RequestView) => Routed {
  const scopes = new Map<Scope, Methods>();
  const paths = new Map<string, Methods>();
  for (const operation of operations) {
    const { route } = operation;
    const methods =
      'scope' in route ? entry(scopes, route.scope, emptyMethods) : entry(paths, route.path, emptyMethods);
    const candidates = entry(methods, route.method, (): SwiftOperation[] => []);
    if (candidates.some((other) => markOf(other) === markOf(operation))) {
      throw new Error(`${operation.name} has the route of another operation`);
    }
    candidates.push(operation);
    candidates.sort((a, b) => Number(markOf(b) !== '') - Number(markOf(a) !== ''));
  }
  return (request) => {
    const methods = paths.get(request.path.replace(/^(\/auth\/v1\.0)\/$/, '$1'));
    if (methods !== undefined) return { operation: choose(methods, request), target: nowhere };
    if (!request.path.startsWith('/v1/')) throw refuseSentence(412, 'Bad URL');
    const target = readTarget(request.path);
    return { operation: choose(scopes.get(target.scope) ?? new Map(), request), target };
  };
}

/** @throws SwiftError 405 */
function choose(methods: Methods, request: RequestView): SwiftOperation {
  const found = methods.get(request.method)?.find(({ route }) => {
    if (!('scope' in route)) return true;
    const { header, query, value } = route;
    if (header !== undefined && !request.header(header)) return false;
    if (query === undefined) return true;
    const given = request.rawQuery === '' ? undefined : request.query.get(query);
    return given !== undefined && (value === undefined || given.toLowerCase() === value);
  });
  if (found === undefined) throw refusePage(405, { Allow: [...methods.keys()].join(', ') });
  return found;
}

/** What a route wants beside its place and method; '' for nothing. */
function markOf({ route }: SwiftOperation): string {
  if (!('scope' in route)) return '';
  const { header = '', query, value = '' } = route;
  return `${header}${query === undefined ? '' : `?${query}=${value}`}`;
}

function emptyMethods(): Methods {
  return new Map();
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
