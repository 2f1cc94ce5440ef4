/** GET /v3/services: the services of the catalog, by `type` and `name`; the catalog is no secret, so a token is all it takes. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { serviceDocuments } from '../documents/catalog.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl } from '../request.ts';

export const listServiceCatalog = operation({
  name: 'ListServiceCatalog',
  route: { methods: ['GET', 'HEAD'], path: '/v3/services', policy: 'identity:list_services' },
  body: noBody,
  parse: ({ request: { query } }) => ({ type: query.get('type'), name: query.get('name') }),
  authorize: 'in-run',
  run: async () => undefined,
  reply: (_none, filter, view) =>
    json(200, {
      services: serviceDocuments(view).filter(
        ({ type, name }) => (filter.type ?? type) === type && (filter.name ?? name) === name,
      ),
      links: listLinks(selfUrl(view)),
    }),
});
