/** GetTrailDelivery and GetDomainTrailDelivery: where events are delivered, and how that goes. */
import { json } from '../../../base/http/reply.ts';
import { readDelivery } from '../../../core/trail/delivery.ts';
import { noBody } from '../../operation.ts';
import { deliveryDocument } from '../delivery-document.ts';
import { type DeliveryScope, noDelivery, ofDomain, ofProject } from '../delivery-scope.ts';
import { TrailError } from '../errors.ts';
import { operation, requireNoQuery } from '../request.ts';

function getDelivery(name: string, scope: DeliveryScope) {
  return operation({
    name,
    route: { methods: ['GET', 'HEAD'], path: scope.path },
    body: noBody,
    parse: requireNoQuery,
    authorize: (_, actor) => scope.mayRead(actor),
    async run({ core, actor }) {
      const delivery = await readDelivery(core, scope.project(actor));
      if (delivery === undefined) throw new TrailError(404, noDelivery);
      return delivery;
    },
    reply: (delivery) => json(200, deliveryDocument(delivery)),
  });
}

export const getTrailDelivery = getDelivery('GetTrailDelivery', ofProject);
export const getDomainTrailDelivery = getDelivery('GetDomainTrailDelivery', ofDomain);
