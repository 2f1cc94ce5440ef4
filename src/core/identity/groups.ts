/**
 * Groups of users: created, found, listed, changed, deleted, and who belongs to one. A bucket's grant to a group speaks for its
 * members, so what a user belongs to is read with every proof (`live-token.ts`, `authenticate.ts`); what a group may in projects is
 * `group-roles.ts`. Refuses groups in groups.
 */
import { newId } from '../../base/clock.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Commit, Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { UserId } from '../model/names.ts';
import { groupFormat, groupsOfUserFormat, userFormat } from './codecs.ts';
import { defaultDomain } from './domains.ts';
import { forgettingGroup, joiningWays, leavingWays } from './group-roles.ts';
import { checkDescription, checkName, isHexId } from './identity-names.ts';
import {
  allGroups,
  groupKey,
  groupMemberKey,
  groupNameKey,
  groupsOfUserKey,
  membersOfGroup,
  userKey,
  userOfMemberKey,
} from './keys.ts';
import type { GroupRecord, UserRecord } from './records.ts';
import {
  entriesOf,
  joinCommits,
  readIndex,
  readStored,
  renamingCommit,
  type Stored,
  storedAs,
  unchanged,
} from './stored.ts';
import { writtenAgain } from './ways.ts';

export interface NewGroup {
  /** A new one when absent. */
  readonly id?: string;
  readonly name: string;
  readonly domainId?: string;
  readonly description?: string;
}

export interface GroupChange {
  readonly name?: string;
  readonly description?: string;
}

/** The ids in the entry of a `groupsOfUserKey`. */
export function groupsIn(entry: Entry | undefined): readonly string[] {
  return entry === undefined ? [] : groupsOfUserFormat.decode(entry.value).groups;
}

/** @throws CoreError Duplicate, InvalidArgument */
export async function createGroup(core: Core, input: NewGroup): Promise<GroupRecord> {
  const group: GroupRecord = {
    id: input.id ?? newId(core.random),
    name: checkName('group name', input.name),
    domainId: input.domainId ?? defaultDomain.id,
    description: checkDescription('description', input.description ?? ''),
    createdAt: core.clock(),
  };
  const nameKey = groupNameKey(group.domainId, group.name);
  try {
    await core.meta.commit({
      checks: [
        [groupKey(group.id), null],
        [nameKey, null],
      ],
      puts: [
        [groupKey(group.id), groupFormat.encode(group)],
        [nameKey, Buffer.from(group.id)],
      ],
    });
  } catch (error) {
    if (error instanceof Conflict) throw duplicate(group.name);
    throw error;
  }
  return group;
}

function duplicate(name: string): CoreError {
  return new CoreError('Duplicate', { what: 'group', name });
}

/** @throws CoreError NoSuchGroup */
async function openGroup(core: Core, id: string): Promise<Stored<GroupRecord>> {
  const stored = isHexId(id) ? await readStored(core.meta, groupFormat, groupKey(id)) : undefined;
  if (stored === undefined) throw new CoreError('NoSuchGroup', { group: id });
  return stored;
}

/** The part of a commit that writes a group as it is: whatever reads its members or roles as a range starts over. */
function groupAgain({ key, version, record }: Stored<GroupRecord>): Commit {
  return { checks: [[key, version]], puts: [[key, groupFormat.encode(record)]] };
}

/** @throws CoreError NoSuchGroup */
export async function getGroup(core: Core, id: string): Promise<GroupRecord> {
  return (await openGroup(core, id)).record;
}

export async function findGroup(core: Core, id: string): Promise<GroupRecord | undefined> {
  return isHexId(id) ? (await readStored(core.meta, groupFormat, groupKey(id)))?.record : undefined;
}

/** Of the default domain. */
export async function findGroupByName(core: Core, name: string): Promise<GroupRecord | undefined> {
  const id = name.length > 255 ? undefined : await readIndex(core.meta, groupNameKey(defaultDomain.id, name));
  return id === undefined ? undefined : findGroup(core, id);
}

/** All groups of the service, by id. */
export async function listGroups(core: Core): Promise<GroupRecord[]> {
  const entries = await entriesOf(core.meta, allGroups());
  return entries.map(({ value }) => groupFormat.decode(value));
}

/** @throws CoreError NoSuchGroup, Duplicate, InvalidArgument, Busy */
export async function updateGroup(core: Core, id: string, change: GroupChange): Promise<GroupRecord> {
  return committing('group', async () => {
    const stored = await openGroup(core, id);
    const { record } = stored;
    const group = {
      ...record,
      name: checkName('group name', change.name ?? record.name),
      description: checkDescription('description', change.description ?? record.description),
    };
    const renaming =
      group.name === record.name
        ? {}
        : await renamingCommit(core.meta, id, groupNameKey(group.domainId, group.name), {
            old: groupNameKey(record.domainId, record.name),
            taken: () => duplicate(group.name),
          });
    await core.meta.commit(
      joinCommits(renaming, {
        checks: [unchanged(stored.key, stored)],
        puts: [[stored.key, groupFormat.encode(group)]],
      }),
    );
    return group;
  });
}

/**
 * The group and its memberships; grants to it speak for nobody from then on, and whoever was in a project by it alone leaves that.
 * @throws CoreError NoSuchGroup, Busy
 */
export async function deleteGroup(core: Core, id: string): Promise<void> {
  await committing('group', async () => {
    const stored = await openGroup(core, id);
    const members = (await entriesOf(core.meta, membersOfGroup(id))).map(({ key }) => userOfMemberKey(key));
    const leaving = await Promise.all(members.map((user) => leaveCommit(core, user, id)));
    await core.meta.commit(
      joinCommits(...leaving, await leavingWays(core, id, members), await forgettingGroup(core, id), {
        checks: [unchanged(stored.key, stored)],
        deletes: [stored.key, groupNameKey(stored.record.domainId, stored.record.name)],
      }),
    );
  });
}

/** The part of a commit that takes a user out of a group. */
async function leaveCommit(core: Core, user: UserId, group: string): Promise<Commit> {
  const key = groupsOfUserKey(user);
  const [entry] = await core.meta.get([key]);
  const groups = groupsIn(entry).filter((one) => one !== group);
  const common = { checks: [unchanged(key, entry)] };
  return groups.length === 0
    ? { ...common, deletes: [key, groupMemberKey(group, user)] }
    : {
        ...common,
        puts: [[key, groupsOfUserFormat.encode({ groups })]],
        deletes: [groupMemberKey(group, user)],
      };
}

/**
 * The part of a commit that takes a user who goes out of all groups; its ways into projects are to be read after this. Writing the
 * groups again makes changes of their roles, which read the members as a range, start over.
 */
export async function leaveAllGroupsCommit(core: Core, user: UserId): Promise<Commit> {
  const key = groupsOfUserKey(user);
  const [entry] = await core.meta.get([key]);
  const groups = groupsIn(entry);
  const entries = await core.meta.get(groups.map(groupKey));
  const again = entries.flatMap((group) => (group === undefined ? [] : [writtenAgain(group)]));
  const memberKeys = groups.map((group) => groupMemberKey(group, user));
  return joinCommits(...again, {
    checks: [unchanged(key, entry)],
    deletes: entry === undefined ? [] : [key, ...memberKeys],
  });
}

/** Who is in it already stays in it; who is not is at once in every project the group has roles in. @throws CoreError NoSuchGroup, NoSuchUser */
export async function addToGroup(core: Core, id: string, user: UserId): Promise<void> {
  await committing('group', async () => {
    const stored = await openGroup(core, id);
    const key = groupsOfUserKey(user);
    const [userEntry, entry] = await core.meta.get([userKey(user), key]);
    if (userEntry === undefined) throw new CoreError('NoSuchUser', { user });
    const groups = groupsIn(entry);
    if (groups.includes(id)) return;
    await core.meta.commit(
      joinCommits(
        {
          checks: [unchanged(key, entry), unchanged(userEntry.key, userEntry)],
          puts: [
            [key, groupsOfUserFormat.encode({ groups: [...groups, id] })],
            [groupMemberKey(id, user), Buffer.alloc(0)],
          ],
        },
        groupAgain(stored),
        await joiningWays(core, id, user),
      ),
    );
  });
}

/** Out of the projects too that it was in by this group alone. @throws CoreError NoSuchGroup; NoSuchUser when the user is not in it */
export async function removeFromGroup(core: Core, id: string, user: UserId): Promise<void> {
  await committing('group', async () => {
    const stored = await openGroup(core, id);
    if (!(await isInGroup(core, id, user))) throw new CoreError('NoSuchUser', { user });
    await core.meta.commit(
      joinCommits(await leaveCommit(core, user, id), groupAgain(stored), await leavingWays(core, id, [user])),
    );
  });
}

export async function isInGroup(core: Core, id: string, user: UserId): Promise<boolean> {
  const [entry] = await core.meta.get([groupsOfUserKey(user)]);
  return groupsIn(entry).includes(id);
}

/** The members of a group, by id. @throws CoreError NoSuchGroup */
export async function listGroupMembers(core: Core, id: string): Promise<UserRecord[]> {
  await openGroup(core, id);
  const entries = await entriesOf(core.meta, membersOfGroup(id));
  const users = await core.meta.get(entries.map(({ key }) => userKey(userOfMemberKey(key))));
  return users.flatMap((entry) => storedAs(userFormat, entry)?.record ?? []);
}

/** The groups a user belongs to. */
export async function groupsOfUser(core: Core, user: UserId): Promise<GroupRecord[]> {
  const [entry] = await core.meta.get([groupsOfUserKey(user)]);
  const groups = await core.meta.get(groupsIn(entry).map(groupKey));
  return groups.flatMap((one) => storedAs(groupFormat, one)?.record ?? []);
}
