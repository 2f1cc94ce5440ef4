/** What the trail records of a bucket, as clients send and see it: `service` stands for what the service is set to. */
import { Type } from 'typebox';
import type { BucketRecord } from '../../core/model/bucket-records.ts';

const choices = ['service', 'all', 'failures', 'none'] as const;

export const bucketSchema = Type.Object({ objectReads: Type.Enum([...choices]) });

export function bucketDocument(bucket: Pick<BucketRecord, 'name' | 'objectReads'>) {
  return { bucket: bucket.name, objectReads: bucket.objectReads ?? 'service' };
}
