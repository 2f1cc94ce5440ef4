/** PATCH /v3/users/{id}: name, description, password, enabled and the like; what is absent stays. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { administeredUser, checkUserChange, existingProject } from '../../../core/identity/administration.ts';
import { updateUser as update } from '../../../core/identity/users.ts';
import { userDocument } from '../documents/users.ts';
import { keepDomain } from '../domain-of-body.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, userOf, userOfPath } from '../request.ts';
import { commonOf, userFields } from '../user-body.ts';

const schema = Type.Object({
  user: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    ...userFields,
  }),
});

export const updateUser = operation({
  name: 'UpdateUser',
  route: { methods: ['PATCH'], path: '/v3/users/:user', policy: 'identity:update_user' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return userOfPath(view);
  },
  // Who may depends on whose account it is.
  authorize: 'in-run',
  run: async ({ core, actor, input, body: { user: wish } }) => {
    const user = await administeredUser(core, actor, input);
    keepDomain(user.domainId, wish.domain_id);
    const { name, default_project_id: home } = wish;
    const change = {
      ...commonOf(wish),
      ...(name === undefined ? {} : { name }),
      ...(home === undefined || home === null ? {} : { defaultProjectId: await existingProject(core, home) }),
    };
    checkUserChange(userOf(actor), user, change);
    return update(core, input, change);
  },
  reply: (user, _input, { publicUrl }) => json(200, { user: userDocument(user, publicUrl) }),
});
