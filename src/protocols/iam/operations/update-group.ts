/** PATCH /v3/groups/{id}: name and description. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { updateGroup as update } from '../../../core/identity/groups.ts';
import { groupDocument } from '../documents/groups.ts';
import { keepDomain } from '../domain-of-body.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { groupOfPath, operation } from '../request.ts';

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const schema = Type.Object({
  group: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    description: text,
    domain_id: text,
  }),
});

export const updateGroup = operation({
  name: 'UpdateGroup',
  route: { methods: ['PATCH'], path: '/v3/groups/:group', policy: 'identity:update_group' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return groupOfPath(view);
  },
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: async ({ core, input, body: { group } }) => {
    const { name, description, domain_id } = group;
    keepDomain('default', domain_id);
    return update(core, input, {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description: description ?? '' }),
    });
  },
  reply: (group, _input, { publicUrl }) => json(200, { group: groupDocument(group, publicUrl) }),
});
