/** GET /v3/users/{id}/application_credentials: a user's IAM access keys in all projects, without secrets. */
import { json } from '../../../base/http/reply.ts';
import { listIamKeys } from '../../../core/identity/iam-keys.ts';
import { listMemberships } from '../../../core/identity/memberships.ts';
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
  authorize: ({ user }) => [{ action: 'identity.keys.manage', user }],
  run: async ({ core, input }) => {
    const [keys, memberships] = await Promise.all([
      listIamKeys(core, input.user),
      listMemberships(core, input.user),
    ]);
    const rolesIn = new Map(memberships.map(({ projectId, roles }) => [projectId, roles]));
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
