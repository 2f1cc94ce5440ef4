/**
 * Routing by method and path for the protocols whose calls are told apart by nothing else. Owns the matching alone; each
 * protocol says in its own words that a path is unknown or takes other methods.
 */
import findMyWay from 'find-my-way';
import { percentDecode } from '../base/http/query.ts';
import type { AnyOperation } from './operation.ts';

export const pathMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
export type PathMethod = (typeof pathMethods)[number];

export interface PathRoute {
  readonly methods: readonly PathMethod[];
  /** Case-sensitive, `:name` for a segment, e.g. `/v1_ext/bucket/:name`. */
  readonly path: string;
}

export interface PathMatch<Operation> {
  /** Undefined when no operation has this path with this method. */
  readonly operation: Operation | undefined;
  /** The named segments, decoded; a segment may be empty. */
  readonly segments: Readonly<Record<string, string | undefined>>;
  /** The methods the path takes, in the order of `pathMethods`, for `Allow`; none when nobody has the path. */
  readonly allow: readonly PathMethod[];
}

/** Throws MalformedTarget: a path that cannot be decoded is wrong input rather than an unknown path. */
export type PathRouter<Operation> = (method: string, path: string) => PathMatch<Operation>;

/** Longer than any path Node lets in: what a segment may be is for who reads it to say, not for the router to hide. */
const longestSegment = 64 * 1024;

/** @throws Error at start-up when two operations have the same method and path. */
export function compilePaths<View, Route extends PathRoute>(
  operations: readonly AnyOperation<View, Route>[],
  options: { readonly ignoreTrailingSlash?: boolean; readonly maxParamLength?: number } = {},
): PathRouter<AnyOperation<View, Route>> {
  const router = findMyWay({ maxParamLength: longestSegment, ...options });
  for (const operation of operations) {
    for (const method of operation.route.methods) {
      router.on(method, operation.route.path, () => {}, operation);
    }
  }

  const methodsOf = (path: string) => pathMethods.filter((one) => router.find(one, path) !== null);

  return (method, path) => {
    percentDecode(path);
    const known = pathMethods.find((one) => one === method);
    const found = known === undefined ? null : router.find(known, path);
    if (found === null) return { operation: undefined, segments: {}, allow: methodsOf(path) };
    return {
      operation: found.store as AnyOperation<View, Route>,
      segments: found.params,
      get allow() {
        return methodsOf(path);
      },
    };
  };
}
