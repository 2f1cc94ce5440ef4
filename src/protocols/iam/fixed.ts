/**
 * Keystone's calls that would change what is fixed here: there is one domain, and what the roles allow is a table of the product. 403
 * with the reason to whoever holds a token, so that a script's author reads it.
 */
import { noBody } from '../operation.ts';
import type { PathMethod } from '../path-router.ts';
import { IamError } from './errors.ts';
import { type IamOperation, operation } from './request.ts';

const domains = 'There is one domain, Default: domains are not created, changed or deleted here.';
const roles = 'The roles and what they allow are fixed: roles are not created, changed or deleted here.';

const calls: readonly (readonly [name: string, method: PathMethod, path: string, reason: string])[] = [
  ['CreateDomain', 'POST', '/v3/domains', domains],
  ['UpdateDomain', 'PATCH', '/v3/domains/:domain', domains],
  ['DeleteDomain', 'DELETE', '/v3/domains/:domain', domains],
  ['CreateRole', 'POST', '/v3/roles', roles],
  ['UpdateRole', 'PATCH', '/v3/roles/:role', roles],
  ['DeleteRole', 'DELETE', '/v3/roles/:role', roles],
];

export const fixed: readonly IamOperation[] = calls.map(([name, method, path, reason]) =>
  operation({
    name,
    route: { methods: [method], path, policy: '' },
    body: noBody,
    parse: () => undefined,
    // Nothing is read or changed, so a token is all it takes to be told so.
    authorize: 'in-run',
    run: async () => {
      throw new IamError(403, reason);
    },
    reply: () => ({ status: 403 }),
  }),
);
