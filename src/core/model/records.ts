/**
 * What is persisted, as types. How each is laid out in bytes, and under which key, is `codecs.ts` and `keys.ts`
 * (docs/formats.md describes both). Times are milliseconds since the epoch.
 */
import type { BlobId } from '../../engines/blob/blob-store.ts';
import type { ConditionKey, ConditionOperator } from '../access/policy-conditions.ts';
import type { Role } from '../access/roles.ts';
import type { BucketName, ObjectKey, ProjectId, UploadId, UserId } from './names.ts';
import type { Tags } from './tags.ts';

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

/** Who a grant speaks for. A role group is the bearers of a role in the bucket's project. */
export interface GrantMember {
  readonly type: 'user' | 'service_account' | 'group' | 'role_group' | 'project_users' | 'all_users';
  readonly id: string;
}

export interface Grant {
  readonly id: string;
  readonly role: Role;
  readonly member: GrantMember;
  /**
   * The user was not of the bucket's project when the grant was made. Such a grant speaks from whichever project the user comes;
   * any other speaks only through keys and tokens of the bucket's project, which die when the user leaves it (DESIGN 5).
   */
  readonly outsider?: boolean;
}

export interface BucketRecord {
  readonly name: BucketName;
  /** 32 hex characters; object keys of the metadata engine hang under it, so a name used again starts empty. */
  readonly id: string;
  readonly projectId: ProjectId;
  readonly ownerId: UserId;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** `deleting`: objects are being looked for; writers and readers treat the bucket as absent (DESIGN 3, phantoms). */
  readonly state: 'active' | 'deleting';
  readonly grants: readonly Grant[];
  readonly metadata: Metadata;
  readonly storageClass: string;
  /** Addresses and networks (CIDR) to which reading without an identity is limited; absent: no limit. */
  readonly publicAddresses?: readonly string[];
  /** Present: the bucket has a key; all that is written is encrypted under keys that this one wraps, unless it says otherwise. */
  readonly encryption?: BucketEncryption;
  /** The kind of storage asked for where a region has several; absent: the standard one. A label: bytes lie the same way. */
  readonly type?: BucketType;
  /** Elements of Swift's X-Container-Read and -Write that no grant can express, in their cleaned form. */
  readonly readAcl?: readonly string[];
  readonly writeAcl?: readonly string[];
  /** Whether the bucket has a lifecycle document; absent: it may have one (records from before this mark). */
  readonly hasLifecycle?: boolean;
  /** What Krutrim's API was told of the bucket beside what all doors know. */
  readonly kos?: KosLabels;
  /** Absent: off, as it was from the start. It never goes off again. */
  readonly versioning?: Versioning;
  /** Which reads of its objects the audit trail records; absent: as the service is set. */
  readonly objectReads?: ObjectReads;
  /** Absent: all addresses. */
  readonly addressPolicy?: AddressPolicy;
  /** Words of the owner's about the bucket; absent: none. */
  readonly tags?: Tags;
  /** True: versions go for ever, and versioning changes, with a one-time password alone. Absent: nobody ever said. */
  readonly mfaDelete?: boolean;
}

/** Which addresses may reach a bucket's objects at all, whoever asks (Krutrim's bucket policy). */
export interface AddressPolicy {
  /** 32 hex characters. */
  readonly id: string;
  /** Addresses, networks, and IPv4 addresses with `*` for an octet. */
  readonly readWrite: readonly string[];
  readonly readOnly: readonly string[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Which reads of objects the audit trail records; every other call always is. */
export const objectReadChoices = ['none', 'failures', 'all'] as const;
export type ObjectReads = (typeof objectReadChoices)[number];

/** Labels: bytes lie the same way whatever they say. */
export interface KosLabels {
  /** One of the configured names of Krutrim's regions. */
  readonly region?: string;
  readonly tier?: KosTier;
  readonly description?: string;
}

export const kosTiers = ['fast', 'slow', 'tier-1', 'tier-2'] as const;
export type KosTier = (typeof kosTiers)[number];

export const versioningStates = ['enabled', 'suspended'] as const;
export type Versioning = (typeof versioningStates)[number];

export const bucketTypes = ['hot', 'cold'] as const;
export type BucketType = (typeof bucketTypes)[number];

export interface BucketEncryption {
  readonly type: 'managed';
  /** The bucket's id and key, sealed with the master key. */
  readonly sealedKey: Uint8Array;
  /** True: only objects whose writers ask for it are encrypted. */
  readonly onRequest?: boolean;
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

export interface DomainRecord {
  readonly id: string;
  readonly name: string;
}

export interface ProjectRecord {
  readonly id: ProjectId;
  readonly name: string;
  readonly domainId: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Krutrim's ten-digit account number. */
  readonly accountNumber?: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Swift's account metadata. */
  readonly metadata: Metadata;
  /** Whether deleting buckets and access keys takes a one-time password where a door can carry one (`identity/mfa-delete.ts`). */
  readonly mfaDelete?: boolean;
  /** Disabled by a deletion that has not come to its end: the next one finishes it or enables the project again. */
  readonly deleting?: boolean;
  /** What is attached to its users, or to all of them; absent: nothing. */
  readonly policies?: readonly AttachedPolicy[];
  /** Tokens for it that were issued until then are dead: it was disabled at that moment. */
  readonly tokensAfter?: number;
}

/** A policy in force, by its id. */
export interface AttachedPolicy {
  readonly policy: string;
  /** Absent: for all users of the account. */
  readonly user?: UserId;
}

/** Krutrim's account policy. */
export interface AccountPolicyRecord {
  /** 32 hex characters. */
  readonly id: string;
  readonly projectId: ProjectId;
  /** Unique within the project. */
  readonly name: string;
  readonly statements: readonly PolicyStatement[];
  /** Of all statements. */
  readonly conditions: readonly PolicyCondition[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: 'allow' | 'deny';
  /** As written: `kos:GetObject`, or a pattern with `*`. */
  readonly actions: readonly string[];
  readonly resources: readonly PolicyResource[];
  readonly conditions: readonly PolicyCondition[];
}

export interface PolicyResource {
  /** A bucket's id or name; `*`: any of the account. */
  readonly bucket: string;
  /** A pattern of object keys; absent: the bucket with all that is in it. */
  readonly keys?: string;
}

export interface PolicyCondition {
  readonly operator: ConditionOperator;
  readonly key: ConditionKey;
  readonly values: readonly string[];
}

export interface UserRecord {
  readonly id: UserId;
  readonly kind: 'user' | 'service_account';
  readonly name: string;
  readonly displayName: string;
  readonly domainId: string;
  readonly enabled: boolean;
  /** May manage identities of the whole service. */
  readonly serviceAdmin: boolean;
  /** scrypt hash in a self-describing text form; absent: no password login. */
  readonly passwordHash?: string;
  readonly createdAt: number;
  readonly email?: string;
  /** Where a password's token without a wish goes; for a service account the project whose administrators own it. */
  readonly defaultProjectId?: ProjectId;
  /** Tokens of its that were issued until then are dead: it was disabled at that moment. */
  readonly tokensAfter?: number;
}

/** Users and service accounts that a bucket's grant can name together, and that can have roles in projects together. */
export interface GroupRecord {
  /** 32 hex characters. */
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly description: string;
  readonly createdAt: number;
}

/** Exists as long as the user belongs to the project by any way; keys and tokens of the pair live and die with it. */
export interface MembershipRecord {
  readonly userId: UserId;
  readonly projectId: ProjectId;
  /** Given to the user; empty for who is here by groups alone. */
  readonly ownRoles: readonly ProjectRole[];
  readonly createdAt: number;
  /** A copy of what the user's groups have here, so that one record tells all; absent when they have nothing. */
  readonly groupRoles?: readonly GroupRoles[];
}

/** What a group has in one project. */
export interface GroupRoles {
  readonly group: string;
  readonly roles: readonly ProjectRole[];
}

/** `none`: in the project without storage rights, so that only grants speak for the user (DESIGN 5). */
export const projectRoles = [
  'project-admin',
  'project-member',
  'project-reader',
  'object-storage-manager',
  'object-storage-viewer',
  'none',
] as const;
export type ProjectRole = (typeof projectRoles)[number];

/** Keystone's application credential. */
export interface IamKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly userId: UserId;
  readonly projectId: ProjectId;
  readonly secretHash: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

export interface S3KeyLabels {
  readonly name?: string;
  /** One of the configured names of Krutrim's regions. */
  readonly region?: string;
  readonly tier?: KosTier;
}

/** Keystone's EC2 credential. */
export interface S3KeyRecord {
  readonly access: string;
  readonly userId: UserId;
  readonly projectId: ProjectId;
  /** Sealed with the master key, because signatures need the secret itself. */
  readonly sealedSecret: Uint8Array;
  readonly createdAt: number;
  /** What Krutrim's API was told of the key; it changes nothing of what the key may. */
  readonly labels?: S3KeyLabels;
}
