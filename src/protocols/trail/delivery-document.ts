/** The configuration of a delivery as clients send and see it. Absent facts are null, so that every answer has the same members. */
import { Type } from 'typebox';
import type { DeliveryRecord } from '../../core/trail/delivery-record.ts';

export const deliverySchema = Type.Object({
  bucket: Type.String(),
  accessKeyId: Type.String(),
  accessKeySecret: Type.Optional(Type.String()),
});

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

export function deliveryDocument(record: DeliveryRecord) {
  const { project, bucket, iamKey, createdAt, modifiedAt, next, last, error } = record;
  return {
    delivery: {
      eventCategory: project === undefined ? 'DOMAIN' : 'PROJECT',
      projectId: project ?? null,
      bucket,
      prefix: project === undefined ? 'trail/domain_event/' : 'trail/project_event/',
      accessKeyId: iamKey,
      createdAt: time(createdAt),
      updatedAt: time(modifiedAt),
      state: error === undefined ? 'active' : 'error',
      error:
        error === undefined
          ? null
          : {
              code: error.code,
              message: error.reason,
              since: time(error.since),
              lastAttempt: time(error.triedAt),
            },
      nextHour: time(next),
      lastDelivery:
        last === undefined
          ? null
          : { hour: time(last.hour), key: last.key, events: last.events, deliveredAt: time(last.at) },
    },
  };
}
