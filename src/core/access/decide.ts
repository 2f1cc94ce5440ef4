/**
 * The one permission evaluator: from who asks, for what, on what, to yes or no with the reason. Pure: what it needs is
 * loaded by `authorize`. ACLs, policies and address lists of every protocol are brought into the form read here.
 */

import { isListed } from '../../base/addresses.ts';
import type { Actor, UserActor } from '../actor.ts';
import type { BucketRecord, Grant } from '../model/bucket-records.ts';
import type { ObjectKey, ProjectId, UserId } from '../model/names.ts';
import {
  type Action,
  type BucketAction,
  type ProjectAction,
  projectRoleAllows,
  roleAllows,
  type ServiceAction,
} from './roles.ts';

/** The answer, with a reason for the log and for explaining decisions; never shown to the client as it is. */
export type Decision = { allow: boolean; reason: string };

/** The part of a bucket's record that decisions are made from. */
type DecidedBucket = Pick<BucketRecord, 'name' | 'projectId' | 'grants' | 'publicAddresses'> &
  Partial<Pick<BucketRecord, 'id'>>;

/** What is acted on, with the facts a decision needs. */
export type Target =
  | {
      readonly kind: 'bucket';
      readonly action: BucketAction;
      readonly bucket: DecidedBucket;
      readonly key?: ObjectKey;
      /** Of a listing: what the keys asked for begin with; absent: all are. */
      readonly prefix?: string;
    }
  | { readonly kind: 'project'; readonly action: ProjectAction; readonly project: ProjectId }
  | { readonly kind: 'user'; readonly action: ProjectAction; readonly user: UserId }
  | { readonly kind: 'service'; readonly action: ServiceAction };

/** A compiled rule of a policy or an address list. Any `deny` that applies beats everything that allows. */
export interface Statement {
  readonly effect: 'allow' | 'deny';
  /** Where it comes from, for the reason; e.g. `bucket policy statement 2`. */
  readonly source: string;
  readonly applies: (actor: Actor, target: Target) => boolean;
}

export interface DecisionContext {
  readonly statements?: readonly Statement[];
}

export function decide(actor: Actor, target: Target, context: DecisionContext = {}): Decision {
  const statements = context.statements?.filter((statement) => statement.applies(actor, target));
  const denial = statements?.find((statement) => statement.effect === 'deny');
  if (denial !== undefined) return { allow: false, reason: `denied by ${denial.source}` };
  const allowance = statements?.[0];
  if (allowance !== undefined) return { allow: true, reason: `allowed by ${allowance.source}` };
  switch (target.kind) {
    case 'bucket':
      return decideOnBucket(actor, target.action, target.bucket);
    case 'project':
      return decideOnProject(actor, target.action, target.project);
    case 'user':
      return decideOnUser(actor, target.action, target.user);
    case 'service':
      return decideAsServiceAdmin(actor, target.action);
  }
}

function decideOnBucket(actor: Actor, action: BucketAction, bucket: DecidedBucket): Decision {
  const administers =
    actor.kind === 'user' && actor.projectId === bucket.projectId && actor.roles.includes('project-admin');
  // Of the project's own administrators no grant list can take this away (DESIGN 12, Access).
  if (administers && roleAllows('storage.admin', action)) {
    return { allow: true, reason: "project-admin of the bucket's project" };
  }
  const grant = bucket.grants.find(
    (g) =>
      roleAllows(g.role, action) &&
      speaksFor(g, actor, bucket.projectId) &&
      reaches(g, actor, action, bucket),
  );
  if (grant === undefined) return refusal(action);
  return { allow: true, reason: `${grant.role} by a grant to ${grant.member.type} ${grant.member.id}` };
}

/** Nothing gives the right. Says nothing of the bucket, not even whether it is there. */
export function refusal(action: BucketAction): Decision {
  return { allow: false, reason: `no grant gives ${action}` };
}

/** What everybody may read can be limited to addresses, for whoever comes by that grant alone (DESIGN 12). */
function reaches(
  grant: Grant,
  actor: Actor,
  action: BucketAction,
  { publicAddresses }: DecidedBucket,
): boolean {
  const limited = grant.member.type === 'all_users' && publicAddresses !== undefined && isReading(action);
  return !limited || isListed(publicAddresses, actor.address);
}

function isReading(action: BucketAction): boolean {
  return roleAllows('storage.objectReader', action);
}

/**
 * Whether `actor` is the grant's member. Ids of users and service accounts come from one space. A user's grant speaks in the
 * bucket's project alone, where it dies with the membership, unless it was given to an outsider.
 */
function speaksFor(grant: Grant, actor: Actor, bucketProject: ProjectId): boolean {
  const { type, id } = grant.member;
  if (type === 'all_users') return true;
  if (actor.kind === 'anonymous') return false;
  const insider = actor.projectId === bucketProject;
  switch (type) {
    case 'user':
    case 'service_account':
      return actor.userId === id && (insider || grant.outsider === true);
    case 'role_group':
      return insider && actor.roles.some((role) => role === id);
    case 'project_users':
      return insider;
    case 'group':
      return actor.groups.includes(id);
  }
}

function decideOnProject(actor: Actor, action: ProjectAction, project: ProjectId): Decision {
  if (actor.kind === 'anonymous') return anonymousRefused(action);
  const role =
    actor.projectId === project ? actor.roles.find((r) => projectRoleAllows(r, action)) : undefined;
  if (role !== undefined) return { allow: true, reason: `${role} of the project` };
  return isIdentityAction(action)
    ? decideAsServiceAdmin(actor, action)
    : { allow: false, reason: `no role in the project gives ${action}` };
}

function decideOnUser(actor: Actor, action: ProjectAction, user: UserId): Decision {
  if (actor.kind === 'anonymous') return anonymousRefused(action);
  if (!isIdentityAction(action)) return { allow: false, reason: `${action} is not a right on a user` };
  if (actor.userId === user) return { allow: true, reason: 'the user itself' };
  return decideAsServiceAdmin(actor, action);
}

/** Service administrators manage identities; storage rights they have by roles and grants only (DESIGN 5). */
function decideAsServiceAdmin(actor: Actor, action: Action): Decision {
  if (isServiceAdmin(actor)) return { allow: true, reason: 'service administrator' };
  return { allow: false, reason: `${action} is for service administrators here` };
}

function isServiceAdmin(actor: Actor): actor is UserActor {
  return actor.kind === 'user' && actor.serviceAdmin;
}

function isIdentityAction(action: Action): boolean {
  return action.startsWith('identity.');
}

function anonymousRefused(action: Action): Decision {
  return { allow: false, reason: `${action} needs an identity` };
}
