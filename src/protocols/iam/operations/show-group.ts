/** GET /v3/groups/{id}: one group, without its members. */
import { json } from '../../../base/http/reply.ts';
import { asAdministrator } from '../../../core/identity/administration.ts';
import { getGroup } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupDocument } from '../documents/groups.ts';
import { groupOfPath, operation } from '../request.ts';

export const showGroup = operation({
  name: 'ShowGroup',
  route: { methods: ['GET', 'HEAD'], path: '/v3/groups/:group', policy: 'identity:get_group' },
  body: noBody,
  parse: groupOfPath,
  authorize: (_group, actor) => asAdministrator(actor, 'identity.groups.list', 'identity.groups.list'),
  run: ({ core, input }) => getGroup(core, input),
  reply: (group, _input, { publicUrl }) => json(200, { group: groupDocument(group, publicUrl) }),
});
