/** DeleteTrailDelivery and DeleteDomainTrailDelivery: no more events are delivered; what was delivered stays. */
import { removeDelivery } from '../../../core/trail/delivery.ts';
import { noBody } from '../../operation.ts';
import { type DeliveryScope, noDelivery, ofDomain, ofProject } from '../delivery-scope.ts';
import { TrailError } from '../errors.ts';
import { operation, requireNoQuery } from '../request.ts';

function deleteDelivery(name: string, scope: DeliveryScope) {
  return operation({
    name,
    route: { methods: ['DELETE'], path: scope.path },
    body: noBody,
    parse: requireNoQuery,
    authorize: (_, actor) => scope.mayChange(actor),
    async run({ core, actor }) {
      if (!(await removeDelivery(core, scope.project(actor)))) throw new TrailError(404, noDelivery);
    },
    reply: () => ({ status: 204 }),
  });
}

export const deleteTrailDelivery = deleteDelivery('DeleteTrailDelivery', ofProject);
export const deleteDomainTrailDelivery = deleteDelivery('DeleteDomainTrailDelivery', ofDomain);
