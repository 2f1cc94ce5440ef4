/** Who asks: made by `identity/` from a proof, read by the permission evaluator and recorded in the log. */
import type { BucketAction, ProjectRole } from './access/roles.ts';
import type { TokenClaims } from './identity/token-format.ts';
import type { BucketName, ProjectId, UserId } from './model/names.ts';

/** What proved the identity. `id` is public (a key id, a token's audit id), never a secret. */
export interface Proof {
  readonly kind: 'token' | 's3-key' | 'iam-key' | 'password' | 'cli';
  readonly id: string;
  /** What a token says of itself, for what is made from it. */
  readonly claims?: TokenClaims;
}

export interface UserActor {
  readonly kind: 'user';
  readonly userId: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly userKind: 'user' | 'service_account';
  readonly domainId: string;
  readonly serviceAdmin: boolean;
  /** Absent for an unscoped token. */
  readonly projectId?: ProjectId;
  readonly projectName?: string;
  /** The rights in `projectId` at this moment (for a token: roles at issue ∩ roles now). */
  readonly roles: readonly ProjectRole[];
  /** Ids of the groups it belongs to at this moment. */
  readonly groups: readonly string[];
  /** Ids of the policies of `projectId` that are attached to it, or to everybody there. */
  readonly policies?: readonly string[];
  readonly proof: Proof;
  readonly address: string;
  /** The page the request comes from, where a protocol gives it a meaning: as claimed, so it is no proof of anything. */
  readonly referrer?: string;
}

export interface AnonymousActor {
  readonly kind: 'anonymous';
  readonly address: string;
  readonly referrer?: string;
  /** What a signed address, checked already, lets its holder do. */
  readonly signed?: SignedAddress;
}

/** One action on one object of a project, by whoever has the address. */
export interface SignedAddress {
  readonly project: ProjectId;
  readonly bucket: BucketName;
  /** As the address spells it, decoded: there may be no such object, nor be able to be one. */
  readonly key: string;
  readonly action: BucketAction;
  /** Whose key it was signed with. */
  readonly keyOf: 'project' | 'bucket';
}

/** The server itself, in the work nobody asked for just now. */
export interface SystemActor {
  readonly kind: 'system';
  /** On whose word: a bucket's lifecycle rule, or the date an object was given. */
  readonly name: 'lifecycle' | 'delete-at';
}

export type Actor = UserActor | AnonymousActor;
