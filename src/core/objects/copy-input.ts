/** What a copy is asked for, and what it is made from: for copies of objects with bytes of their own and of large ones. */
import type { Key } from '../../engines/meta/meta-store.ts';
import type { SegmentNames } from '../large/shape.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { Loaded } from '../model/draft.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ChecksumAlgorithm, ObjectAttributes, ObjectRecord } from '../model/object-records.ts';
import type { VersionAddress } from '../versions/find.ts';
import type { ReadConditions, WriteConditions } from './conditions.ts';
import type { ObjectInfo } from './info.ts';

export interface CopyObjectInput {
  readonly source: VersionAddress;
  readonly sourceConditions: ReadConditions;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions: WriteConditions;
  /** The new object's attributes from the source's; S3 replaces them all, Swift merges. */
  readonly attributes: (source: ObjectInfo) => ObjectAttributes;
  /** Another checksum than the source's is computed by reading the bytes once. */
  readonly checksum?: ChecksumAlgorithm;
  /** True: encrypted, also in a bucket where not everything is. */
  readonly encrypted?: boolean;
  /** True: a large object's manifest is copied; absent: what it stands for, as an object with bytes of its own. */
  readonly stored?: boolean | undefined;
  /** What the copy stands for instead of its own bytes. */
  readonly standsFor?: SegmentNames | undefined;
  readonly signal: AbortSignal;
}

export interface CopySource extends Loaded<ObjectRecord> {
  readonly bucket: BucketRecord;
  readonly engineKey: Key;
}
