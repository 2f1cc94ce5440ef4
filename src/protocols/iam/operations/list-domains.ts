/** GET /v3/domains: the domains there are; clients look them up by name, so a token is all it takes. */
import { json } from '../../../base/http/reply.ts';
import { findDomain, inDefaultDomain } from '../../../core/identity/domains.ts';
import { noBody } from '../../operation.ts';
import { domainDocument } from '../documents/domains.ts';
import { listLinks } from '../documents/lists.ts';
import { parseFlag } from '../documents/projects.ts';
import { operation, selfUrl } from '../request.ts';

export const listDomains = operation({
  name: 'ListDomains',
  route: { methods: ['GET', 'HEAD'], path: '/v3/domains', policy: 'identity:list_domains' },
  body: noBody,
  parse: ({ request: { query } }) => ({
    name: query.get('name'),
    enabled: parseFlag(query.get('enabled')) ?? true,
  }),
  authorize: 'in-run',
  run: async ({ core, input: { name, enabled } }) => {
    const domain = await findDomain(core, name === undefined ? inDefaultDomain : { name });
    return domain === undefined || !enabled ? [] : [domain];
  },
  reply: (domains, _filter, view) =>
    json(200, {
      domains: domains.map((domain) => domainDocument(domain, view.publicUrl)),
      links: listLinks(selfUrl(view)),
    }),
});
