/** GET /v3/users/{id}/application_credentials: a user's IAM access keys in all projects, without secrets. */

import { json } from '../../../base/http/reply.ts';
import { authorizeKeys } from '../../../core/identity/administration.ts';
import { listIamKeys } from '../../../core/identity/iam-keys.ts';
import { listMemberships } from '../../../core/identity/memberships.ts';
import { rolesOf } from '../../../core/identity/ways.ts';
import { noBody } from '../../operation.ts';
import { applicationCredential } from '../documents/keys.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl, userOfPath } from '../request.ts';

export const listApplicationCredentials = operation({
  name: 'ListApplicationCredentials',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/users/:user/application_credentials',
    policy: 'identity:list_application_credentials',
  },
  body: noBody,
  parse: (view) => ({ user: userOfPath(view), name: view.request.query.get('name') }),
  // Who may depends on whose keys they are.
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    await authorizeKeys(core, actor, input.user);
    const [keys, memberships] = await Promise.all([
      listIamKeys(core, input.user),
      listMemberships(core, input.user),
    ]);
    const rolesIn = new Map(memberships.map((one) => [one.projectId, rolesOf(one)]));
    return keys
      .filter(({ name }) => input.name === undefined || name === input.name)
      .map((key) => ({ key, roles: rolesIn.get(key.projectId) ?? [] }));
  },
  reply: (keys, _input, view) =>
    json(200, {
      application_credentials: keys.map(({ key, roles }) =>
        applicationCredential(key, roles, view.publicUrl),
      ),
      links: listLinks(selfUrl(view)),
    }),
});
