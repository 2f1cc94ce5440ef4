/** GET /v3/regions: the regions this server answers for, its own first. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { regionDocuments } from '../documents/catalog.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl } from '../request.ts';

export const listRegions = operation({
  name: 'ListRegions',
  route: { methods: ['GET', 'HEAD'], path: '/v3/regions', policy: 'identity:list_regions' },
  body: noBody,
  parse: () => undefined,
  authorize: 'in-run',
  run: async () => undefined,
  reply: (_none, _input, view) =>
    json(200, {
      regions: regionDocuments(view),
      links: listLinks(selfUrl(view)),
    }),
});
