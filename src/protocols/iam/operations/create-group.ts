/** POST /v3/groups: a group without members yet. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { createGroup as create } from '../../../core/identity/groups.ts';
import { groupDocument } from '../documents/groups.ts';
import { domainOfBody } from '../domain-of-body.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation } from '../request.ts';

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const schema = Type.Object({
  group: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    description: text,
    domain_id: text,
  }),
});

export const createGroup = operation({
  name: 'CreateGroup',
  route: { methods: ['POST'], path: '/v3/groups', policy: 'identity:create_group' },
  body: jsonBody(schema),
  parse: requireJson,
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: async ({ core, body: { group } }) =>
    create(core, {
      name: group.name,
      description: group.description ?? '',
      domainId: await domainOfBody(core, group.domain_id),
    }),
  resource: ({ group }, made) => ({ type: 'Group', name: group.name, id: made?.id }),
  reply: (group, _input, { publicUrl }) => json(201, { group: groupDocument(group, publicUrl) }),
});
