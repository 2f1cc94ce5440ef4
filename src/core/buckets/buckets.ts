/** The bucket as use cases tell of it. Each use case has its own file in this folder. */
import type { BucketRecord } from '../model/bucket-records.ts';

export interface BucketInfo extends BucketRecord {
  /** Live counts. */
  readonly objects: number;
  readonly bytes: number;
}

/** `bytes` and `objects` as the counters of a bucket said together with its record. */
export function bucketInfo(record: BucketRecord, objects: bigint, bytes: bigint): BucketInfo {
  return { ...record, objects: Number(objects), bytes: Number(bytes) };
}
