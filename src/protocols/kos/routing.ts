/** From a request to an operation of the table: 404 for paths nobody has, 405 for methods a path does not take. */

import { percentDecode } from '../../base/http/query.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { compilePaths } from '../path-router.ts';
import { KosError } from './errors.ts';
import type { KosOperation } from './request.ts';

const prefixes = ['/kos', '/internal'];

/** Whether a path is this door's, plain or percent-encoded. */
export function isKosPath(path: string): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

export type Resolver = (request: RequestView) => {
  operation: KosOperation;
  segments: Readonly<Record<string, string | undefined>>;
};

/** A percent-encoded KRN is some 150 characters, a session token some 300. */
const longestSegment = 1024;

/** @throws Error at start-up when two operations have the same method and path. */
export function compileRoutes(operations: readonly KosOperation[]): Resolver {
  const find = compilePaths(operations, { maxParamLength: longestSegment });
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  return ({ method, path }) => {
    const { operation, segments, allow } = find(method, path);
    const found = operation && byName.get(operation.name);
    if (found !== undefined) return { operation: found, segments };
    if (allow.length === 0) throw new KosError(404, 'there is nothing at this path');
    // Preflights of the console's pages are answered on every path, before any operation is looked for.
    const methods = [...allow, 'OPTIONS'].join(', ');
    throw new KosError(405, `this path takes ${methods}`, { headers: { Allow: methods } });
  };
}

const sessions = /^((?:\/internal)?\/kos\/v1\/+sessions\/+[^/]*\/+).+$/i;

/** As long as a session token is, and nothing else that a path names: also where a token is not expected. */
const tokens = /[A-Za-z0-9_-]{80,}/g;

/** The path without the session tokens that Krutrim's calls have in it. */
export function shownPath(path: string): string {
  return shownSessions(path).replaceAll(tokens, '***');
}

function shownSessions(path: string): string {
  if (!/sessions|%/i.test(path)) return path;
  const [, head] = sessions.exec(path) ?? sessions.exec(decodedPath(path) ?? '') ?? [];
  if (head !== undefined) return `${head}***`;
  // What cannot be decoded reaches no operation, and cannot be told from a token.
  return decodedPath(path) === undefined ? `${path.slice(0, path.indexOf('%'))}...` : path;
}

function decodedPath(path: string): string | undefined {
  try {
    return percentDecode(path);
  } catch {
    return undefined;
  }
}
