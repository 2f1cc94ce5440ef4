/**
 * What is persisted of objects, their versions and uploads, as types; in bytes and under which keys: `codecs.ts` and `keys.ts`
 * (docs/formats.md describes both). Times are milliseconds since the epoch.
 */

import type { BlobId } from '../../engines/blob/blob-store.ts';
import type { BucketName, ObjectKey, UploadId, UserId } from './names.ts';

/**
 * A stretch of an object's bytes: held in the record itself, or a range of a blob (`offset` and `length` in bytes). With `sealed`
 * the record or the blob has the stretch in encrypted frames (core/crypt/frames.ts); offset and length are still of plain bytes.
 */
export type Segment =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly sealed?: SealedStretch }
  | {
      readonly kind: 'blob';
      readonly blob: BlobId;
      readonly offset: number;
      readonly length: number;
      readonly sealed?: SealedStretch;
    };

export interface SealedStretch {
  /** The stretch's own key, wrapped by the data key of the object or upload that the record belongs to. */
  readonly key: Uint8Array;
  /** Plain bytes of the whole stretch, also where only a range of it is meant. */
  readonly size: number;
}

/** Present: all bytes of the object (or upload) are encrypted. */
export interface ObjectEncryption {
  /** The object's data key, wrapped by its bucket's key. */
  readonly key: Uint8Array;
}

/**
 * Where bytes of an object's own are: in a few segments, or in a manifest of its own record(s), which copies share by reference.
 * Each record holding a blob segment counts one reference on that blob; each record naming a manifest, one on the manifest.
 */
export type OwnData =
  | { readonly kind: 'segments'; readonly segments: readonly Segment[] }
  | { readonly kind: 'manifest'; readonly manifest: string; readonly partCount: number };

/** What an object is made of: bytes of its own, or other objects (docs/decisions/0011). */
export type ObjectData = OwnData | StaticManifest | DynamicManifest;

/** Swift's static large object: a list of other objects, by name (`core/large/entries.ts`). The record's size and ETag are the whole's. */
export interface StaticManifest {
  readonly kind: 'static';
  /** The bytes of the list. */
  readonly list: readonly Segment[];
  /** Bytes of the list, and their MD5 in hex. */
  readonly listSize: number;
  readonly listEtag: string;
  /** Entries of the list. */
  readonly partCount: number;
}

/** Swift's dynamic large object: whatever a listing finds when it is read. The record's size and ETag are those of its own bytes. */
export interface DynamicManifest {
  readonly kind: 'dynamic';
  readonly own: OwnData;
  /** A bucket of the same project, if there is one. */
  readonly container: string;
  readonly prefix: string;
}

/** One part of a completed multipart upload, as kept in its manifest. */
export interface ManifestPart {
  readonly number: number;
  readonly size: number;
  readonly checksum?: string;
  readonly segments: readonly Segment[];
}

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** `value` in base64, with `-N` behind it for composite ones, as S3 prints it. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly value: string;
}

/** Content headers kept with an object and given back with it. */
export interface ContentHeaders {
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** As sent; not interpreted. */
  readonly expires?: string;
  /** X-Robots-Tag, which Swift keeps with an object. */
  readonly robotsTag?: string;
}

/** Lower-case names to values; S3's `x-amz-meta-` and Swift's `X-Object-Meta-` are two spellings of it. */
export type Metadata = Readonly<Record<string, string>>;

/** What a writer says about an object beside its bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly headers: ContentHeaders;
  readonly metadata: Metadata;
  /** Swift's X-Delete-At, in seconds since the epoch. */
  readonly deleteAt?: number;
}

export interface ObjectRecord extends ObjectAttributes {
  readonly versionId: string;
  readonly modifiedAt: number;
  readonly size: number;
  /** Unquoted: MD5 in hex, or for what is made of parts (multipart uploads, static large objects) `<hex>-<parts>`. */
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly storageClass: string;
  readonly data: ObjectData;
  readonly encryption?: ObjectEncryption;
  /** Its place among the versions of its key, later ones being greater; absent: written while versioning was off (`sequenceOf`). */
  readonly sequence?: number;
}

/** What a put brings; its place among the versions of its key is decided when it is committed. */
export type NewObject = Omit<ObjectRecord, 'versionId' | 'sequence'>;

/** What stands behind the current object of a key, or in its place: an object that is no longer current, or a delete marker. */
export type Behind =
  | {
      readonly kind: 'object';
      readonly object: ObjectRecord;
      /** When its successor came. */
      readonly noncurrentAt: number;
    }
  | { readonly kind: 'marker'; readonly versionId: string; readonly modifiedAt: number };

export interface VersionRecord {
  readonly behind: Behind;
}

/** Of a key that has anything behind it; whoever changes what is at the key checks it, and so they take turns. */
export interface VersionHead {
  /** How many there are behind, 1 or more. */
  readonly count: number;
  /** No sequence behind is or was greater. */
  readonly newest: number;
  /** The sequence of the null version or null marker, when that is behind. */
  readonly nullAt?: number;
}

export interface UploadRecord extends ObjectAttributes {
  readonly id: UploadId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly initiatorId: UserId;
  readonly startedAt: number;
  readonly storageClass: string;
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'>;
  readonly encryption?: ObjectEncryption;
}

export interface PartRecord {
  readonly number: number;
  readonly size: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly checksum?: Checksum;
  readonly segments: readonly Segment[];
}
