/** Keystone's calls that are known by name and not served yet: 501 to whoever holds a token. */
import { CoreError } from '../../core/errors.ts';
import { noBody } from '../operation.ts';
import type { PathMethod } from '../path-router.ts';
import { type IamOperation, operation } from './request.ts';

const assignment = '/v3/projects/:project/users/:user/roles';

const missing: readonly (readonly [name: string, path: string, ...methods: PathMethod[]])[] = [
  ['ListUsers', '/v3/users', 'GET', 'HEAD'],
  ['CreateUser', '/v3/users', 'POST'],
  ['UpdateUser', '/v3/users/:user', 'PATCH'],
  ['DeleteUser', '/v3/users/:user', 'DELETE'],
  ['ChangePassword', '/v3/users/:user/password', 'POST'],
  ['CreateProject', '/v3/projects', 'POST'],
  ['UpdateProject', '/v3/projects/:project', 'PATCH'],
  ['DeleteProject', '/v3/projects/:project', 'DELETE'],
  ['ListRoles', '/v3/roles', 'GET', 'HEAD'],
  ['ShowRole', '/v3/roles/:role', 'GET', 'HEAD'],
  ['ListRoleAssignments', '/v3/role_assignments', 'GET', 'HEAD'],
  ['ListUserRolesOnProject', assignment, 'GET', 'HEAD'],
  ['AssignRole', `${assignment}/:role`, 'PUT'],
  ['CheckRole', `${assignment}/:role`, 'GET', 'HEAD'],
  ['ValidateS3Signature', '/v3/s3tokens', 'POST'],
  ['ValidateEC2Signature', '/v3/ec2tokens', 'POST'],
  ['UnassignRole', `${assignment}/:role`, 'DELETE'],
];

export const notYet: readonly IamOperation[] = missing.map(([name, path, ...methods]) =>
  operation({
    name,
    route: { methods, path, policy: '' },
    body: noBody,
    parse: () => undefined,
    // Nothing is read or changed, so a token is all it takes to be told so.
    authorize: 'in-run',
    run: async () => {
      throw new CoreError('NotImplemented', { what: name });
    },
    reply: () => ({ status: 501 }),
  }),
);
