/**
 * The ways a user is in a project: roles of its own, and roles of its groups. The first way begins the membership; with the last
 * it ends, and the keys and tokens of the pair with it. Makes parts of commits alone: what gives or takes a way is `memberships.ts`,
 * `group-roles.ts`, `groups.ts`.
 */
import { Conflict } from '../../engines/errors.ts';
import type { Commit, Entry } from '../../engines/meta/meta-store.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { membershipFormat } from './codecs.ts';
import { ringDestruction } from './key-rings.ts';
import { memberKey, membershipKey, projectKey } from './keys.ts';
import type { GroupRoles, MembershipRecord } from './records.ts';
import { joinCommits, type Stored, storedAs, unchanged } from './stored.ts';

/** A user and a project, together by a membership or not. */
export interface Pair {
  readonly userId: UserId;
  readonly projectId: ProjectId;
}

/** Nobody is in a project by no way. */
export interface Ways {
  readonly own: readonly ProjectRole[];
  readonly groups: readonly GroupRoles[];
}

const noWays: Ways = { own: [], groups: [] };

/** The roles a member has, by whichever way. */
export function rolesOf({ ownRoles, groupRoles = [] }: MembershipRecord): readonly ProjectRole[] {
  if (groupRoles.length === 0) return ownRoles;
  return [...new Set([...ownRoles, ...groupRoles.flatMap(({ roles }) => roles)])];
}

/** These ways with what `group` has in the project replaced. */
export function withGroup({ own, groups }: Ways, { group, roles }: GroupRoles): Ways {
  const others = groups.filter((one) => one.group !== group);
  return { own, groups: roles.length === 0 ? others : [...others, { group, roles }] };
}

export interface WaysCommit {
  readonly commit: Commit;
  /** Where a membership begins: whoever commits this writes these projects again (`writtenAgain`). */
  readonly begun: readonly ProjectId[];
}

/** The part of a commit that gives every pair the ways that `change` makes of those it has. No pair may be named twice. */
export async function waysCommit<P extends Pair>(
  core: Core,
  pairs: readonly P[],
  change: (now: Ways, pair: P) => Ways,
): Promise<WaysCommit> {
  const entries = await core.meta.get(pairs.map(({ userId, projectId }) => membershipKey(userId, projectId)));
  const begun = new Set<ProjectId>();
  const parts = await Promise.all(
    pairs.map((pair, i) => {
      const stored = storedAs(membershipFormat, entries[i]);
      const next = change(stored === undefined ? noWays : waysOf(stored.record), pair);
      if (stored === undefined && !isEmpty(next)) begun.add(pair.projectId);
      return pairCommit(core, pair, stored, next);
    }),
  );
  return { commit: joinCommits(...parts), begun: [...begun] };
}

function waysOf({ ownRoles, groupRoles = [] }: MembershipRecord): Ways {
  return { own: ownRoles, groups: groupRoles };
}

function isEmpty({ own, groups }: Ways): boolean {
  return own.length === 0 && groups.length === 0;
}

async function pairCommit(
  core: Core,
  { userId, projectId }: Pair,
  stored: Stored<MembershipRecord> | undefined,
  next: Ways,
): Promise<Commit> {
  const key = membershipKey(userId, projectId);
  const checks = [unchanged(key, stored)];
  if (isEmpty(next)) {
    if (stored === undefined) return { checks };
    const ending = { checks, deletes: [key, memberKey(projectId, userId)] };
    return joinCommits(await ringDestruction(core, userId, projectId), ending);
  }
  const membership: MembershipRecord = {
    userId,
    projectId,
    ownRoles: next.own,
    createdAt: stored?.record.createdAt ?? core.clock(),
    ...(next.groups.length === 0 ? {} : { groupRoles: next.groups }),
  };
  const put = [key, membershipFormat.encode(membership)] as const;
  return stored === undefined
    ? { checks, puts: [put, [memberKey(projectId, userId), Buffer.alloc(0)]] }
    : { checks, puts: [put] };
}

/** The part of a commit that writes `entry` as it is, so that whoever relies on it and on a range beside it starts over. */
export function writtenAgain(entry: Entry): Commit {
  return { checks: [unchanged(entry.key, entry)], puts: [[entry.key, entry.value]] };
}

/**
 * The part of a commit that writes projects again, so that the deletion of one, which reads its members as a range, starts over.
 * @throws Conflict when one has just gone
 */
export async function projectsWrittenAgain(core: Core, projects: readonly ProjectId[]): Promise<Commit> {
  const entries = await core.meta.get(projects.map(projectKey));
  return joinCommits(
    ...entries.map((entry) => {
      if (entry === undefined) throw new Conflict();
      return writtenAgain(entry);
    }),
  );
}
