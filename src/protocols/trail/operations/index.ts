/** The calls of the trail. */
import type { TrailOperation } from '../request.ts';
import { deleteDomainTrailDelivery, deleteTrailDelivery } from './delete-trail-delivery.ts';
import { getBucketTrail } from './get-bucket-trail.ts';
import { getDomainTrailDelivery, getTrailDelivery } from './get-trail-delivery.ts';
import { listEvents } from './list-events.ts';
import { putBucketTrail } from './put-bucket-trail.ts';
import { putDomainTrailDelivery, putTrailDelivery } from './put-trail-delivery.ts';

export const operations: readonly TrailOperation[] = [
  listEvents,
  getBucketTrail,
  putBucketTrail,
  getTrailDelivery,
  putTrailDelivery,
  deleteTrailDelivery,
  getDomainTrailDelivery,
  putDomainTrailDelivery,
  deleteDomainTrailDelivery,
];
