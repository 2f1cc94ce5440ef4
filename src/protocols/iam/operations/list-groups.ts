/** GET /v3/groups: all groups, for service administrators and for those of projects, who grant buckets to them. */
import { json } from '../../../base/http/reply.ts';
import { asAdministrator } from '../../../core/identity/administration.ts';
import { listGroups as list } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupList } from '../documents/groups.ts';
import { operation, selfUrl } from '../request.ts';

export const listGroups = operation({
  name: 'ListGroups',
  route: { methods: ['GET', 'HEAD'], path: '/v3/groups', policy: 'identity:list_groups' },
  body: noBody,
  parse: ({ request: { query } }) => ({ name: query.get('name'), domain: query.get('domain_id') }),
  authorize: (_filter, actor) => asAdministrator(actor, 'identity.groups.list', 'identity.groups.list'),
  run: async ({ core, input: { name, domain } }) =>
    (await list(core)).filter(
      (group) =>
        (name === undefined || group.name === name) && (domain === undefined || group.domainId === domain),
    ),
  reply: (groups, _filter, view) => json(200, groupList(groups, view.publicUrl, selfUrl(view))),
});
