/**
 * What is persisted of buckets, as types; in bytes and under which keys: `codecs.ts` and `keys.ts` (docs/formats.md describes both).
 * Times are milliseconds since the epoch.
 */
import type { Role } from '../access/roles.ts';
import type { BucketName, ProjectId, UserId } from './names.ts';
import type { Metadata } from './object-records.ts';
import type { Tags } from './tags.ts';

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
