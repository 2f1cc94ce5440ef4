/**
 * Owns what a path under `/v1` names: an account, a container in it, or an object in that. Segments are separated first and
 * decoded afterwards, so `%2F` never makes a container; an object name is everything behind its container, as sent.
 */
import { percentDecode } from '../../base/http/query.ts';
import { invalidName, refusePage, refuseSentence } from './errors.ts';

export type Scope = 'account' | 'container' | 'object';

export interface Target {
  readonly scope: Scope;
  /** As in the path, decoded. */
  readonly account: string;
  /** '' above the scope of a container. */
  readonly container: string;
  /** '' above the scope of an object. May have empty, `.` and `..` segments and a slash at its end. */
  readonly object: string;
}

/** The account as a path spells it, not decoded; '' where there is none. */
export function accountInPath(path: string): string {
  return /^\/v1\/([^/]+)/.exec(path)?.[1] ?? '';
}

/**
 * @throws SwiftError 412 without an account or with NUL, 404 for an empty container before an object; MalformedTarget
 */
export function readTarget(path: string): Target {
  const [, , rawAccount = '', rawContainer = '', ...rest] = path.split('/');
  const [account, container, object] = [rawAccount, rawContainer, rest.join('/')].map(percentDecode);
  if (!account) throw refuseSentence(412, 'Bad URL');
  if (path.includes('%00')) throw refuseSentence(412, invalidName);
  if (!container && rest.length > 0) throw refusePage(404);
  if (!container) return { scope: 'account', account, container: '', object: '' };
  if (!object) return { scope: 'container', account, container, object: '' };
  return { scope: 'object', account, container, object };
}
