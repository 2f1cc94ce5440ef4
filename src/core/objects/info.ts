/** What use cases tell about an object: its record without the bytes' whereabouts. */
import type { Expiry } from '../lifecycle/rules.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type {
  Checksum,
  ChecksumAlgorithm,
  ObjectAttributes,
  ObjectData,
  ObjectRecord,
} from '../model/object-records.ts';

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
  /** Present: it is made of other objects. */
  readonly large?: LargeInfo;
  /** Size and ETag are those of a large object's manifest, which was asked for instead. */
  readonly stored?: boolean;
  /** When a lifecycle rule makes it go; told by reads and writes of the object itself. */
  readonly expiry?: Expiry;
}

/** `etag`: the MD5 of its segments' entity tags, which is the ETag without the number behind it. */
export type LargeInfo =
  | {
      readonly kind: 'static';
      readonly etag: string;
      /** The MD5 of the stored list. */
      readonly listEtag: string;
    }
  | {
      readonly kind: 'dynamic';
      readonly container: string;
      readonly prefix: string;
      /** Absent where the segments were not looked at: size and ETag are then those of its own body. */
      readonly etag?: string;
    };

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
    ...shapeOf(data, told.etag),
    ...(encryption !== undefined && { encrypted: true }),
  };
}

function shapeOf(data: ObjectData, etag: string): Pick<ObjectInfo, 'partCount' | 'large'> {
  switch (data.kind) {
    case 'segments':
      return {};
    case 'manifest':
      return { partCount: data.partCount };
    case 'static': {
      const { kind, listEtag, partCount } = data;
      return { partCount, large: { kind, listEtag, etag: withoutCount(etag) } };
    }
    case 'dynamic': {
      const { kind, container, prefix } = data;
      return { large: { kind, container, prefix } };
    }
  }
}

/** `<md5>-<count>`: the entity tag of what is made of parts, as S3 prints it. */
export function withCount(md5: string, count: number): string {
  return `${md5}-${count}`;
}

function withoutCount(etag: string): string {
  return etag.slice(0, etag.lastIndexOf('-'));
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
