/** GET /v3/endpoints: the endpoints of all services, by `service_id`, `interface` and `region_id`. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { endpointDocuments } from '../documents/catalog.ts';
import { listLinks } from '../documents/lists.ts';
import { operation, selfUrl } from '../request.ts';

export const listEndpoints = operation({
  name: 'ListEndpoints',
  route: { methods: ['GET', 'HEAD'], path: '/v3/endpoints', policy: 'identity:list_endpoints' },
  body: noBody,
  parse: ({ request: { query } }) => ({
    service: query.get('service_id'),
    kind: query.get('interface'),
    region: query.get('region_id') ?? query.get('region'),
  }),
  authorize: 'in-run',
  run: async () => undefined,
  reply: (_none, filter, view) =>
    json(200, {
      endpoints: endpointDocuments(view).filter(
        (one) =>
          (filter.service ?? one.service_id) === one.service_id &&
          (filter.kind ?? one.interface) === one.interface &&
          (filter.region ?? one.region_id) === one.region_id,
      ),
      links: listLinks(selfUrl(view)),
    }),
});
