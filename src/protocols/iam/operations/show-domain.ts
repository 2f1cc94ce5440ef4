/** GET /v3/domains/{id}: one domain; a token is all it takes. */
import { json } from '../../../base/http/reply.ts';
import { findDomain } from '../../../core/identity/domains.ts';
import { noBody } from '../../operation.ts';
import { domainDocument } from '../documents/domains.ts';
import { IamError } from '../errors.ts';
import { operation } from '../request.ts';

export const showDomain = operation({
  name: 'ShowDomain',
  route: { methods: ['GET', 'HEAD'], path: '/v3/domains/:domain', policy: 'identity:get_domain' },
  body: noBody,
  parse: ({ segments }) => segments.domain ?? '',
  authorize: 'in-run',
  run: async ({ core, input }) => {
    const domain = await findDomain(core, { id: input });
    if (domain === undefined) throw new IamError(404, `Could not find domain: ${input.slice(0, 300)}.`);
    return domain;
  },
  reply: (domain, _input, { publicUrl }) => json(200, { domain: domainDocument(domain, publicUrl) }),
});
