/** What use cases tell about an object: its record without the bytes' whereabouts. */
import type { Expiry } from '../lifecycle/rules.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type {
  BucketRecord,
  Checksum,
  ChecksumAlgorithm,
  ObjectAttributes,
  ObjectRecord,
} from '../model/records.ts';

export interface ObjectInfo extends ObjectAttributes {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Absent in a bucket that never had versioning. */
  readonly versionId?: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly size: number;
  /** Unquoted. */
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly storageClass: string;
  /** Parts of a completed multipart upload; absent for objects written whole. */
  readonly partCount?: number;
  /** Whether its bytes are kept encrypted. */
  readonly encrypted?: boolean;
  /** When a lifecycle rule makes it go; told by reads and writes of the object itself. */
  readonly expiry?: Expiry;
}

export function objectInfo(
  bucket: Pick<BucketRecord, 'name' | 'versioning'>,
  key: ObjectKey,
  record: ObjectRecord,
): ObjectInfo {
  const { data, encryption, versionId, sequence: _, ...told } = record;
  return {
    bucket: bucket.name,
    key,
    ...(bucket.versioning !== undefined && { versionId }),
    ...told,
    ...(data.kind === 'manifest' && { partCount: data.partCount }),
    ...(encryption !== undefined && { encrypted: true }),
  };
}

/** The attributes alone, of anything that has them. */
export function attributesOf({
  contentType,
  headers,
  metadata,
  deleteAt,
}: ObjectAttributes): ObjectAttributes {
  return { contentType, headers, metadata, ...(deleteAt !== undefined && { deleteAt }) };
}

/** A digest a client announced for a body: known beforehand, or found in a trailer once the body has ended. */
export interface ExpectedDigest {
  readonly algorithm: 'md5' | 'sha256' | Lowercase<ChecksumAlgorithm>;
  readonly value: Uint8Array | (() => Uint8Array);
}
