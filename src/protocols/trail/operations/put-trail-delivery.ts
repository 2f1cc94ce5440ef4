/** PutTrailDelivery and PutDomainTrailDelivery: has events delivered into a bucket, in the name of an IAM access key's owner. */
import { json } from '../../../base/http/reply.ts';
import { configureDelivery } from '../../../core/trail/delivery.ts';
import { deliveryDocument, deliverySchema } from '../delivery-document.ts';
import { type DeliveryScope, ofDomain, ofProject } from '../delivery-scope.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { bucketNamed, operation, requireNoQuery, userOf } from '../request.ts';

function putDelivery(name: string, scope: DeliveryScope) {
  return operation({
    name,
    route: { methods: ['PUT'], path: scope.path },
    body: jsonBody(deliverySchema),
    parse(view) {
      requireNoQuery(view);
      requireJson(view);
    },
    authorize: (_, actor) => scope.mayChange(actor),
    run: ({ core, actor, body }) =>
      configureDelivery(core, userOf(actor), {
        project: scope.project(actor),
        bucket: bucketNamed(body.bucket),
        iamKey: body.accessKeyId,
        secret: body.accessKeySecret,
      }),
    reply: (delivery) => json(200, deliveryDocument(delivery)),
    resource: ({ bucket }) => ({ type: 'TrailDelivery', name: bucket }),
  });
}

export const putTrailDelivery = putDelivery('PutTrailDelivery', ofProject);
export const putDomainTrailDelivery = putDelivery('PutDomainTrailDelivery', ofDomain);
