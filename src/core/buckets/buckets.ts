/** Signatures of the bucket use cases, each in its own file of this folder:
 * create.ts  createBucket(core, actor: UserActor, { name: BucketName; project?: ProjectId; metadata?: Metadata }): Promise<BucketInfo>   @throws BucketExists
 * get.ts     getBucket(core, name): Promise<BucketInfo>                                        @throws NoSuchBucket
 * list.ts    listBuckets(core, { project: ProjectId; prefix?; after?; before?; limit; reverse? }): Promise<{ buckets: BucketInfo[]; truncated: boolean }>
 * delete.ts  deleteBucket(core, name): Promise<void>                                           @throws NoSuchBucket, BucketNotEmpty
 * update.ts  updateBucket(core, name, change: (b: BucketRecord) => Partial<Pick<BucketRecord, 'metadata' | 'grants'>>): Promise<BucketInfo>
 * project.ts projectUsage(core, project): Promise<{ buckets: number; objects: number; bytes: number; metadata: Metadata; createdAt: number }>
 *            updateProjectMetadata(core, project, change: (m: Metadata) => Metadata): Promise<void>
 */
import type { BucketRecord } from '../model/records.ts';

export interface BucketInfo extends BucketRecord {
  /** Live counts. */
  readonly objects: number;
  readonly bytes: number;
}
