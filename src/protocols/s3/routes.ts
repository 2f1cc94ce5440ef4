/**
 * Owns finding the operation of an S3 request: by method, by whether a bucket or key is named, and by the query names and
 * headers that turn one call into another. Compiled once from the tables; a request only looks up. Refuses guessing: a request
 * that names a sub-resource never becomes the plain operation without it.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import { type S3Error, s3Error } from './errors.ts';
import type { S3View } from './request.ts';

export type S3Scope = 'service' | 'bucket' | 'object';

export interface S3Route {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** A second method of the same call. */
  readonly also?: S3Route['method'];
  readonly scope: S3Scope;
  /** Query names that must all be there; any of them names a sub-resource wherever it appears. */
  readonly query?: readonly string[];
  /** Names of sub-resources that are mere parameters of this operation, as `partNumber` is of GetObject. */
  readonly parameters?: readonly string[];
  /** A header by lower-case name that must be there. */
  readonly header?: string;
}

export interface Routed {
  readonly name: string;
  readonly route: S3Route;
}

/** The operation of a request. @throws S3Error NotImplemented, MethodNotAllowed, InvalidArgument; MalformedTarget */
export type Resolve<Operation> = (view: S3View) => Operation;

/** @throws Error when two served operations have the same shape, or an operation stands in both tables. */
export function compileRoutes<Operation extends Routed>(
  operations: readonly Operation[],
  notYet: readonly Routed[],
): Resolve<Operation> {
  const served = operations.flatMap((operation) => byMethods(operation));
  refuseTwins(served, notYet);
  const candidates: readonly Candidate<Operation>[] = [
    ...served,
    ...notYet.map((operation) => ({ ...operation, serve: undefined })),
  ].sort((a, b) => specificity(b.route) - specificity(a.route));
  const subresources = new Set(candidates.flatMap(({ route }) => route.query ?? []));
  const placeOf = ({ route }: Routed) => `${route.method} ${route.scope}`;
  const byPlace = groupBy(candidates, placeOf);
  /** What a request without sub-resources can be: all that most requests have to be compared with. */
  const plain = groupBy(
    candidates.filter(({ route }) => route.query === undefined),
    placeOf,
  );

  return (view) => {
    const scope = scopeOf(view);
    const { request } = view;
    const named = subresourcesOf(request, subresources);
    const here = (named.length === 0 ? plain : byPlace).get(`${request.method} ${scope}`) ?? [];
    const found = here.find(({ route }) => matches(route, named, request));
    if (found === undefined || leftOver(found.route, named).length > 0) {
      throw refusal(candidates, scope, named, request);
    }
    if (found.serve === undefined) throw notImplemented(candidates, found, request);
    return found.serve;
  };
}

interface Candidate<Operation> extends Routed {
  /** Absent for operations we do not serve. */
  readonly serve: Operation | undefined;
}

/** One candidate for each method of an operation. */
function byMethods<Operation extends Routed>(operation: Operation): Candidate<Operation>[] {
  const { name, route } = operation;
  const methods = route.also === undefined ? [route.method] : [route.method, route.also];
  return methods.map((method) => ({ name, route: { ...route, method }, serve: operation }));
}

export function scopeOf(view: Pick<S3View, 'bucket' | 'key'>): S3Scope {
  if (view.bucket === undefined) return 'service';
  return view.key === undefined ? 'bucket' : 'object';
}

/** More query names win over fewer, and with equally many, a header wins over none. */
function specificity(route: S3Route): number {
  return 2 * (route.query?.length ?? 0) + (route.header === undefined ? 0 : 1);
}

function shapeOf({ method, scope, query = [], header = '' }: S3Route): string {
  return `${method} ${scope} ?${[...query].sort().join('&')} ${header}`;
}

function refuseTwins(served: readonly Routed[], notYet: readonly Routed[]): void {
  const shapes = new Map<string, string>();
  for (const { name, route } of served) {
    const twin = shapes.get(shapeOf(route));
    if (twin !== undefined) throw new Error(`S3 operations ${twin} and ${name} have the same shape`);
    shapes.set(shapeOf(route), name);
  }
  for (const { name, route } of notYet) {
    const twin = shapes.get(shapeOf(route));
    if (twin !== undefined) throw new Error(`S3 operation ${name} is listed as not served beside ${twin}`);
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Each once, in the order received. */
function subresourcesOf(request: RequestView, known: ReadonlySet<string>): readonly string[] {
  if (request.rawQuery === '') return [];
  const named = request.query.entries.filter((entry) => known.has(entry[0]));
  return named.length === 0 ? [] : [...new Set(named.map(([name]) => name))];
}

function matches(route: S3Route, named: readonly string[], request: RequestView): boolean {
  return (
    (route.query?.every((name) => named.includes(name)) ?? true) &&
    (route.header === undefined || request.header(route.header) !== undefined)
  );
}

/** The sub-resources a request names and a route knows nothing of. */
function leftOver({ query = [], parameters = [] }: S3Route, named: readonly string[]): readonly string[] {
  if (named.length === 0) return named;
  return named.filter((name) => !query.includes(name) && !parameters.includes(name));
}

/** Several unserved operations may share a shape; SDKs then tell them apart by `x-id`. */
function notImplemented(candidates: readonly Routed[], found: Routed, request: RequestView): S3Error {
  const wanted = request.rawQuery === '' ? undefined : request.query.get('x-id');
  const shape = shapeOf(found.route);
  const exact = candidates.find(({ name, route }) => name === wanted && shapeOf(route) === shape);
  return s3Error('NotImplemented', `${(exact ?? found).name} is not implemented.`);
}

/** Why no operation fits: a companion is missing, another method would do, or the query names do not go together. */
function refusal(
  candidates: readonly Routed[],
  scope: S3Scope,
  named: readonly string[],
  request: RequestView,
): S3Error {
  const [first] = named;
  const here = candidates.filter(({ route }) => route.scope === scope);
  const incomplete = here.find(
    ({ route: { method, query = [] } }) =>
      first !== undefined && method === request.method && named.every((name) => query.includes(name)),
  );
  if (incomplete !== undefined) {
    const together = incomplete.route.query?.join(' and ');
    return s3Error('InvalidArgument', `The query string parameters ${together} must be given together.`, {
      ArgumentName: first,
    });
  }
  const methods = here
    .filter(({ route }) => matches(route, named, request) && leftOver(route, named).length === 0)
    .map(({ route }) => route.method);
  if (first === undefined || methods.length > 0) {
    return s3Error(
      'MethodNotAllowed',
      undefined,
      { Method: request.method, ResourceType: (first ?? scope).toUpperCase() },
      { Allow: [...new Set(methods)].sort().join(', ') },
    );
  }
  const message =
    named.length > 1
      ? `Conflicting query string parameters: ${named.join(', ')}`
      : `The query string parameter ${first} does not fit this request.`;
  return s3Error('InvalidArgument', message, { ArgumentName: first });
}
