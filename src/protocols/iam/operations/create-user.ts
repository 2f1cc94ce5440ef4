/**
 * POST /v3/users: a user, or with `"kind": "service_account"` an account for programs, which has keys and no password. A
 * project's administrators may create service accounts at home in their project (`default_project_id`).
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { asAdministrator, checkNewUser, existingProject } from '../../../core/identity/administration.ts';
import { createUser as create } from '../../../core/identity/users.ts';
import { userDocument } from '../documents/users.ts';
import { domainOfBody } from '../domain-of-body.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, userOf } from '../request.ts';
import { commonOf, userFields } from '../user-body.ts';

const schema = Type.Object({
  user: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    kind: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('service_account')])),
    ...userFields,
  }),
});

export const createUser = operation({
  name: 'CreateUser',
  route: { methods: ['POST'], path: '/v3/users', policy: 'identity:create_user' },
  body: jsonBody(schema),
  parse: requireJson,
  authorize: (_input, actor) => asAdministrator(actor, 'identity.users.manage', 'identity.accounts.manage'),
  run: async ({ core, actor, body: { user } }) => {
    const { name, kind, default_project_id: home } = user;
    const wish = checkNewUser(userOf(actor), {
      name,
      ...commonOf(user),
      ...(kind === undefined ? {} : { kind }),
      ...(home === undefined || home === null ? {} : { defaultProjectId: await existingProject(core, home) }),
    });
    return create(core, { ...wish, domainId: await domainOfBody(core, user.domain_id) });
  },
  resource: ({ user }, made) => ({ type: 'User', name: user.name, id: made?.id }),
  reply: (user, _input, { publicUrl }) => json(201, { user: userDocument(user, publicUrl) }),
});
