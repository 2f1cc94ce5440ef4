/**
 * The body of a token request, taken apart with Keystone's own words for what is missing (wire page, section 1): who proves
 * what by which method, and for which project.
 */

import { CoreError } from '../../core/errors.ts';
import type { DomainReference } from '../../core/identity/domains.ts';
import type { IamKeyReference } from '../../core/identity/issue-token.ts';
import type { ProjectReference } from '../../core/identity/projects.ts';
import type { UserReference } from '../../core/identity/users.ts';
import { isObject, type JsonObject } from '../json-body.ts';
import { expecting, IamError } from './errors.ts';

export type TokenRequest =
  | { readonly method: 'application_credential'; readonly key: IamKeyReference; readonly secret: string }
  | {
      readonly method: 'password';
      readonly user: UserReference;
      readonly password: string;
      readonly project?: ProjectReference | 'unscoped';
    }
  | { readonly method: 'token'; readonly token: string; readonly project?: ProjectReference };

const methods = ['application_credential', 'password', 'token'] as const;
type Method = (typeof methods)[number];

/** @throws IamError 400, 401; CoreError Unauthenticated */
export function parseTokenRequest(body: JsonObject): TokenRequest {
  const auth = objectIn(body, 'auth', 'request body');
  const identity = objectIn(auth, 'identity', 'auth');
  const method = methodOf(identity);
  const proof = objectIn(identity, method, 'identity');
  if (method === 'application_credential') {
    refuseScope(auth);
    return { method, key: keyOf(proof), secret: secretOf(proof) };
  }
  const project = scopeOf(auth);
  const scope = project === undefined ? {} : { project };
  if (method === 'token') {
    const token = textIn(proof, 'id', 'token');
    return project === undefined || project === 'unscoped' ? { method, token } : { method, token, project };
  }
  const user = objectIn(proof, 'user', 'password');
  return { method, user: userOf(user), password: textIn(user, 'password', 'user'), ...scope };
}

/** One method: more would have to agree on one user, and no client sends them. */
function methodOf(identity: JsonObject): Method {
  const { methods: named } = identity;
  if (!Array.isArray(named)) throw expecting('methods', 'identity');
  const distinct = new Set<unknown>(named);
  const [first] = distinct;
  if (first === undefined) throw unauthenticated('no method');
  const method = methods.find((one) => one === first);
  if (distinct.size > 1 || method === undefined) {
    throw new IamError(401, 'Attempted to authenticate with an unsupported method.', {
      members: { identity: { methods } },
    });
  }
  return method;
}

/** A key's tokens are for the key's own project. */
function refuseScope(auth: JsonObject): void {
  if (auth.scope === undefined) return;
  const message =
    'Error authenticating with application credential: Application credentials cannot request a scope.';
  throw new IamError(401, message, { members: { identity: {} } });
}

/** If id and name are given, the id wins and the user is not looked at. */
function keyOf(proof: JsonObject): IamKeyReference {
  const where = 'application credential';
  if (proof.id !== undefined) return { id: textIn(proof, 'id', where) };
  if (proof.name === undefined) throw expecting('name or ID', where);
  const name = textIn(proof, 'name', where);
  return { name, user: userOf(objectIn(proof, 'user', where)) };
}

/** Missing is as wrong. */
function secretOf(proof: JsonObject): string {
  if (proof.secret === undefined) throw unauthenticated('no secret');
  return textIn(proof, 'secret', 'application credential');
}

function userOf(user: JsonObject): UserReference {
  if (user.id !== undefined) return { id: textIn(user, 'id', 'user') };
  if (user.name === undefined) throw expecting('name or ID', 'user');
  return { name: textIn(user, 'name', 'user'), domain: domainOf(user, 'user') };
}

function domainOf(named: JsonObject, where: string): DomainReference {
  const domain = objectIn(named, 'domain', where);
  if (domain.id !== undefined) return { id: textIn(domain, 'id', 'domain') };
  if (domain.name === undefined) throw expecting('name or ID', 'domain');
  return { name: textIn(domain, 'name', 'domain') };
}

/** Undefined: none asked for. Domains and the system have no roles here, so a scope of theirs is refused as one without rights. */
function scopeOf({ scope }: JsonObject): ProjectReference | 'unscoped' | undefined {
  if (scope === undefined || scope === 'unscoped') return scope;
  if (!isObject(scope)) throw expecting('project', 'scope');
  if (scope.unscoped !== undefined) return 'unscoped';
  if (scope.project === undefined) {
    if (Object.keys(scope).length === 0) throw expecting('project', 'scope');
    throw unauthenticated('no roles in that scope');
  }
  const project = objectIn(scope, 'project', 'scope');
  if (project.id !== undefined) return { id: textIn(project, 'id', 'project') };
  if (project.name === undefined) throw expecting('name or ID', 'project');
  return { name: textIn(project, 'name', 'project'), domain: domainOf(project, 'project') };
}

function objectIn(parent: JsonObject, name: string, where: string): JsonObject {
  const value = parent[name];
  if (!isObject(value)) throw expecting(name, where);
  return value;
}

function textIn(parent: JsonObject, name: string, where: string): string {
  const value = parent[name];
  if (typeof value !== 'string') throw expecting(name, where);
  return value;
}

function unauthenticated(reason: string): CoreError {
  return new CoreError('Unauthenticated', { reason });
}
