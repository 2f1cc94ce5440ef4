/**
 * What is persisted of identities and their policies, as types; in bytes and under which keys: `codecs.ts` and `keys.ts`
 * (docs/formats.md describes both). Times are milliseconds since the epoch.
 */
import type { PolicyCondition } from '../access/policy-conditions.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { KosTier } from '../model/bucket-records.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { Metadata } from '../model/object-records.ts';

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

/** The keys of one user in one project; checked and replaced by every commit that adds or removes one. */
export interface KeyRing {
  /** Ids. */
  readonly iamKeys: readonly string[];
  /** Access ids. */
  readonly s3Keys: readonly string[];
}

/** Krutrim's session of one S3 access key pair. Times in milliseconds since the epoch. */
export interface KosSessionRecord {
  readonly access: string;
  /** 32 hex characters. */
  readonly id: string;
  /** From 1; one more at each refresh. */
  readonly generation: number;
  /** Keyed digests of the two tokens of this generation. */
  readonly sessionDigest: Uint8Array;
  readonly refreshDigest: Uint8Array;
  readonly createdAt: number;
  readonly lastActiveAt: number;
  readonly expiresAt: number;
}

/** Times in milliseconds since the epoch. */
export interface OneTimePasswordRecord {
  readonly userId: UserId;
  readonly sealedSecret: Uint8Array;
  readonly createdAt: number;
  /** Absent: no code has been given yet. */
  readonly confirmedAt?: number;
  /** Of the code that was taken last; -1 before the first. Earlier ones count no more. */
  readonly lastStep: number;
  /** Wrong codes since the last right one. */
  readonly failures: number;
  /** Until then no code is looked at. */
  readonly pausedUntil?: number;
}

/** The groups a user belongs to, by id. */
export interface GroupsOfUser {
  readonly groups: readonly string[];
}

/** The roles of a group in one project. */
export interface RolesOfGroup {
  readonly roles: readonly ProjectRole[];
}
